"""The ledger: where each character of a source went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.types import READ, Chunk, Document, Span


@dataclass(frozen=True, slots=True)
class Ledger:
    """Counts of the characters of a source that are not white space.

    `reasons` names why characters are kept out of the passages (heading, byline, page number…),
    with their count; `total` is `in_passages` and all reasons and `unaccounted` added up.
    """

    total: int
    in_passages: int
    reasons: dict[str, int]
    unaccounted: int


def ledger(document: Document, chunks: Sequence[Chunk]) -> Ledger:
    """Account for each character of `document`; none is counted twice."""
    text = document.text
    total = _ink(text, [Span(0, len(text))])
    taken = _union([span for chunk in chunks for span in chunk.spans])
    in_passages = accounted = _ink(text, taken)
    reasons: Counter[str] = Counter()
    by_role: dict[str, list[Span]] = {}
    for section in document.sections:
        for block in section.blocks:
            if block.role not in READ:
                by_role.setdefault(block.role.value, []).extend(block.spans)
    for reason, spans in by_role.items():
        taken = _union([*taken, *spans])
        reached = _ink(text, taken)
        reasons[reason] += reached - accounted
        accounted = reached
    return Ledger(total, in_passages, dict(reasons), total - accounted)


def _union(spans: Iterable[Span]) -> list[Span]:
    """The same characters as spans in order that neither overlap nor touch."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def _ink(text: str, spans: Iterable[Span]) -> int:
    """How many characters of `spans` are not white space."""
    return sum(len("".join(text[span.start : span.end].split())) for span in spans)
