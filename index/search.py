"""Asking an index: open it once, search it as often as you like, while it is rebuilt."""

from __future__ import annotations

import functools
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index import catalogue, glossary, lexical, store, vectors
from index.embed import Embedder, Vectors, fits, open_embedder
from index.fuse import Scores, fuse
from index.types import Hit, Indexed, IndexProblem, Scope, Status

if TYPE_CHECKING:
    import faiss

CANDIDATES = 100
"""How many chunks each signal puts forward before both are weighed together."""


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
        with store.opened(folder) as connection:
            meta = store.get_meta(connection)
        if "model" not in meta:
            raise IndexProblem(f"There is no index in {folder}. Run: policyqa index PATH…")
        self.model = str(meta["model"])
        self._given = embedder

    @functools.cached_property
    def embedder(self) -> Embedder:
        """The model that made this index.

        Raises `IndexProblem` when the model of that name is another one now.
        """
        embedder = self._given or open_embedder(self.model)
        with store.opened(self.folder) as connection:
            probe = store.get_meta(connection)["probe"]
        if not isinstance(probe, bytes) or not fits(embedder, probe):
            raise IndexProblem(
                f"The index in {self.folder} was made by another model than the {self.model} "
                "that is here now. Run: policyqa index --rebuild PATH…"
            )
        return embedder

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One moment of the index, for all that an answer needs."""
        for attempt in range(3):
            with store.opened(self.folder) as connection, store.transaction(connection):
                meta = store.get_meta(connection)
                try:
                    built = self._load(str(meta["faiss"]), str(meta["sha256"]))
                except FileNotFoundError as error:
                    if attempt < 2:  # noqa: PLR2004 - a newer generation took the file's place
                        continue
                    raise IndexProblem(
                        f"{error.filename} is missing. Run policyqa index PATH… again: the file is "
                        "made anew from the catalogue, and nothing is embedded twice."
                    ) from error
                yield Snapshot(connection, built, self)
                return

    def _load(self, name: str, sha256: str) -> faiss.Index:
        with self._lock:
            if self._loaded is None or self._loaded[0] != sha256:
                self._loaded = (sha256, vectors.load(self.folder / name, sha256))
            return self._loaded[1]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment of an index."""

    connection: sqlite3.Connection
    built: faiss.Index
    index: Index

    def search(self, question: str, limit: int, scope: Scope | None = None) -> list[Hit]:
        """The chunks that are about `question`, best first, at most `limit`."""
        question = self.understood(question)
        embedded = self.index.embedder.queries([question])[0]
        allowed = catalogue.within(self.connection, scope or Scope())
        candidates = max(CANDIDATES, limit)
        by_meaning = vectors.nearest(self.built, embedded, candidates, allowed)
        by_words = lexical.best(self.connection, question, candidates, allowed)
        numbers = list(by_meaning | by_words)
        if not numbers:
            return []
        dense = self._cosines(numbers, embedded, by_meaning)
        unscored = [number for number in numbers if number not in by_words]
        by_words |= lexical.best(self.connection, question, len(unscored), unscored)
        words = np.array([by_words.get(number, 0.0) for number in numbers])
        scores = fuse(dense, words)
        best = np.argsort(-scores, kind="stable")[:limit]
        found = catalogue.chunks(self.connection, [numbers[place] for place in best])
        return [
            Hit(chunk, float(scores[place]), float(dense[place]), float(words[place]))
            for chunk, place in zip(found, best, strict=True)
        ]

    def understood(self, question: str) -> str:
        """The question, with the Chinese names of its English words that the documents use."""
        return glossary.expand(question, functools.partial(lexical.frequency, self.connection))

    def _cosines(self, numbers: list[int], question: Vectors, known: dict[int, float]) -> Scores:
        """Cosines of all candidates, also of those that only the words put forward."""
        others = [number for number in numbers if number not in known]
        if others:
            cosines = store.vectors_of(self.connection, others) @ question
            known = known | dict(zip(others, map(float, cosines), strict=True))
        return np.array([known[number] for number in numbers])

    def document(self, identity: str) -> Indexed:
        """The document of that id. Raises `KeyError` when it is not in this snapshot."""
        found = catalogue.documents(self.connection, identity)
        if not found:
            raise KeyError(identity)
        return found[0]

    def documents(self) -> list[Indexed]:
        """Every document, in the order of their paths."""
        return catalogue.documents(self.connection)


def status(folder: Path) -> Status:
    """What the index in `folder` holds.

    Raises `IndexProblem` when there is none or it cannot be read.
    """
    with store.opened(folder) as connection, store.transaction(connection):
        meta = store.get_meta(connection)
        if "model" not in meta:
            raise IndexProblem(f"There is no index in {folder}. Run: policyqa index PATH…")
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
