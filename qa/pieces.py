"""The base model's tokenizer, small enough to start with every question.

The same SentencePiece unigram model as in the packaged model's `tokenizer.json`, whose loading
alone takes most of a second; here it is a dictionary and a Viterbi search, and every piece knows
the characters of the text that it stands for. Follows Kudo (2018), "Subword regularization".
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.packed import Packed

BEGIN, PAD, END, UNKNOWN = 0, 1, 2, 3
_SPACE = "\u2581"
_UNKNOWN_PENALTY = 10.0


@dataclass(frozen=True, slots=True)
class Encoded:
    """Piece ids of a text and the half-open character range of the text behind each piece."""

    ids: tuple[int, ...]
    ranges: tuple[tuple[int, int], ...]


class Pieces:
    """A unigram vocabulary: `encode` cuts a text into its likeliest pieces."""

    def __init__(
        self, vocabulary: Sequence[tuple[str, float]], normalised: Mapping[str, str]
    ) -> None:
        self._pieces = {piece: (index, score) for index, (piece, score) in enumerate(vocabulary)}
        for special in (BEGIN, PAD, END, UNKNOWN):
            self._pieces.pop(vocabulary[special][0], None)
        self._normalised = normalised
        self._unknown_score = min(score for _, score in vocabulary) - _UNKNOWN_PENALTY
        longest: dict[str, int] = {}
        for piece in self._pieces:
            if len(piece) > longest.get(piece[0], 0):
                longest[piece[0]] = len(piece)
        self._longest = longest  # of the pieces that begin with a character

    def encode(self, text: str) -> Encoded:
        """The likeliest pieces of `text`, a word boundary before its first character.

        >>> pieces.encode("200个左右").ranges
        ((0, 0), (0, 3), (3, 4), (4, 6))
        """
        letters, origin = self._normalise(text)
        best = [0.0] + [-math.inf] * len(letters)
        came: list[tuple[int, int]] = [(0, UNKNOWN)] * (len(letters) + 1)
        find = self._pieces.get
        for start, first in enumerate(letters):
            base = best[start]
            furthest = min(start + self._longest.get(first, 1), len(letters))
            for end in range(start + 1, furthest + 1):
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


def pieces(packed: Packed) -> Pieces:
    """The tokenizer that the packed model carries."""
    return Pieces(packed.vocabulary, packed.normalised)
