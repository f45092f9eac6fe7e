"""Checking an index against itself: checksums, counts, spans."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from sqlite3 import Connection, DatabaseError

import numpy as np

from index import store, vectors
from index.lock import writing
from index.types import DamagedIndex, NoIndex
from ingest.types import Span, join

_AGAIN = "Run policyqa index PATH… again: the file is made anew, and nothing is embedded twice."
_REBUILD = "Run: policyqa index --rebuild PATH…"

_UNIT = 0.01
"""How far from 1 a vector's length may be."""


def verify(folder: Path) -> list[str]:
    """What is wrong with the index in `folder` and what to run, a line each; empty when whole.

    Waits for a writer. Raises `NoIndex` when there is no index.
    """
    store.require(folder)
    with writing(folder, lambda _: None):
        try:
            with store.opened(folder, write=True) as connection:
                store.check(connection, folder)
                if "model" not in store.get_meta(connection):
                    raise NoIndex(folder)
                return list(_problems(connection, folder))
        except DamagedIndex as error:
            return [str(error)]


def _problems(connection: Connection, folder: Path) -> Iterator[str]:
    meta = store.get_meta(connection)
    for what, query in _MUST_BE_ZERO.items():
        if count := connection.execute(query).fetchone()[0]:
            yield f"{count} {what}. {_REBUILD}"
    for level in ("chunk", "document"):
        if not _terms_agree(connection, level):
            yield f"The lexical index of {level}s disagrees with its text. {_REBUILD}"
    if wrong := sum(1 for _ in _untrue(connection)):
        yield f"{wrong} documents or passages are not what their source says. {_REBUILD}"
    dimension = np.frombuffer(bytes(meta["probe"]), np.float32).size  # type: ignore[call-overload]
    numbers = []
    odd = 0
    for batch, matrix in store.vector_batches(connection, dimension):
        numbers.append(batch)
        odd += int((~(np.abs(np.linalg.norm(matrix, axis=1) - 1) < _UNIT)).sum())
    if odd:
        yield f"{odd} vectors are not of unit length. {_REBUILD}"
    if not vectors.whole(folder, meta):
        yield f"{folder / str(meta['faiss'])} is missing or damaged. {_AGAIN}"
        return
    listed = vectors.numbers(vectors.load(folder / str(meta["faiss"]), str(meta["sha256"])))
    if not np.array_equal(np.sort(listed), np.concatenate([np.zeros(0, np.int64), *numbers])):
        yield f"{meta['faiss']} does not hold the catalogue's passages. {_REBUILD}"


_MUST_BE_ZERO = {
    "documents stand in no file": "SELECT count(*) FROM document "
    "WHERE number NOT IN (SELECT document FROM file)",
    "files have no document": "SELECT count(*) FROM file "
    "WHERE document NOT IN (SELECT number FROM document)",
    "passages have no document": "SELECT count(*) FROM chunk "
    "WHERE document NOT IN (SELECT number FROM document)",
    "passages have no vector": "SELECT count(*) FROM chunk "
    "WHERE vector NOT IN (SELECT key FROM vector)",
    "passages have no terms": "SELECT count(*) FROM chunk "
    "WHERE number NOT IN (SELECT rowid FROM chunk_terms)",
    "terms have no passage": "SELECT count(*) FROM chunk_terms "
    "WHERE rowid NOT IN (SELECT number FROM chunk)",
    "documents have no terms": "SELECT count(*) FROM document "
    "WHERE number NOT IN (SELECT rowid FROM document_terms)",
    "terms have no document": "SELECT count(*) FROM document_terms "
    "WHERE rowid NOT IN (SELECT number FROM document)",
}


def _terms_agree(connection: Connection, level: str) -> bool:
    try:
        connection.execute(f"INSERT INTO {level}_terms ({level}_terms) VALUES ('integrity-check')")
    except DatabaseError:
        return False
    return True


def _untrue(connection: Connection) -> Iterator[str]:
    """Ids of documents that are not their text's checksum, and of chunks that are not their spans.

    See `ingest.read.read` for how a document's id is made.
    """
    for number, identity, text in connection.execute("SELECT number, id, text FROM document"):
        if hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16] != identity:
            yield identity
        for name, quoted, spans in connection.execute(
            "SELECT id, text, spans FROM chunk WHERE document = ?", (number,)
        ):
            if join(text, (Span(start, end) for start, end in json.loads(spans))) != quoted:
                yield name
