"""What the reader's network is given: pieces of question, context and window, and their marks.

Besides its pieces, every token carries a few marks: which part it belongs to, whether it has a
digit, and how long a string of characters it shares with the question (or, in the question, with
the window). Characters, since a word is often cut into other pieces in the question than in the
text. With little training data, such marks spare the network to learn what a match is; compare
the exact-match feature of Chen et al. (2017), "Reading Wikipedia to answer open-domain questions".
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.pieces import BEGIN, END, Pieces
from qa.windows import Window

MARKS = 8
"""Marks of a token: question, context, window, digit, shared string of 1, 2, 3 or 4 and more."""

MAX_TOKENS = 224
_QUESTION_TOKENS = 48
_CONTEXT_TOKENS = 40


@dataclass(frozen=True, slots=True)
class Inputs:
    """One question and window, ready to be read.

    `ids` [n], `marks` [n, MARKS]; the window's pieces are the tokens from `first` to `last`
    (exclusive), and `ranges` are the characters of the window that each of them stands for.
    """

    ids: npt.NDArray[np.int64]
    marks: npt.NDArray[np.float32]
    first: int
    last: int
    ranges: tuple[tuple[int, int], ...]


def prepare(pieces: Pieces, question: str, window: Window, terms: str = "") -> Inputs:
    """`<s> query: question </s></s> context </s> window </s>`, cut to `MAX_TOKENS`.

    What the window shares with `terms`, the Chinese names of the question's English words, is
    marked as if the question held them.
    """
    asked = pieces.encode("query: " + question)
    prefix = len("query: ")
    question_ids = asked.ids[:_QUESTION_TOKENS]
    context = pieces.encode(window.context) if window.context else None
    context_ids = context.ids[-_CONTEXT_TOKENS:] if context else ()
    context_ranges = context.ranges[-_CONTEXT_TOKENS:] if context else ()
    read = pieces.encode(window.text)
    first = 1 + len(question_ids) + 2 + len(context_ids) + 1
    last = min(first + len(read.ids), MAX_TOKENS - 1)
    ids = (BEGIN, *question_ids, END, END, *context_ids, END, *read.ids[: last - first], END)

    asked_text, context_text, read_text = map(_plain, (question, window.context, window.text))
    wanted = f"{asked_text}\n{_plain(terms)}"
    marks = np.zeros((len(ids), MARKS), np.float32)
    asked_ranges = [(max(a - prefix, 0), max(b - prefix, 0)) for a, b in asked.ranges]
    source = f"{context_text}\n{read_text}"
    parts = (
        (0, 1, asked_text, asked_ranges[: len(question_ids)], source),
        (1, 3 + len(question_ids), context_text, context_ranges, wanted),
        (2, first, read_text, read.ranges[: last - first], wanted),
    )
    for part, place, text, ranges, other in parts:
        shared = shared_lengths(text, other)
        for token, (start, end) in enumerate(ranges, place):
            marks[token, part] = 1.0
            marks[token, 3] = any(character.isdigit() for character in text[start:end])
            longest = max(shared[start:end], default=0)
            if longest:
                marks[token, 3 + min(longest, 4)] = 1.0
    return Inputs(np.array(ids, np.int64), marks, first, last, read.ranges[: last - first])


def shared_lengths(text: str, other: str) -> list[int]:
    """For each character of `text`, the length of the longest string around it found in `other`.

    Punctuation and spaces share nothing.

    >>> shared_lengths("打造智能体", "多少个智能体")
    [0, 0, 3, 3, 3]
    """
    lengths = [0] * len(text)
    start = 0
    while start < len(text):
        end = start
        while end < len(text) and text[end].isalnum() and text[start : end + 1] in other:
            end += 1
        for place in range(start, end):
            lengths[place] = max(lengths[place], end - start)
        start += 1
    return lengths


def _plain(text: str) -> str:
    """`text` in lower case and half-width forms, character for character."""
    return "".join(
        form if len(form := unicodedata.normalize("NFKC", character).lower()) == 1 else character
        for character in text
    )
