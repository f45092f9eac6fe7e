"""The catalogue: which documents an index holds, and their chunks."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index import lexical
from index.types import Indexed, Scope
from ingest.types import Chunk, Document, Metadata, Span


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document on its way into the catalogue: `keys` name each chunk's vector."""

    document: Document
    chunks: tuple[Chunk, ...]
    texts: tuple[str, ...]
    """What is embedded and indexed for each chunk: its place and its text."""
    keys: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class File:
    """A file that was indexed: the name that citations show, and what its bytes were."""

    name: str
    sha256: str


def files(connection: sqlite3.Connection) -> dict[str, File]:
    """Every indexed file by its absolute path."""
    rows = connection.execute("SELECT path, name, sha256 FROM file")
    return {path: File(name, sha256) for path, name, sha256 in rows}


def put_file(
    connection: sqlite3.Connection, path: str, name: str, sha256: str, document: str
) -> None:
    """Let the file at `path`, shown as `name`, hold the document of that id."""
    connection.execute(
        "INSERT OR REPLACE INTO file SELECT ?, ?, ?, number FROM document WHERE id = ?",
        (path, name, sha256, document),
    )


def remove_files(connection: sqlite3.Connection, paths: Iterable[str]) -> None:
    """Forget files; a document that no file holds any more leaves with `remove_orphans`."""
    connection.executemany("DELETE FROM file WHERE path = ?", [(path,) for path in paths])


def put_document(connection: sqlite3.Connection, prepared: Prepared) -> None:
    """Add a document with its chunks and words; one that is there already stays as it is."""
    document = prepared.document
    about = document.metadata
    cursor = connection.execute(
        "INSERT OR IGNORE INTO document (id, title, text, issuer, reference, date, years) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            document.id,
            document.title,
            document.text,
            about.issuer,
            about.number,
            about.date,
            json.dumps(about.years),
        ),
    )
    if not cursor.rowcount:
        return
    number = int(cursor.lastrowid or 0)
    lexical.add(connection, "document", number, f"{document.title}\n{document.text}")
    for chunk, text, key in zip(prepared.chunks, prepared.texts, prepared.keys, strict=True):
        row = connection.execute(
            "INSERT INTO chunk (document, id, path, text, spans, page, vector) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                chunk.id,
                json.dumps(chunk.path, ensure_ascii=False),
                chunk.text,
                json.dumps([(span.start, span.end) for span in chunk.spans]),
                chunk.page,
                key,
            ),
        )
        lexical.add(connection, "chunk", int(row.lastrowid or 0), text)


def remove_orphans(connection: sqlite3.Connection) -> None:
    """Drop documents that no file holds, with their chunks and terms."""
    gone = "SELECT number FROM document WHERE number NOT IN (SELECT document FROM file)"
    chunks = f"SELECT number FROM chunk WHERE document IN ({gone})"
    lexical.remove(connection, "chunk", _numbers(connection, chunks))
    lexical.remove(connection, "document", _numbers(connection, gone))
    connection.execute(f"DELETE FROM chunk WHERE document IN ({gone})")
    connection.execute(f"DELETE FROM document WHERE number IN ({gone})")


def remove_unused_vectors(connection: sqlite3.Connection) -> None:
    """Drop the vectors that no chunk has."""
    connection.execute("DELETE FROM vector WHERE key NOT IN (SELECT vector FROM chunk)")


def _numbers(connection: sqlite3.Connection, query: str) -> list[int]:
    return [row[0] for row in connection.execute(query)]


def documents(connection: sqlite3.Connection, identity: str | None = None) -> list[Indexed]:
    """Every document, or the one of that id, in the order of their files."""
    one, which = ("WHERE id = ?", (identity,)) if identity is not None else ("", ())
    rows = connection.execute(
        f"SELECT number, id, title, text, issuer, reference, date, years FROM document {one} "
        "ORDER BY (SELECT min(path) FROM file WHERE document = number)",
        which,
    )
    return [
        Indexed(
            row[1],
            _names(connection, row[0]),
            row[2],
            row[3],
            Metadata(row[4], row[5], row[6], tuple(json.loads(row[7]))),
        )
        for row in rows
    ]


def _names(connection: sqlite3.Connection, number: int) -> tuple[str, ...]:
    """The names under which a document stands, in the order of their paths."""
    rows = connection.execute("SELECT name FROM file WHERE document = ? ORDER BY path", (number,))
    return tuple(row[0] for row in rows)


def count(connection: sqlite3.Connection) -> tuple[int, int]:
    """How many documents and chunks there are."""
    row = connection.execute(
        "SELECT (SELECT count(*) FROM document), (SELECT count(*) FROM chunk)"
    ).fetchone()
    return int(row[0]), int(row[1])


def chunks_of(connection: sqlite3.Connection) -> dict[str, int]:
    """How many chunks each document has, by its id."""
    return dict(
        connection.execute(
            "SELECT document.id, count(*) FROM chunk JOIN document "
            "ON document.number = chunk.document GROUP BY document.number"
        )
    )


def chunks(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[Chunk]:
    """The chunks of those numbers, in that order."""
    rows = connection.execute(
        "SELECT chunk.number, chunk.id, document.id, path, chunk.text, spans, page "
        "FROM chunk JOIN document ON document.number = chunk.document "
        "WHERE chunk.number IN (SELECT value FROM json_each(?))",
        (json.dumps(numbers),),
    )
    found = {
        row[0]: Chunk(
            row[1],
            row[2],
            tuple(json.loads(row[3])),
            row[4],
            tuple(Span(start, end) for start, end in json.loads(row[5])),
            row[6],
        )
        for row in rows
    }
    return [found[number] for number in numbers]


def owners(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[int]:
    """The number of each chunk's document, in the order of `numbers`."""
    rows = connection.execute(
        "SELECT number, document FROM chunk WHERE number IN (SELECT value FROM json_each(?))",
        (json.dumps(numbers),),
    )
    found: dict[int, int] = dict(rows)
    return [found[number] for number in numbers]


def sizes(connection: sqlite3.Connection, documents: Sequence[int]) -> dict[int, int]:
    """How many chunks each of these documents has, by its number."""
    return dict(
        connection.execute(
            "SELECT document, count(*) FROM chunk "
            "WHERE document IN (SELECT value FROM json_each(?)) GROUP BY document",
            (json.dumps(documents),),
        )
    )


def within(connection: sqlite3.Connection, scope: Scope) -> list[int] | None:
    """The numbers of the chunks inside `scope`, or None when it holds nothing back."""
    if not scope:
        return None
    rows = connection.execute(
        "SELECT chunk.number FROM chunk JOIN document ON document.number = chunk.document "
        "WHERE instr(issuer, :issuer) "
        "AND (:year IS NULL OR substr(date, 1, 4) = CAST(:year AS TEXT) "
        "     OR :year IN (SELECT value FROM json_each(years))) "
        "AND (instr(title, :document) OR document.number IN "
        "     (SELECT document FROM file WHERE instr(name, :document)))",
        {"issuer": scope.issuer, "year": scope.year, "document": scope.document},
    )
    return [row[0] for row in rows]
