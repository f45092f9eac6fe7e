"""Windows: the few sentences of a passage that the reader reads at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.sentences import whole_sentences

LIMIT = 140
"""Characters of a window, about; a window always ends where a sentence or a clause ends."""

_CLAUSE = re.compile(r"[^，、,：:]*(?:[，、,：:]|$)")


@dataclass(frozen=True, slots=True)
class Window:
    """What is read at once: where the text stands (title › heading, year), and the text."""

    context: str
    text: str


def cut(text: str, limit: int = LIMIT) -> list[tuple[int, int]]:
    """Ranges of `text` of at most `limit` characters, made of whole sentences where they fit.

    A longer sentence is cut between clauses, and a longer clause is left whole.
    """
    parts: list[tuple[int, int]] = []
    for sentence in whole_sentences(text):
        if len(sentence) <= limit:
            parts.append((sentence.start, sentence.end))
        else:
            found = _CLAUSE.finditer(text, sentence.start, sentence.end)
            clauses = [match.span() for match in found]
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
