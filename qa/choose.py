"""Choosing the words that answer: windows of the best passages are read, and the likeliest wins.

This is the one place that decides what answers a question and whether anything does.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from index.fuse import Scores, z_scores
from index.types import Hit, Indexed
from index.words import normalize, tagged, words
from ingest.sentences import sentences
from ingest.types import Span
from qa.reader import Reader, Reading
from qa.windows import Window, cut

THRESHOLD = 0.5
"""The least confidence of an answer; what is below is silence."""

_READ = 16
"""Windows read for one question: more cost time, fewer lose answers."""

_SPAN, _BIAS = 0.36, 1.0
"""The log-odds that a window answers, from the reader's score: fitted by logistic regression on
1,009 windows of passages that were held out of its training."""

_RANK = 0.3
"""What a standard deviation in the passages' own ranking adds to those log-odds."""

_NAMES = frozenset({"ns", "nr", "nt", "nz"})
_CONTENT = frozenset("nvaijlem")
"""Parts of speech, by the segmenter's tags: proper names; words that carry a subject matter."""

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_HEDGE = re.compile(r"(?<=[\d%％个家项处年月日天人次名万亿元倍])(?:左右|以上|以下|以内|之内|上下)")
"""What a figure is not exact without."""

_HAN = re.compile(r"[\u4e00-\u9fff]")


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
class _Place:
    """A window of a passage: its characters there, and what the reader is given."""

    hit: Hit
    start: int
    window: Window


def choose(
    question: str,
    hits: Sequence[Hit],
    documents: dict[str, Indexed],
    reader: Reader,
) -> list[Choice]:
    """The answers to `question` that the passages hold, the likeliest first; none in doubt.

    `question` is in the documents' own language; `documents` are those of the hits, by id.
    """
    fit = [hit for hit in hits if _agrees(question, hit, documents[hit.chunk.document_id])]
    places = _best_places(question, [place for hit in fit for place in _places(hit, documents)])
    readings = reader.read(question, [place.window for place in places])
    ranks = z_scores(np.array([hit.score for hit in hits]))
    rank = {hit.chunk.id: float(z) for hit, z in zip(hits, ranks, strict=True)}
    chosen = [
        _choice(place, reading, rank[place.hit.chunk.id])
        for place, reading in zip(places, readings, strict=True)
        if reading.start < reading.end
    ]
    chosen = [one for one in chosen if one.confidence >= THRESHOLD]
    return sorted(chosen, key=lambda one: -one.confidence)


def _places(hit: Hit, documents: dict[str, Indexed]) -> list[_Place]:
    """The windows of a passage; each is told where it stands, and in a document of which year."""
    context = " › ".join(hit.chunk.path)
    year = documents[hit.chunk.document_id].metadata.date[:4]
    if year and year not in context:
        context = f"{year}年 {context}"
    text = hit.chunk.text
    return [
        _Place(hit, start, Window(context, text[start:end]))
        for start, end in cut(text)
        if words(text[start:end])
    ]


def _best_places(question: str, places: Sequence[_Place]) -> list[_Place]:
    """The windows that are worth reading: of good passages, with the question's rare words."""
    rank = z_scores(np.array([place.hit.score for place in places]))
    shared = z_scores(_shared_words(question, [place.window for place in places]))
    best = np.argsort(-(rank + shared), kind="stable")[:_READ]
    return [places[number] for number in best]


def _choice(place: _Place, reading: Reading, rank: float) -> Choice:
    odds = _SPAN * reading.span + _RANK * rank + _BIAS
    hedge = _HEDGE.match(place.window.text, reading.end)
    end = hedge.end() if hedge else reading.end
    answer = Span(place.start + reading.start, place.start + end)
    confidence = 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))
    return Choice(place.hit, answer, _sentence(place.hit.chunk.text, answer), confidence)


def _sentence(text: str, answer: Span) -> Span:
    """The sentence, or the few, that `answer` stands in."""
    starts = [span.start for span in sentences(text)]
    bounds = [*starts, len(text)]
    touched = [
        Span(start, end)
        for start, end in pairwise(bounds)
        if start < answer.end and answer.start < end
    ]
    return Span(touched[0].start, touched[-1].end) if touched else answer


def _agrees(question: str, hit: Hit, document: Indexed) -> bool:
    """Whether the passage and its place know the years and names that are asked for."""
    place = " ".join((*hit.chunk.path, document.title, document.metadata.issuer))
    about = normalize(f"{place} {document.metadata.date} {hit.chunk.text}")
    years = {str(year) for year in document.metadata.years}
    if any(year not in about and year not in years for year in _YEAR.findall(question)):
        return False
    names = [word for word, tag in tagged(question) if tag in _NAMES]
    # A place may stand without its 省, 市 or 县.
    return all(name in about or name[:-1] in about for name in names)


def _shared_words(question: str, windows: Sequence[Window]) -> Scores:
    """How much of the question each window shares, its place included; rare words count more."""
    asked = {
        part
        for word, tag in tagged(question)
        if tag[0] in _CONTENT and (len(word) > 1 or tag[0] == "n" or not _HAN.search(word))
        for part in words(word)
    }
    bags = [asked & set(words(f"{window.context} {window.text}")) for window in windows]
    frequency = Counter(word for bag in bags for word in bag)
    weight = {word: math.log(1 + len(windows) / count) for word, count in frequency.items()}
    return np.array([sum(weight[word] for word in bag) for bag in bags], float)
