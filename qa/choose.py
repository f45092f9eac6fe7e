"""Choosing the words that answer: windows of the best passages are read, and the likeliest wins.

This is the one place that decides what answers a question and whether anything does.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.fuse import Scores, z_scores
from index.types import Hit, Indexed
from index.words import normalize, tagged, words
from ingest.metadata import place
from ingest.sentences import whole_sentences
from ingest.types import Span
from qa.network import WEIGHTS, shipped
from qa.reader import Reader, Reading
from qa.windows import Window, cut

CALIBRATION = WEIGHTS.with_name("calibration.json")
"""What `python -m qa.training.calibrate` fitted to the shipped reader."""

_READ = 12
"""Windows read for one question: more cost time, fewer lose answers."""

_LIST = re.compile(r"哪些|哪几|^\s*(?:which|what) (?:\w+ ){0,3}are\b", re.IGNORECASE)
"""Questions for more than one thing."""

_NAMES = frozenset({"ns", "nr", "nt", "nz"})
_CONTENT = frozenset("nvaijlem")
"""Parts of speech, by the segmenter's tags: proper names; words that carry a subject matter."""

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_HEDGE = re.compile(r"(?<=[\d%％个家项处年月日天人次名万亿元倍])(?:左右|以上|以下|以内|之内|上下)")
"""What a figure is not exact without."""

_PLACE_KIND = re.compile(r"(?<=..)[省市县区州]$")
"""What a place may stand without."""

_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Calibration:
    """What each feature of a candidate adds to the log-odds of being right.

    `threshold` is the least confidence of an answer: what is below is silence.
    """

    weights: tuple[float, ...]
    bias: float
    threshold: float

    def confidence(self, features: Sequence[float]) -> float:
        """The estimated probability that a candidate answers, and rightly."""
        odds = self.bias + sum(w * f for w, f in zip(self.weights, features, strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


@functools.cache
def calibration() -> Calibration:
    """The calibration of the shipped reader. Raises `ModelError` when its file is not there."""
    return Calibration(**json.loads(shipped(CALIBRATION)))


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer as characters of a passage, and the sentence that carries it.

    `confidence` is the estimated probability that it is right.
    """

    hit: Hit
    answer: Span
    sentence: Span
    confidence: float


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
class Candidate:
    """What was read in one window: `start` is the window's first character in its passage.

    `features` are, in this order: the score that the reader gives the span, the passage's standing
    among the hits in standard deviations, and the share of the question's words that the window
    and its place hold.
    """

    hit: Hit
    start: int
    window: Window
    reading: Reading
    features: tuple[float, ...]

    @property
    def confidence(self) -> float:
        """The estimated probability that it answers, and rightly."""
        return calibration().confidence(self.features)


@dataclass(frozen=True, slots=True)
class _Place:
    hit: Hit
    start: int
    window: Window
    lacking: float


def choose(
    question: Question, hits: Sequence[Hit], documents: Mapping[str, Indexed], reader: Reader
) -> list[Choice]:
    """The likeliest answer to `question` in the passages; none in doubt.

    A question for a list may have several in one passage, in their order there. `documents` are
    those of the hits, by id.
    """
    found = candidates(question, hits, documents, reader)
    sure = [one for one in found if one.confidence >= calibration().threshold]
    if not sure:
        return []
    best = max(sure, key=lambda one: one.confidence)
    if not _LIST.search(question.text):
        return [_choice(best)]
    here = [one for one in sure if one.hit.chunk.id == best.hit.chunk.id]
    return [_choice(one) for one in sorted(here, key=lambda one: one.start)]


def candidates(
    question: Question, hits: Sequence[Hit], documents: Mapping[str, Indexed], reader: Reader
) -> list[Candidate]:
    """What the windows that are worth reading say to `question`."""
    asked = _content(question)
    names = _names(question)
    years = _YEAR.findall(question.text)
    places = [
        one
        for hit in hits
        if _knows_years(years, hit, documents[hit.chunk.document_id])
        for one in _places(hit, documents[hit.chunk.document_id], names)
    ]
    if not places:
        return []
    standing = z_scores(np.array([hit.score for hit in hits]))
    rank = {hit.chunk.id: float(z) for hit, z in zip(hits, standing, strict=True)}
    shared = _shared(asked, [one.window for one in places])
    order = z_scores(shared) + np.array([rank[one.hit.chunk.id] - one.lacking for one in places])
    read = [int(number) for number in np.argsort(-order, kind="stable")[:_READ]]
    readings = reader.read(
        question.text, [places[number].window for number in read], question.terms
    )
    return [
        Candidate(
            (one := places[number]).hit,
            one.start,
            one.window,
            reading,
            (reading.score, rank[one.hit.chunk.id], float(shared[number])),
        )
        for number, reading in zip(read, readings, strict=True)
        if reading.start < reading.end
    ]


def _places(hit: Hit, document: Indexed, names: Sequence[str]) -> list[_Place]:
    """The windows of a passage; each is told where it stands, and in a document of which year."""
    context = place(hit.chunk.path, document.metadata)
    text = hit.chunk.text
    lacking = _lacking(names, hit, document)
    return [
        _Place(hit, start, Window(context, text[start:end]), lacking)
        for start, end in cut(text)
        if words(text[start:end])
    ]


def _choice(one: Candidate) -> Choice:
    hedge = _HEDGE.match(one.window.text, one.reading.end)
    end = hedge.end() if hedge else one.reading.end
    answer = Span(one.start + one.reading.start, one.start + end)
    return Choice(one.hit, answer, _sentence(one.hit.chunk.text, answer), one.confidence)


def _sentence(text: str, answer: Span) -> Span:
    """The sentence, or the few, that `answer` stands in."""
    touched = [
        one for one in whole_sentences(text) if one.start < answer.end and answer.start < one.end
    ]
    return Span(touched[0].start, touched[-1].end) if touched else answer


def _knows_years(years: Sequence[str], hit: Hit, document: Indexed) -> bool:
    """Whether the passage or its document is about the years that are asked for."""
    known = f"{' '.join(hit.chunk.path)} {document.metadata.date} {normalize(hit.chunk.text)}"
    about = {str(year) for year in document.metadata.years}
    return all(year in known or year in about for year in years)


def _names(question: Question) -> list[str]:
    return [word for word, tag in tagged(question.understood) if tag in _NAMES]


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
        if tag[0] in _CONTENT and (len(word) > 1 or tag[0] == "n" or not _HAN.search(word))
        for part in words(word)
    }


def _shared(asked: set[str], windows: Sequence[Window]) -> Scores:
    """The share of the question's words that each window holds with its place, rare ones first.

    An English word that no window holds does not count: its Chinese name does.
    """
    bags = [asked & set(words(f"{window.context} {window.text}")) for window in windows]
    frequency = Counter(word for bag in bags for word in bag)
    weight = {
        word: math.log(1 + len(windows) / (1 + frequency[word]))
        for word in asked
        if frequency[word] or _HAN.search(word)
    }
    whole = sum(weight.values()) or 1.0
    return np.array([sum(weight[word] for word in bag) / whole for bag in bags], float)
