"""Choosing the words that answer: windows of the best passages are read, and the likeliest wins.

This is the one place that decides what answers a question and whether anything does.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index import shipped
from index.types import Hit, Indexed
from index.words import normalize
from ingest.sentences import whole_sentences
from ingest.types import Span
from qa.network import WEIGHTS
from qa.places import Place, Question, places
from qa.reader import Reader, Reading

CALIBRATION = WEIGHTS.with_name("calibration.json")
"""What `python -m qa.training.calibrate` fitted to the shipped reader, by embedding model."""
ANY_MODEL = "any"

_READ = 12
"""Windows read for one question: more cost time, fewer lose answers."""

_LIST = re.compile(r"哪些|哪几|^\s*(?:which|what) (?:\w+ ){0,3}are\b", re.IGNORECASE)
"""Questions for more than one thing."""

_HEDGE = re.compile(r"(?<=[\d%％个家项处年月日天人次名万亿元倍])(?:左右|以上|以下|以内|之内|上下)")
_BOUND = re.compile(
    r"(?:不?超过?|不?(?:少|低|高|多|大|小)于|不足|至少|至多|最[多少高低]"
    r"|(?<![预条合节公续违签])大?约|(?<![最附邻临就靠新])[将接]?近|逾)\s*$"
)
"""What a figure is not exact without, behind it and before it."""

_LEADING_ON = "，、；：,;: \u3000"
_BEGINS = re.compile(r"(?:^|[。！？!?；;：:\n])[\s“‘（(]*$")
_MARKS = re.compile(r"[：:，、；;。■●◆\s]*")
_NUMBER = re.compile(
    r"[（(][一二三四五六七八九十]{1,3}[）)]\s*"
    r"|[一二三四五六七八九十]{1,3}、(?![一二三四五六七八九十])|\d{1,2}[.．、](?!\d)\s*"
)
"""A paragraph's number, where it stands at the beginning: 五一、国庆 within a sentence is none."""

_PROSE = 1 / 3
"""The share of its sentence from which on an answer is prose, which often goes on behind it."""

_QUOTED = 220
"""Characters of a quote of prose, about: more adds little to what experts cite for questions about
the law (`tests/bench/quote_length.py`)."""

