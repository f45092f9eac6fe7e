"""Asking an index: open it once, search it as often as you like, while it is rebuilt."""

from __future__ import annotations

import functools
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index import catalogue, glossary, lexical, store, vectors
from index.embed import Embedder, Vectors, fits, open_embedder
from index.fuse import Scores, Signals, fuse
from index.types import Hit, Indexed, IndexProblem, NoIndex, Scope, Status
from index.words import is_chinese

if TYPE_CHECKING:
    import faiss

CANDIDATES = 100
"""How many chunks each signal puts forward before all signals are weighed together."""

_ATTEMPTS = 3

_DEPTH = 1000
"""How far down the ranking of documents a candidate's is looked for."""


class Index:
    """An index on disk, open for questions from any number of threads.

    Each snapshot sees one moment of the index; the next one sees what was rebuilt meanwhile.
    """

    def __init__(self, folder: Path, embedder: Embedder | None = None) -> None:
        """Open the index in `folder`; `embedder` spares loading the model again.

        Raises `IndexProblem` when there is none or it cannot be read.
        """
        self.folder = folder
        self._lock = threading.Lock()
        self._loaded: tuple[str, faiss.Index] | None = None
        self._given = embedder
        self._fitting: tuple[bytes, Embedder] | None = None
        self.model = str(self._meta()["model"])

    def _meta(self) -> dict[str, object]:
        with store.opened(self.folder) as connection:
            return _built(store.get_meta(connection), self.folder)

    @property
    def embedder(self) -> Embedder:
        """The model that made this index as it is now.

        Raises `IndexProblem` when the model of that name is another one now.
        """
        return self._embedder(self._meta())

    def _embedder(self, meta: Mapping[str, object]) -> Embedder:
        """The model that made the snapshot with these facts: a rebuild may have changed it."""
        known, name = bytes(meta["probe"]), str(meta["model"])  # type: ignore[call-overload]
        with self._lock:
            if self._fitting is None or self._fitting[0] != known:
                embedder = self._given
                if embedder is None or (name != embedder.name and not fits(embedder, known)):
                    embedder = open_embedder(name)
                if not fits(embedder, known):
                    raise IndexProblem(
                        f"The index in {self.folder} was made by another model than the {name} "
                        "that is here now. Run: policyqa index --rebuild PATH…"
                    )
                self._fitting = known, embedder
                self.model = name
            return self._fitting[1]

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One moment of the index, for all that an answer needs."""
        for attempt in range(_ATTEMPTS):
            with store.opened(self.folder) as connection, store.transaction(connection):
                meta = _built(store.get_meta(connection), self.folder)
                try:
                    found = self._load(str(meta["faiss"]), str(meta["sha256"]))
                except FileNotFoundError as error:
                    if attempt + 1 < _ATTEMPTS:  # a newer generation took the file's place
                        continue
                    raise IndexProblem(
                        f"{error.filename} is missing. Run policyqa index PATH… again: the file is "
                        "made anew from the catalogue, and nothing is embedded twice."
                    ) from error
                yield Snapshot(connection, found, functools.partial(self._embedder, meta))
                return

    def _load(self, name: str, sha256: str) -> faiss.Index:
        with self._lock:
            if self._loaded is None or self._loaded[0] != sha256:
                self._loaded = (sha256, vectors.load(self.folder / name, sha256))
            return self._loaded[1]


def _built(meta: dict[str, object], folder: Path) -> dict[str, object]:
    """The same facts. Raises `NoIndex` when the first build has not come to its end."""
    if "model" not in meta:
        raise NoIndex(folder)
    return meta


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment of an index."""

    connection: sqlite3.Connection
    built: faiss.Index
    embedder: Callable[[], Embedder]

    def search(self, question: str, limit: int, scope: Scope | None = None) -> list[Hit]:
        """The chunks that are about `question`, best first, at most `limit`."""
        return self.rank(question, self.understood(question), limit, scope)

    def rank(
        self, question: str, understood: str, limit: int, scope: Scope | None = None
    ) -> list[Hit]:
        """As `search`, where what `understood` makes of the question is known already.

        The model reads many languages, so it gets the question as it was asked.
        """
        numbers, signals = self.candidates(question, understood, max(CANDIDATES, limit), scope)
        if not numbers:
            return []
        scores = fuse(signals, looked_up=looked_up(question, understood))
        best = np.argsort(-scores, kind="stable")[:limit]
        found = catalogue.chunks(self.connection, [numbers[place] for place in best])
        return [
            Hit(
                chunk,
                score=float(scores[place]),
                dense=float(signals.meaning[place]),
                lexical=float(signals.terms[place]),
                document=float(signals.document[place]),
                passages=int(signals.passages[place]),
            )
            for chunk, place in zip(found, best, strict=True)
        ]

    def candidates(
        self, question: str, understood: str, wanted: int, scope: Scope | None = None
    ) -> tuple[list[int], Signals]:
        """The numbers of `wanted` passages that each signal puts forward, and what all say."""
        embedded = self.embedder().queries([question])[0]
        allowed = catalogue.within(self.connection, scope or Scope())
        by_meaning = vectors.nearest(self.built, embedded, wanted, allowed)
        known = lexical.telling(self.connection, "chunk", understood)
        by_terms = lexical.best(self.connection, "chunk", known, wanted, allowed)
        naming = lexical.telling(self.connection, "document", understood)
        by_document = lexical.best(self.connection, "document", naming, _DEPTH)
        numbers = list(dict.fromkeys([*by_meaning, *by_terms]))
        if not numbers:
            return [], Signals(*[np.zeros(0)] * 4)
        owners = catalogue.owners(self.connection, numbers)
        sizes = catalogue.sizes(self.connection, owners)
        return numbers, Signals(
            meaning=store.vectors_of(self.connection, numbers).astype(np.float64) @ embedded,
            terms=np.array(
                lexical.overlap(self.connection, understood, known, numbers, self.built.ntotal)
            ),
            document=_scores(by_document, owners),
            passages=np.array([sizes[owner] for owner in owners], np.float64),
        )

    def understood(self, question: str) -> str:
        """The question, with the Chinese names of its English words that the documents use."""
        return glossary.expand(question, functools.partial(lexical.frequency, self.connection))

    def document(self, identity: str) -> Indexed:
        """The document of that id. Raises `KeyError` when it is not in this snapshot."""
        found = catalogue.documents(self.connection, identity)
        if not found:
            raise KeyError(identity)
        return found[0]

    def documents(self) -> list[Indexed]:
        """Every document, in the order of their paths."""
        return catalogue.documents(self.connection)

    def vectors(self) -> tuple[list[tuple[str, ...]], Vectors]:
        """The files that each chunk stands in, and its vector: (chunks, dimension)."""
        return store.every_vector(self.connection)

    def chunks_of(self) -> dict[str, int]:
        """How many chunks each document has, by its id."""
        return catalogue.chunks_of(self.connection)


