"""Windows: the few sentences of a passage that the reader reads at a time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

LIMIT = 140
"""Characters of a window, about; a window always ends where a sentence or a clause ends."""

_SENTENCE = re.compile(r"[^。！？；!?;\n]*(?:[。！？；!?;\n]+[”’」』）)]*|$)")
_CLAUSE = re.compile(r"[^，、,：:]*(?:[，、,：:]|$)")


@dataclass(frozen=True, slots=True)
class Window:
    """What is read at once: where the text stands (title › heading, year), and the text."""

    context: str
    text: str


def place(path: Sequence[str], year: int | None) -> str:
    """A window's context: the heading path, and the document's year where that does not name it.

    >>> place(["政府工作报告", "一、主要目标"], 2024)
    '2024年 政府工作报告 › 一、主要目标'
    """
    head = " › ".join(part for part in path if part)
    return f"{year}年 {head}" if year and str(year) not in head else head


def sentences(text: str) -> list[tuple[int, int]]:
    """The half-open character ranges of the sentences of `text`, end marks included.

    >>> sentences("甲。乙；丙")
    [(0, 2), (2, 4), (4, 5)]
    """
    return [match.span() for match in _SENTENCE.finditer(text) if match.group().strip()]


def cut(text: str, limit: int = LIMIT) -> list[tuple[int, int]]:
    """Ranges of `text` of at most `limit` characters, made of whole sentences where they fit.

    A longer sentence is cut between clauses, and a longer clause is left whole.
    """
    parts: list[tuple[int, int]] = []
    for start, end in sentences(text):
        if end - start <= limit:
            parts.append((start, end))
        else:
            clauses = [match.span() for match in _CLAUSE.finditer(text, start, end)]
            parts += _pack([clause for clause in clauses if clause[0] < clause[1]], limit)
    return _pack(parts, limit)


def _pack(parts: list[tuple[int, int]], limit: int) -> list[tuple[int, int]]:
    """Join neighbouring ranges as long as they fit `limit` together."""
    packed: list[tuple[int, int]] = []
    for start, end in parts:
        if packed and end - packed[-1][0] <= limit:
            packed[-1] = (packed[-1][0], end)
        else:
            packed.append((start, end))
    return packed