_MOST_BACKING, _SCORE_SCALE, _FAR = 2.0, 3.0, 15.0
"""What keeps one feature from outweighing the rest: passages, and units of the reader's score."""


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
def calibration(model: str) -> Calibration:
    """The calibration of the shipped reader over passages that the embedding `model` found.

    Cosines of different models lie in different ranges, so the one for any model leaves them out.
    Raises `ModelError` when the file is not there.
    """
    known = json.loads(shipped.read(CALIBRATION))
    return Calibration(**known.get(model, known[ANY_MODEL]))


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer as characters of a passage, and the `quote` that carries it: whole sentences.

    `confidence` is the estimated probability that it is right.
    """

    hit: Hit
    answer: Span
    quote: Span
    confidence: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """What was read in one place.

    `features` are, in this order: the score that the reader gives the window; the passage's
    standing among the hits; the share of the question's words that stand there; the passage's
    cosine with the question; how many other passages give the same words; and the score's lead
    over the best window with other words.
    """

    place: Place
    reading: Reading
    features: tuple[float, ...]

    @property
    def text(self) -> str:
        """The words that were found."""
        return self.place.window.text[self.reading.start : self.reading.end]


@dataclass(frozen=True, slots=True)
class _Found:
    place: Place
    reading: Reading
    words: str
    """Those found, bare of case, width and punctuation."""


def choose(
    question: Question,
    hits: Sequence[Hit],
    documents: Mapping[str, Indexed],
    reader: Reader,
    calibrated: Calibration,
) -> list[Choice]:
    """The likeliest answer to `question` in the passages; none in doubt.

    A question for a list may have several in one passage, in their order there. `documents` are
    those of the hits, by id.
    """
    found = candidates(question, hits, documents, reader)
    choices = [_choice(one, calibrated.confidence(one.features)) for one in found]
    sure = [one for one in choices if one.confidence >= calibrated.threshold]
    if not sure:
        return []
    best = max(sure, key=lambda one: one.confidence)
    if not _LIST.search(question.text):
        return _going_on([best])
    here = [one for one in sure if one.hit.chunk.id == best.hit.chunk.id]
    return _going_on(sorted(here, key=lambda one: one.answer.start))


def candidates(
    question: Question, hits: Sequence[Hit], documents: Mapping[str, Indexed], reader: Reader
) -> list[Candidate]:
    """What the windows that are worth reading say to `question`."""
    worth = places(question, hits, documents, _READ)
    readings = reader.read(question.text, [one.window for one in worth], question.terms)
    found = [
        _Found(place, reading, _bare(place.window.text[reading.start : reading.end]))
        for place, reading in zip(worth, readings, strict=True)
        if reading.start < reading.end
    ]
    return [Candidate(one.place, one.reading, _features(one, found)) for one in found]


def _features(one: _Found, found: Sequence[_Found]) -> tuple[float, ...]:
    return (
        one.reading.score,
        one.place.standing,
        one.place.share,
        one.place.hit.dense,
        _backing(one, found),
        _lead(one, found),
    )


def _backing(one: _Found, found: Sequence[_Found]) -> float:
    """How many other passages give the same words, each counting as far as its score goes.

    Passages that agree are evidence beyond each one's own; compare Dumais et al. (2002), "Web
    question answering: is more always better?".
    """
    scores = [
        other.reading.score
        for other in found
        if other.place.hit.chunk.id != one.place.hit.chunk.id and _agree(one, other)
    ]
    return min(_MOST_BACKING, sum(1 / (1 + math.exp(-score / _SCORE_SCALE)) for score in scores))


def _lead(one: _Found, found: Sequence[_Found]) -> float:
    """How much better the window answers than the best with other words, within `_FAR`."""
    others = (other.reading.score for other in found if not _agree(one, other))
    return max(-_FAR, min(_FAR, one.reading.score - max(others, default=-_FAR)))


def _agree(one: _Found, other: _Found) -> bool:
    """Whether one's words hold the other's, and these are at least half of them."""
    short, long = sorted((one.words, other.words), key=len)
    return one is other or (bool(short) and short in long and 2 * len(short) >= len(long))


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, normalize(text)))


def _choice(one: Candidate, confidence: float) -> Choice:
    place, reading = one.place, one.reading
    text = place.window.text
    answer = Span(place.start + _start(text, reading), place.start + _end(text, reading))
    return Choice(place.hit, answer, _sentence(place.hit.chunk.text, answer), confidence)


def _start(text: str, reading: Reading) -> int:
    """Where the answer starts: behind what leads in, before what bounds a figure."""
    start = _behind(_MARKS, text, reading.start, reading.end)
    if _BEGINS.search(text, 0, start):
        start = _behind(_NUMBER, text, start, reading.end)
    bound = _BOUND.search(text, 0, start)
    return bound.start() if bound and text[start].isdecimal() else start


def _behind(lead: re.Pattern[str], text: str, start: int, end: int) -> int:
    """Where the `lead` at `start` ends; `start` where it would leave nothing of the words."""
    found = lead.match(text, start, end)
    return found.end() if found and found.end() < end else start


def _end(text: str, reading: Reading) -> int:
    """Where the answer ends: behind what hedges a figure, before a mark that only leads on.

    The full stop is left to answers that begin where a sentence does.
    """
    if hedge := _HEDGE.match(text, reading.end):
        return hedge.end()
    marks = _LEADING_ON if _BEGINS.search(text, 0, reading.start) else _LEADING_ON + "。"
    bare = text[reading.start : reading.end].rstrip(marks)
    return reading.start + len(bare) if bare else reading.end


def _sentence(text: str, answer: Span) -> Span:
    """The sentence, or the few, that `answer` stands in."""
    touched = [
        one for one in whole_sentences(text) if one.start < answer.end and answer.start < one.end
    ]
    return Span(touched[0].start, touched[-1].end) if touched else answer


def _going_on(chosen: Sequence[Choice]) -> list[Choice]:
    """The choices of one passage, prose quoted with the sentences behind it.

    A reader is shown what the answer goes on with, as far as `_QUOTED` and the next choice allow.
    """
    limits = [one.quote.start for one in chosen[1:]] + [len(chosen[-1].hit.chunk.text)]
    return [
        replace(one, quote=_with_next(one, limit)) if _is_prose(one) else one
        for one, limit in zip(chosen, limits, strict=True)
    ]


def _is_prose(choice: Choice) -> bool:
    return len(choice.answer) >= _PROSE * len(choice.quote)


def _with_next(choice: Choice, limit: int) -> Span:
    """The quote with the sentences behind it that end before `limit` and fit."""
    limit = min(limit, choice.quote.start + _QUOTED)
    ends = (one.end for one in whole_sentences(choice.hit.chunk.text) if one.end <= limit)
    return Span(choice.quote.start, max([choice.quote.end, *ends]))