def alone(question: str, understood: str, hits: Sequence[Hit]) -> list[Hit]:
    """The same hits, best first, with the scores they would have if nothing else were found."""
    if not hits:
        return []
    told = [(hit.dense, hit.lexical, hit.document, hit.passages) for hit in hits]
    scores = fuse(Signals(*np.array(told, np.float64).T), looked_up=looked_up(question, understood))
    rescored = (replace(hit, score=float(one)) for hit, one in zip(hits, scores, strict=True))
    return sorted(rescored, key=lambda hit: -hit.score)


def looked_up(question: str, understood: str) -> bool:
    """Whether the terms of the question are a dictionary's."""
    return understood != question and not is_chinese(question)


def _scores(ranking: dict[int, float], numbers: Iterable[int]) -> Scores:
    """Each one's score; what a ranking was cut off before scores as its last one does."""
    floor = min(ranking.values(), default=0.0) if len(ranking) >= _DEPTH else 0.0
    return np.array([ranking.get(number, floor) for number in numbers])


def status(folder: Path) -> Status:
    """What the index in `folder` holds.

    Raises `IndexProblem` when there is none or it cannot be read.
    """
    with store.opened(folder) as connection, store.transaction(connection):
        meta = store.get_meta(connection)
        _built(meta, folder)
        documents, chunks = catalogue.count(connection)
    size = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    return Status(
        documents,
        chunks,
        str(meta["model"]),
        size,
        str(meta["built"]),
        int(str(meta["generation"])),
    )
