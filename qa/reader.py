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
from qa import network
from qa.inputs import Inputs, prepare
from qa.network import Array
from qa.pieces import pieces
from qa.windows import Window

_LONGEST = 100
"""Tokens of the longest answer."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The likeliest answer in a window: characters `[start, end)` of the window's text.

    `score` is how much better it fits than "no answer here": 0 in doubt.
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
        self._pieces = pieces(self._packed)

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
        first, last = _best_span(inside)
        return Reading(
            start=given.ranges[first][0],
            end=given.ranges[last][1],
            score=float(inside[first, 0] + inside[last, 1] - edges[0].sum()),
        )


def _best_span(edges: Array) -> tuple[int, int]:
    """The first and last token of the best span, given scores of shape (tokens, 2)."""
    scores = edges[:, :1] + edges[None, :, 1]
    allowed = np.triu(np.ones(scores.shape, bool)) & ~np.triu(np.ones(scores.shape, bool), _LONGEST)
    first, last = np.unravel_index(np.where(allowed, scores, -np.inf).argmax(), scores.shape)
    return int(first), int(last)
