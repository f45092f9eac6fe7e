"""The base model's tokenizer, small enough to start with every question.

The same SentencePiece unigram model as in the packaged model's `tokenizer.json`, whose loading
alone takes most of a second; here it is a Viterbi search over the packed pieces, and each knows
the characters of the text that it stands for. Follows Kudo (2018), "Subword regularization".
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.model import packed
from index.packed import Vocabulary

BEGIN, PAD, END, UNKNOWN = 0, 1, 2, 3
_SPECIAL = frozenset({BEGIN, PAD, END, UNKNOWN})
_HALF = np.uint64(32)
_SPACE = "\u2581"
_UNKNOWN_PENALTY = 10.0


@dataclass(frozen=True, slots=True)
class Encoded:
    """Piece ids of a text and the half-open character range of the text behind each piece."""

    ids: tuple[int, ...]
    ranges: tuple[tuple[int, int], ...]


class Pieces:
    """A unigram vocabulary: `encode` cuts a text into its likeliest pieces.

    Only pieces that begin as something in a text does are taken out of the vocabulary, for all of
    them make a dictionary that takes longer to build than a question to answer.
    """

    def __init__(self, vocabulary: Vocabulary, normalised: Mapping[str, str]) -> None:
        self._vocabulary = vocabulary
        self._normalised = normalised
        bounds = vocabulary.bounds
        self._longest = int(np.diff(bounds).max())
        self._unknown_score = float(vocabulary.scores.min()) - _UNKNOWN_PENALTY
        codes = np.append(_codes(vocabulary.letters), np.uint64(0))
        second = np.where(np.diff(bounds) > 1, codes[bounds[:-1] + 1], np.uint64(0))
        keys = codes[bounds[:-1]] << _HALF | second
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]
        self._looked_up: set[int] = set()
        self._pieces: dict[str, tuple[int, float]] = {}

    def _look_up(self, letters: str) -> None:
        """Take out the pieces that begin with a character of `letters`, or with two neighbours."""
        codes = _codes(letters)
        begins = np.concatenate([codes << _HALF, codes[:-1] << _HALF | codes[1:]])
        new = np.array(list(set(begins.tolist()) - self._looked_up), np.uint64)
        firsts = np.searchsorted(self._keys, new, "left")
        lasts = np.searchsorted(self._keys, new, "right")
        held, bounds, scores = (
            self._vocabulary.letters, self._vocabulary.bounds, self._vocabulary.scores
        )  # fmt: skip
        for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
            for index in self._order[first:last].tolist():
                if index not in _SPECIAL:
                    piece = held[bounds[index] : bounds[index + 1]]
                    self._pieces[piece] = index, float(scores[index])
        self._looked_up.update(new.tolist())  # last, as another thread may be reading

    def encode(self, text: str) -> Encoded:
        """The likeliest pieces of `text`, a word boundary before its first character.

        >>> pieces().encode("200个左右").ranges
        ((0, 3), (3, 4), (4, 6))
        """
        letters, origin = self._normalise(text)
        self._look_up(letters)
        best = [0.0] + [-math.inf] * len(letters)
        came: list[tuple[int, int]] = [(0, UNKNOWN)] * (len(letters) + 1)
        find = self._pieces.get
        for start in range(len(letters)):
            base = best[start]
            for end in range(start + 1, min(start + self._longest, len(letters)) + 1):
                known = find(letters[start:end])
                if known is not None and base + known[1] > best[end]:
                    best[end], came[end] = base + known[1], (start, known[0])
            if base + self._unknown_score > best[start + 1]:
                best[start + 1], came[start + 1] = base + self._unknown_score, (start, UNKNOWN)
        ids: list[int] = []
        ranges: list[tuple[int, int]] = []
        end = len(letters)
        while end:
            start, index = came[end]
            ids.append(index)
            inner = start + 1 if letters[start] == _SPACE else start
            last = origin[end - 1][1]
            ranges.append((origin[inner][0] if inner < end else last, last))
            end = start
        return Encoded(tuple(reversed(ids)), tuple(reversed(ranges)))

    def _normalise(self, text: str) -> tuple[str, list[tuple[int, int]]]:
        """The text in its normal form, and for each of its characters the range it came from."""
        letters: list[str] = []
        origin: list[tuple[int, int]] = []
        if not text.startswith(" "):
            letters.append(_SPACE)
            origin.append((0, 0))
        for place, character in enumerate(text):
            for letter in self._normalised.get(character, character):
                form = _SPACE if letter == " " else letter
                if form == _SPACE and letters and letters[-1] == _SPACE:
                    continue
                letters.append(form)
                origin.append((place, place + 1))
        return "".join(letters), origin


def _codes(letters: str) -> npt.NDArray[np.uint64]:
    return np.frombuffer(letters.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)


@functools.cache
def pieces() -> Pieces:
    """The tokenizer that the packaged model carries, one for the whole process."""
    base = packed()
    return Pieces(base.vocabulary, base.normalised)
