"""The catalogue's file: SQLite, opened, checked, and changed in one step.

Documents, chunks, words and vectors change in one transaction, so a reader sees the old index or
the new one. The FAISS file is derived from the vectors; its name and checksum stand in the same
transaction. Vectors are kept as they are made, ahead of that transaction and keyed by what they
were made from, so a killed build does not make them again.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from index.embed import Vectors
from index.types import IndexProblem

FILE = "catalogue.sqlite"

FORMAT = 1
"""Version of this schema; an index of another version is rebuilt, never guessed at."""

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE document (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, text TEXT NOT NULL,
    issuer TEXT NOT NULL, reference TEXT NOT NULL, date TEXT NOT NULL, years TEXT NOT NULL
);
CREATE TABLE file (
    path TEXT PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL,
    document INTEGER NOT NULL REFERENCES document (number)
) WITHOUT ROWID;
CREATE INDEX file_document ON file (document);
CREATE TABLE chunk (
    number INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES document (number),
    id TEXT NOT NULL UNIQUE, path TEXT NOT NULL, text TEXT NOT NULL, spans TEXT NOT NULL,
    page INTEGER, vector BLOB NOT NULL REFERENCES vector (key)
);
CREATE INDEX chunk_document ON chunk (document);
CREATE TABLE vector (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE lexicon USING fts5 (words, tokenize = "unicode61 remove_diacritics 0");
"""


def vector_key(probe: bytes, text: str) -> bytes:
    """The name of the vector of `text` by the model that has that probe vector."""
    return hashlib.sha256(probe + text.encode("utf-8", "replace")).digest()


@contextmanager
def opened(folder: Path, *, write: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection to the catalogue in `folder`.

    Raises `IndexProblem` when there is none, when it is damaged, or of another format.
    """
    if not write:
        require(folder)
    try:
        with closing(
            sqlite3.connect(folder / FILE, isolation_level=None, timeout=60)
        ) as connection:
            if write:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
            else:
                connection.execute("PRAGMA query_only = ON")
            _check_format(connection, folder, write=write)
            yield connection
    except sqlite3.DatabaseError as error:
        raise _problem(error, folder) from error


def require(folder: Path) -> None:
    """Raise `IndexProblem` when there is no index in `folder`."""
    if not (folder / FILE).is_file():
        raise IndexProblem(f"There is no index in {folder}. Run: policyqa index PATH…")


def discard_unreadable(folder: Path) -> None:
    """Drop a catalogue that is damaged or of another format, so that a rebuild can start anew."""
    if not (folder / FILE).is_file():
        return
    try:
        with opened(folder, write=True) as connection:
            connection.execute("PRAGMA quick_check").fetchall()
    except IndexProblem:
        for path in folder.glob(f"{FILE}*"):
            path.unlink()


def _problem(error: sqlite3.DatabaseError, folder: Path) -> IndexProblem:
    if isinstance(error, sqlite3.OperationalError) and "malformed" not in str(error):
        return IndexProblem(
            f"The index in {folder} cannot be used now ({error}). "
            "See that the disk has room and the folder is yours, then try again."
        )
    return IndexProblem(
        f"The index in {folder} is damaged ({error}). Run: policyqa index --rebuild PATH…"
    )


def _check_format(connection: sqlite3.Connection, folder: Path, *, write: bool) -> None:
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if not tables and write:
        connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")
        set_meta(connection, format=FORMAT, generation=0)
    elif not tables:
        raise IndexProblem(f"There is no index in {folder}. Run: policyqa index PATH…")
    found = get_meta(connection).get("format")
    if found != FORMAT:
        raise IndexProblem(
            f"The index in {folder} has format {found}, this version reads format {FORMAT}. "
            "Run: policyqa index --rebuild PATH…"
        )


@contextmanager
def transaction(connection: sqlite3.Connection, *, write: bool = False) -> Iterator[None]:
    """All that is read inside is of one moment; all that is written becomes visible at once."""
    connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def get_meta(connection: sqlite3.Connection) -> dict[str, object]:
    """The catalogue's facts about itself: format, model, probe, generation and so on."""
    return dict(connection.execute("SELECT key, value FROM meta"))


def set_meta(connection: sqlite3.Connection, **values: str | float | bytes) -> None:
    """Set some of the catalogue's facts about itself."""
    connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())


def missing_vectors(connection: sqlite3.Connection, keys: Iterable[bytes]) -> set[bytes]:
    """Those of `keys` that have no vector yet."""
    known = {row[0] for row in connection.execute("SELECT key FROM vector")}
    return set(keys) - known


def keep_vectors(connection: sqlite3.Connection, keys: Sequence[bytes], vectors: Vectors) -> None:
    """Keep vectors at once, before any chunk refers to them."""
    rows = ((key, vector.tobytes()) for key, vector in zip(keys, vectors, strict=True))
    with transaction(connection, write=True):
        connection.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?)", rows)


def all_vectors(connection: sqlite3.Connection, dimension: int) -> tuple[list[int], Vectors]:
    """Every chunk's number, and its vector: shape (chunks, dimension)."""
    rows = connection.execute(
        "SELECT number, value FROM chunk JOIN vector ON vector.key = chunk.vector ORDER BY number"
    ).fetchall()
    vectors = np.frombuffer(b"".join(row[1] for row in rows), np.float32).reshape(-1, dimension)
    return [row[0] for row in rows], vectors


def vectors_of(connection: sqlite3.Connection, numbers: Sequence[int]) -> Vectors:
    """The vectors of chunks, in the order of `numbers`."""
    found = dict(
        connection.execute(
            "SELECT number, value FROM chunk JOIN vector ON vector.key = chunk.vector "
            "WHERE number IN (SELECT value FROM json_each(?))",
            (json.dumps(numbers),),
        )
    )
    return np.stack([np.frombuffer(found[number], np.float32) for number in numbers])
