"""One text out of the pieces that a format's reader finds on a page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ingest.limit import check_blocks
from ingest.types import Block, Role, Source, Span

_SPACES = re.compile(r"\s+")
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f"
_SPACE_BETWEEN_WIDE = re.compile(rf"(?<=[{_WIDE}]) (?=[{_WIDE}])")


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph, heading, list item or table row as a format's reader found it."""

    text: str
    role: Role = Role.TEXT
    level: int = 0
    page: int | None = None


def assemble(pieces: Iterable[Piece], title: str = "") -> Source:
    """The source whose text is the pieces, each on a line of its own; empty ones are left out."""
    parts: list[str] = []
    blocks: list[Block] = []
    offset = 0
    for piece in pieces:
        check_blocks(len(blocks))
        text = " ".join(piece.text.split())
        if text:
            span = Span(offset, offset + len(text))
            blocks.append(Block(piece.role, (span,), piece.level, piece.page))
            parts.append(text)
            offset += len(text) + 1
    return Source("\n".join(parts), tuple(blocks), title)


def collapse(text: str) -> str:
    r"""White space as a page shows it: runs are one space, and line ends between Chinese none.

    >>> collapse("数据\n  安全 and\n law")
    '数据安全 and law'
    """
    if "\n" not in text:
        return _SPACES.sub(" ", text)
    return _SPACE_BETWEEN_WIDE.sub("", _SPACES.sub(" ", text))
