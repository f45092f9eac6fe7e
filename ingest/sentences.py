"""Where sentences end, in Chinese and in English."""

from __future__ import annotations

import re
from itertools import pairwise

from ingest.types import Span

_CLOSERS = "”’」』）》】〕)\\]\"'"
"""What may follow a full stop and still belongs to its sentence."""

_ABBREVIATION = re.compile(
    r"(?:(?<![A-Za-z])(?:No|Art|Nos|Dr|Mr|Mrs|Ms|St|vs|Fig|cf|e\.g|i\.e|[A-Z]))\.\Z"
)

_END = re.compile(
    rf"(?:[。！？；!?;…．]+(?<!\d．)|\.(?=[{_CLOSERS}]*(?:\s|\Z)))[{_CLOSERS}]*"
    r"|[\r\n\x0b\x0c\x85\u2028\u2029]+[ \t\u3000]*"
)
"""A sentence's closing mark with the quotes and brackets that close after it, or a line's end."""

_BREAK = "\r\n\x0b\x0c\x85\u2028\u2029"


def sentences(text: str) -> tuple[Span, ...]:
    """The sentences of `text`, as spans of it without the white space around them.

    A Chinese semicolon ends a sentence too: between two of them official prose says one thing.
    Closing quotes stay with their sentence; a decimal (6.1) or an abbreviation (No. 5) ends none;
    the line ends of hard-wrapped English text end none. Together the spans hold every character
    that is not white space.

    >>> [text[s.start:s.end] for text in ["增长6.1%。“好！”他说"] for s in sentences(text)]
    ['增长6.1%。', '“好！”', '他说']
    """
    found: list[Span] = []
    start = 0
    for match in _END.finditer(text):
        if _goes_on(text, start, match):
            continue
        _append(found, text, start, match.end())
        start = match.end()
    _append(found, text, start, len(text))
    return tuple(found)


def whole_sentences(text: str) -> tuple[Span, ...]:
    """The sentences, each with the white space up to the next, so that none of `text` is left out.

    >>> [text[s.start:s.end] for text in ["甲。 乙；"] for s in whole_sentences(text)]
    ['甲。 ', '乙；']
    """
    starts = [0, *(span.start for span in sentences(text)[1:]), len(text)]
    return tuple(Span(start, end) for start, end in pairwise(starts) if start < end)


def _goes_on(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether the sentence begun at `start` goes on beyond what looks like its end."""
    first = text[match.start()]
    if first == ".":
        return bool(_ABBREVIATION.search(text, start, match.start() + 1))
    if first in _BREAK:
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        wrapped = before.isascii() and (before.isalnum() or before in {",", "-"})
        return wrapped and after.isascii() and after.islower() and _is_single(match.group())
    return False


def _is_single(line_end: str) -> bool:
    """Whether a run of line ends is one line end, so that no blank line stands in it."""
    return line_end.rstrip(" \t\u3000") in {"\n", "\r\n", "\r"}


def _append(found: list[Span], text: str, start: int, end: int) -> None:
    """Add `[start, end)` without the white space around it, if anything is left."""
    piece = text[start:end]
    stripped = piece.strip()
    if not stripped:
        return
    first = start + len(piece) - len(piece.lstrip())
    found.append(Span(first, first + len(stripped)))
