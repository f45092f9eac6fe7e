"""Choosing the words that answer, by ranking signals alone.

This is the one place that decides what answers a question and whether anything does. It reads no
meaning: a sentence is chosen because it is close to the question in vector space, shares its rare
words and has a number where one is asked for; it is refused because it lacks a year or a name
that the question insists on.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.embed import Embedder
from index.fuse import Scores, z_scores
from index.types import Hit, Indexed
from index.words import normalize, tagged, words
from ingest.sentences import sentences
from ingest.types import Span

_READ = 16
"""How many sentences are embedded for one question: more costs time, fewer loses answers."""

_COVERED = 0.5
"""The share of a Chinese question's rare words that the passage must hold."""

_NAMES = frozenset({"ns", "nr", "nt", "nz"})
_CONTENT = frozenset("nvaijlem")
"""Parts of speech, by the segmenter's tags: proper names; words that carry a subject matter."""

_QUANTITY = re.compile(
    r"多少|几[个家项处年月日天人次条种成倍]|多[大高长久]|how (many|much|long|large|high)"
    r"|what (\w+ ){0,3}(rate|share|percent\w*|revenue|target|growth|number|amount)",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\d+(?:[.,]\d+)?|[一二三四五六七八九十百千万亿两]{2,}|[一二三四五六七八九两][个家项处年次]"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_CLAUSE = re.compile(r"[^，；：,;:]+[，；：,;:]?")
_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Choice:
    """Words that answer, as characters of a passage: the sentence, and the clause that carries it.

    `confidence` is between 0 and 1.
    """

    hit: Hit
    sentence: Span
    clause: Span
    confidence: float


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a passage must agree with: years, proper names, and most of the Chinese words."""

    years: tuple[str, ...]
    names: tuple[str, ...]
    words: tuple[str, ...]


def choose(
    question: str,
    understood: str,
    hits: Sequence[Hit],
    documents: dict[str, Indexed],
    embedder: Embedder,
) -> Choice | None:
    """The sentence that best answers `question`; None when the passages do not hold an answer.

    `understood` is the question with the documents' own names for its words; `documents` are
    those of the hits, by id.
    """
    asked = _asked(question, understood)
    fit = [hit for hit in hits if _fits(asked, hit, documents[hit.chunk.document_id])]
    places = [(hit, span) for hit in fit for span in sentences(hit.chunk.text)]
    places = [(hit, span) for hit, span in places if words(hit.chunk.text[span.start : span.end])]
    if not places:
        return None
    texts = [hit.chunk.text[span.start : span.end] for hit, span in places]
    placed = [f"{hit.chunk.path[-1]} {text}" for (hit, _), text in zip(places, texts, strict=True)]
    shared = _shared_words(question, placed)
    rank = np.array([hit.score for hit, _ in places])
    number = np.array([_tells_number(question, text) for text in texts], float)
    first = np.argsort(-(z_scores(rank) + z_scores(shared) + number), kind="stable")[:_READ]
    vectors = np.concatenate(list(embedder.passages([texts[place] for place in first])))
    cosines = vectors @ embedder.queries([question])[0]
    scores = z_scores(cosines.astype(float)) + z_scores(shared[first]) + z_scores(rank[first]) / 2
    scores += 2 * number[first]
    best = int(np.argmax(scores))
    hit, sentence = places[first[best]]
    clause = _clause(understood, hit.chunk.text, sentence)
    return Choice(hit, sentence, clause, float(max(0.0, min(1.0, cosines[best]))))


def _asked(question: str, understood: str) -> _Asked:
    return _Asked(
        tuple(_YEAR.findall(question)),
        tuple(word for word, tag in tagged(understood) if tag in _NAMES),
        tuple(word for word in _content(question) if _HAN.search(word)),
    )


def _fits(asked: _Asked, hit: Hit, document: Indexed) -> bool:
    """Whether the passage and its place agree with the years and names that are asked for."""
    place = " ".join((*hit.chunk.path, document.title, document.metadata.issuer))
    about = normalize(f"{place} {document.metadata.date} {hit.chunk.text}")
    years = {str(year) for year in document.metadata.years}
    if any(year not in about and year not in years for year in asked.years):
        return False
    for name in asked.names:
        if name not in about and name[:-1] not in about:  # a place may lack its 省, 市 or 县
            return False
    covered = sum(len(word) for word in asked.words if word in about)
    return covered >= _COVERED * sum(map(len, asked.words))


def _content(question: str) -> set[str]:
    """The words of a question that carry its subject."""
    return {
        part
        for word, tag in tagged(question)
        if tag[0] in _CONTENT and (len(word) > 1 or tag[0] == "n" or not _HAN.search(word))
        for part in words(word)
    }


def _tells_number(question: str, text: str) -> bool:
    """Whether a question for a quantity meets a number that it did not bring itself."""
    if not _QUANTITY.search(question):
        return False
    return bool(set(_NUMBER.findall(text)) - set(_NUMBER.findall(question)))


def _shared_words(question: str, texts: Sequence[str]) -> Scores:
    """How much of the question each text shares, rare words counting for more."""
    asked = _content(question)
    bags = [asked & set(words(text)) for text in texts]
    frequency = Counter(word for bag in bags for word in bag)
    weight = {word: math.log(1 + len(texts) / count) for word, count in frequency.items()}
    return np.array([sum(weight[word] for word in bag) for bag in bags])


def _clause(question: str, text: str, sentence: Span) -> Span:
    """The clause of the sentence that shares most with the question; the whole one in doubt."""
    clauses = [
        Span(sentence.start + match.start(), sentence.start + match.end())
        for match in _CLAUSE.finditer(text[sentence.start : sentence.end])
    ]
    if _QUANTITY.search(question):
        clauses = [part for part in clauses if _tells_number(question, text[part.start : part.end])]
    if not clauses:
        return sentence
    shared = _shared_words(question, [text[part.start : part.end] for part in clauses])
    if shared.max() == 0:
        return sentence
    return clauses[int(shared.argmax())]
