"""How one file was read, for a user who wants to know why it answers as it does."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from ingest.ledger import Ledger
from ingest.types import Chunk, Document

_SHOWN = 40


def as_json(document: Document, chunks: Sequence[Chunk], book: Ledger) -> dict[str, object]:
    """The outline, passages, metadata and ledger for programs."""
    return {
        "id": document.id,
        "path": document.path,
        "title": document.title,
        "metadata": dataclasses.asdict(document.metadata),
        "outline": [
            {
                "heading": s.heading,
                "level": s.level,
                "path": s.path,
                "span": [s.span.start, s.span.end],
            }
            for s in document.sections
        ],
        "passages": [
            {
                "id": chunk.id,
                "path": chunk.path,
                "page": chunk.page,
                "spans": [[span.start, span.end] for span in chunk.spans],
                "text": chunk.text,
            }
            for chunk in chunks
        ],
        "ledger": dataclasses.asdict(book),
    }


def show(out: Console, document: Document, chunks: Sequence[Chunk], book: Ledger) -> None:
    """The same for people: metadata, outline, the passages' first words, the ledger."""
    known = document.metadata
    out.print(Text(document.title, style="bold"))
    for label, value in (
        ("issuer", known.issuer),
        ("number", known.number),
        ("date", known.date),
        ("years", " ".join(map(str, known.years))),
    ):
        out.print(Text(f"{label:<8}{value or '–'}"))
    out.print(Text("\noutline", style="cyan"))
    for section in document.sections:
        if section.level:
            out.print(Text("  " * section.level + section.heading))
    out.print(Text(f"\n{len(chunks)} passages", style="cyan"))
    for number, chunk in enumerate(chunks, 1):
        page = f" p. {chunk.page}" if chunk.page else ""
        words = " ".join(chunk.text.split())
        shown = words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
        out.print(Text(f"{number:>4}{page}  {shown}"))
    out.print(Text(f"\n{book.total} characters", style="cyan"))
    rows = {"in passages": book.in_passages} | book.reasons | {"unaccounted": book.unaccounted}
    for reason, count in rows.items():
        out.print(Text(f"{count:>8}  {reason}"))
