"""The reader: which words of a window answer the question, and whether any do.

It looks at question and window together, as similarity cannot tell an answer from a passage that
is merely about the same thing. Runs in ONNX Runtime, one window to a core.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.model import packed_path
from index.packed import embeddings, parse
from qa import network
from qa.inputs import Inputs, prepare
from qa.network import Array
from qa.pieces import pieces
from qa.windows import Window

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

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
    return Reader()


class Reader:
    """The trained network with its tokenizer."""

    def __init__(self, report: Callable[[str], None] = lambda _: None) -> None:
        """Load it; `report` gets a line when it must be prepared first."""
        folder = network.prepare(report)
        self._session = _session(folder)
        with np.load(folder / network.HEAD, allow_pickle=False) as head:
            self._head = dict(head)
        self._packed = parse(packed_path().read_bytes())
        self._pieces = pieces(self._packed)

    def read(self, question: str, windows: Sequence[Window], terms: str = "") -> list[Reading]:
        """What each window answers to `question`; `terms` are the Chinese names of its words."""
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
        with ThreadPoolExecutor(cores) as threads:
            return list(threads.map(lambda window: self._read(question, window, terms), windows))

    def prepared(self, question: str, window: Window, terms: str = "") -> Inputs:
        """What the network is given."""
        return prepare(self._pieces, question, window, terms)

    def _read(self, question: str, window: Window, terms: str) -> Reading:
        given = self.prepared(question, window, terms)
        embedded = embeddings(self._packed, given.ids)
        (states,) = self._session.run(["states"], {"embedded": embedded, "marks": given.marks})
        edges = states @ self._head["weight"].T + self._head["bias"]
        inside = edges[given.first : given.last]
        if not len(inside):
            return Reading(0, 0, float("-inf"))
        first, last = _best_span(inside)
        return Reading(
            start=given.ranges[first][0],
            end=given.ranges[last][1],
            score=float(inside[first, 0] + inside[last, 1] - edges[0].sum()),
        )


def _session(folder: Path) -> InferenceSession:
    from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415 - takes a moment

    settings = SessionOptions()
    settings.intra_op_num_threads = 1
    settings.inter_op_num_threads = 1
    path = str(folder / network.GRAPH)
    return InferenceSession(path, settings, providers=["CPUExecutionProvider"])


def _best_span(edges: Array) -> tuple[int, int]:
    """The first and last token of the best span, given scores of shape (tokens, 2)."""
    scores = edges[:, :1] + edges[None, :, 1]
    allowed = np.triu(np.ones(scores.shape, bool)) & ~np.triu(np.ones(scores.shape, bool), _LONGEST)
    first, last = np.unravel_index(np.where(allowed, scores, -np.inf).argmax(), scores.shape)
    return int(first), int(last)
