"""Where an answer may stand: the windows of the passages found that are worth reading."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from index.fuse import Scores, z_scores
from index.types import Hit, Indexed
from index.words import is_chinese, normalize, tagged, words
from ingest.metadata import place
from qa.windows import Window, cut

_NAMES = frozenset({"ns", "nr", "nt", "nz"})
_CONTENT = frozenset("nvaijlem")
"""Parts of speech, by the segmenter's tags: proper names; words that carry a subject matter."""

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")

_PLACE_KIND = re.compile(r"(?<=..)[省市县区州]$")
"""What a place may stand without."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was asked, and the Chinese names of its English words."""

    text: str
    terms: str

    @classmethod
    def of(cls, text: str, expanded: str) -> Question:
        """From the question and what the index made of it, with the names behind it."""
        return cls(text, expanded.removeprefix(text).strip())

    @property
    def understood(self) -> str:
        """Both together, for whatever compares words."""
        return f"{self.text} {self.terms}"


@dataclass(frozen=True, slots=True)
class Place:
    """A window of a passage: `start` is its first character there.

    `standing` is the passage's score among the hits, in standard deviations; `share` is how much
    of the question's words, rare ones first, the window holds together with where it stands.
    """

    hit: Hit
    start: int
    window: Window
    standing: float
    share: float


def places(
    question: Question, hits: Sequence[Hit], documents: Mapping[str, Indexed], limit: int
) -> list[Place]:
    """The windows that are worth reading, best first, at most `limit`.

    A passage that lacks a year that is asked for is left out; one that lacks a name that is asked
    for comes later. `documents` are those of the hits, by id.
    """
    years = _YEAR.findall(question.text)
    names = [word for word, tag in tagged(question.understood) if tag in _NAMES]
    standings = z_scores(np.array([hit.score for hit in hits]))
    found: list[Place] = []
    lacking: list[float] = []
    for hit, standing in zip(hits, standings.tolist(), strict=True):
        document = documents[hit.chunk.document_id]
        if _knows_years(years, hit, document):
            windows = _windows(hit, document)
            found += [Place(hit, start, window, standing, 0.0) for start, window in windows]
            lacking += [_lacking(names, hit, document)] * len(windows)
    shares = _shares(_content(question), [one.window for one in found])
    worth = z_scores(shares) + np.array([one.standing for one in found]) - np.array(lacking)
    best = np.argsort(-worth, kind="stable")[:limit].tolist()
    return [replace(found[number], share=float(shares[number])) for number in best]


def _windows(hit: Hit, document: Indexed) -> list[tuple[int, Window]]:
    """The windows of a passage; each is told where it stands, and in a document of which year."""
    context = place(hit.chunk.path, document.metadata)
    text = hit.chunk.text
    return [
        (start, Window(context, text[start:end]))
        for start, end in cut(text)
        if words(text[start:end])
    ]


def _knows_years(years: Sequence[str], hit: Hit, document: Indexed) -> bool:
    """Whether the passage or its document is about the years that are asked for."""
    known = f"{' '.join(hit.chunk.path)} {document.metadata.date} {normalize(hit.chunk.text)}"
    about = {str(year) for year in document.metadata.years}
    return all(year in known or year in about for year in years)


def _lacking(names: Sequence[str], hit: Hit, document: Indexed) -> float:
    """The share of `names` that neither the passage nor its place knows."""
    about = normalize(
        " ".join((*hit.chunk.path, document.title, document.metadata.issuer, hit.chunk.text))
    )
    lacking = [name for name in names if _PLACE_KIND.sub("", name) not in about]
    return len(lacking) / len(names) if names else 0.0


def _content(question: Question) -> set[str]:
    return {
        part
        for word, tag in tagged(question.understood)
        if tag[0] in _CONTENT and (len(word) > 1 or tag[0] == "n" or not is_chinese(word))
        for part in words(word)
    }


def _shares(asked: set[str], windows: Sequence[Window]) -> Scores:
    """The share of the question's words that each window holds with its place, rare ones first.

    An English word that no window holds does not count: its Chinese name does.
    """
    bags = [asked & set(words(f"{window.context} {window.text}")) for window in windows]
    frequency = Counter(word for bag in bags for word in bag)
    weight = {
        word: math.log(1 + len(windows) / (1 + frequency[word]))
        for word in asked
        if frequency[word] or is_chinese(word)
    }
    whole = sum(weight.values()) or 1.0
    return np.array([sum(weight[word] for word in bag) / whole for bag in bags], float)
