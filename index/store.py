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
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index import lexical
from index.embed import Vectors
from index.types import DamagedIndex, IndexProblem, NoIndex

Numbers = npt.NDArray[np.int64]

FILE = "catalogue.sqlite"

FORMAT = 3
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
"""


def vector_key(probe: bytes, text: str) -> bytes:
    """The name of the vector of `text` by the model that has that probe vector."""
    return hashlib.sha256(probe + text.encode("utf-8", "replace")).digest()


@contextmanager
def opened(folder: Path, *, write: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection to the catalogue in `folder`.

    Raises `IndexProblem` when there is none, when it is damaged or of another format, or when the
    disk does not take what is written.
    """
    if not write:
        require(folder)
    # A reader must never make an empty catalogue where one was taken away meanwhile.
    place = f"{(folder / FILE).absolute().as_uri()}?mode={'rwc' if write else 'rw'}"
    try:
        with closing(
            sqlite3.connect(place, uri=True, isolation_level=None, timeout=60)
        ) as connection:
            if write:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
            else:
                connection.execute("PRAGMA query_only = ON")
            _check_format(connection, folder, write=write)
            yield connection
            if write:
                _shorten_log(connection)
    except sqlite3.DatabaseError as error:
        raise _problem(error, folder) from error
    except OSError as error:
        raise _unusable(folder, error.strerror or str(error)) from error


def _shorten_log(connection: sqlite3.Connection) -> None:
    """Bring the log into the catalogue, else it stays as large as the largest update was.

    What a reader or a full disk prevents now is done another time.
    """
    with suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA busy_timeout = 0")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def require(folder: Path) -> None:
    """Raise `NoIndex` when there is no index in `folder`."""
    if not (folder / FILE).is_file():
        raise NoIndex(folder)


def discard_unreadable(folder: Path) -> None:
    """Drop a catalogue that is damaged or of another format, so that a rebuild can start anew."""
    try:
        with opened(folder, write=True) as connection:
            check(connection, folder)
    except DamagedIndex:
        for path in folder.glob(f"{FILE}*"):
            path.unlink()


def check(connection: sqlite3.Connection, folder: Path) -> None:
    """Raise `DamagedIndex` when the catalogue's pages do not hold together."""
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise _damaged(folder, found)


def _problem(error: sqlite3.DatabaseError, folder: Path) -> IndexProblem:
    lasting = any(word in str(error) for word in ("malformed", "no such table", "no such column"))
    if isinstance(error, sqlite3.OperationalError) and not lasting:
        return _unusable(folder, str(error))
    return _damaged(folder, str(error))


def _unusable(folder: Path, why: str) -> IndexProblem:
    return IndexProblem(
        f"The index in {folder} cannot be used now ({why}). "
        "See that the disk has room and the folder is yours, then try again."
    )


def _damaged(folder: Path, why: str) -> DamagedIndex:
    return DamagedIndex(
        f"The index in {folder} is damaged ({why}). Run: policyqa index --rebuild PATH…"
    )


def _check_format(connection: sqlite3.Connection, folder: Path, *, write: bool) -> None:
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if not tables and write:
        # One transaction: a run that is killed here leaves no half-made catalogue.
        connection.executescript(
            f"BEGIN IMMEDIATE; {_SCHEMA} {lexical.SCHEMA} "
            f"INSERT INTO meta VALUES ('format', {FORMAT}), ('generation', 0); COMMIT;"
        )
    elif not tables:
        raise NoIndex(folder)
    found = get_meta(connection).get("format")
    if found != FORMAT:
        raise DamagedIndex(
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
    known = "SELECT 1 FROM vector WHERE key = ?"
    return {key for key in keys if connection.execute(known, (key,)).fetchone() is None}


def keep_vectors(connection: sqlite3.Connection, keys: Sequence[bytes], vectors: Vectors) -> None:
    """Keep vectors at once, before any chunk refers to them."""
    rows = ((key, vector.tobytes()) for key, vector in zip(keys, vectors, strict=True))
    with transaction(connection, write=True):
        connection.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?)", rows)


def vector_batches(
    connection: sqlite3.Connection, dimension: int, size: int = 8_192
) -> Iterator[tuple[Numbers, Vectors]]:
    """Every chunk's number and its vector, in batches: shapes (size,) and (size, dimension)."""
    cursor = connection.execute(
        "SELECT number, value FROM chunk JOIN vector ON vector.key = chunk.vector ORDER BY number"
    )
    while rows := cursor.fetchmany(size):
        vectors = np.frombuffer(b"".join(row[1] for row in rows), np.float32)
        yield np.array([row[0] for row in rows], np.int64), vectors.reshape(-1, dimension)


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


def every_vector(connection: sqlite3.Connection) -> tuple[list[tuple[str, ...]], Vectors]:
    """The names of the files that each chunk stands in, and its vector: (chunks, dimension)."""
    rows = connection.execute(
        "SELECT json_group_array(file.name), value FROM chunk "
        "JOIN vector ON vector.key = chunk.vector JOIN file ON file.document = chunk.document "
        "GROUP BY chunk.number ORDER BY chunk.number"
    ).fetchall()
    names = [tuple(json.loads(files)) for files, _ in rows]
    return names, np.stack([np.frombuffer(value, np.float32) for _, value in rows])
