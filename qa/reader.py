"""The reader: which words of a window answer the question, and whether any do.

It looks at question and window together, as similarity cannot tell an answer from a passage that
is merely about the same thing. Runs in ONNX Runtime, one window to a core.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index import graph
from index.model import packed
from index.packed import embeddings
from index.pieces import pieces
from qa import network
from qa.inputs import Inputs, prepare
from qa.network import Array
from qa.windows import Window

_LONGEST = 100
"""Tokens of the longest answer."""

_LIKELY = 20
"""Spans that are weighed against each other."""

_WORDY = 8
"""Characters from which on an answer has more than one good end; a figure or a name has one."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The best answer in a window: characters `[start, end)` of the window's text.

    `score` are the log-odds that the window answers at all, in whatever words: 0 in doubt.
    """

    start: int
    end: int
    score: float


@functools.cache
def load() -> Reader:
    """The reader of this process."""
    return Reader(network.prepare())


class Reader:
    """The trained network, as `qa.network` has joined it in `folder`, with its tokenizer."""

    def __init__(self, folder: Path) -> None:
        self._session = graph.session(folder)
        self._packed = packed()
        self._pieces = pieces()

    def read(self, question: str, windows: Sequence[Window], terms: str = "") -> list[Reading]:
        """What each window answers to `question`; `terms` are the Chinese names of its words."""
        with ThreadPoolExecutor(graph.cores()) as threads:
            return list(threads.map(lambda window: self._read(question, window, terms), windows))

    def prepared(self, question: str, window: Window, terms: str = "") -> Inputs:
        """What the network is given."""
        return prepare(self._pieces, question, window, terms)

    def _read(self, question: str, window: Window, terms: str) -> Reading:
        given = self.prepared(question, window, terms)
        embedded = embeddings(self._packed, given.ids)
        found = self._session.run(["edges"], {"embedded": embedded, "marks": given.marks})
        edges = np.asarray(found[0])
        inside = edges[given.first : given.last]
        if not len(inside):
            return Reading(0, 0, float("-inf"))
        every = span_scores(inside)
        spans, scores = likeliest(every)
        start, end = _characters(given, spans[0])
        if end - start >= _WORDY:
            start, end = _characters(given, spans[most_shared(spans, scores)])
        answered = np.logaddexp.reduce(every, axis=None)
        return Reading(start, end, float(answered - edges[0].sum()))


def _characters(given: Inputs, span: Array) -> tuple[int, int]:
    first, last = span.tolist()
    return given.ranges[first][0], given.ranges[last][1]


def span_scores(edges: Array) -> Array:
    """The score of each first token with each last one, -inf where they bound no answer.

    `edges` are each token's scores of being the first and the last, shape (tokens, 2).
    """
    scores = edges[:, :1] + edges[None, :, 1]
    allowed = np.triu(np.ones(scores.shape, bool)) & ~np.triu(np.ones(scores.shape, bool), _LONGEST)
    return np.where(allowed, scores, -np.inf)


def likeliest(scores: Array) -> tuple[Array, Array]:
    """The best spans of first and last token, shape (spans, 2), and their scores, best first."""
    best = np.argsort(-scores, axis=None, kind="stable")[:_LIKELY]
    best = best[np.isfinite(scores.flat[best])]
    return np.stack(np.unravel_index(best, scores.shape), axis=1), scores.flat[best]


def most_shared(spans: Array, scores: Array) -> int:
    """Which of the spans has the highest F1 to be expected, each of them being right in turn.

    Where an answer may end in several places, the likeliest span is often the shortest. Minimum
    Bayes risk, compare Kumar and Byrne, "Minimum Bayes-risk decoding for statistical machine
    translation", NAACL 2004.
    """
    first, last = spans.T
    shared = np.minimum(last[:, None], last) - np.maximum(first[:, None], first) + 1
    lengths = last - first + 1
    overlap = 2 * np.maximum(shared, 0) / (lengths[:, None] + lengths)
    return int((overlap @ np.exp(scores - scores[0])).argmax())
