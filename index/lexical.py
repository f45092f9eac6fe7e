"""The lexical index: BM25 over segmented words, in SQLite's FTS5, exact and incremental."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from index.words import words


def best(
    connection: sqlite3.Connection, question: str, limit: int, allowed: Sequence[int] | None
) -> dict[int, float]:
    """Chunk numbers with their BM25 scores, best first: those that share a word with `question`.

    `allowed` holds the search within those chunks.
    """
    terms = dict.fromkeys(words(question))
    if not terms:
        return {}
    match = " OR ".join(f'"{term}"' for term in terms if '"' not in term)
    held = "" if allowed is None else "AND rowid IN (SELECT value FROM json_each(:allowed))"
    rows = connection.execute(
        f"SELECT rowid, -rank FROM lexicon WHERE words MATCH :match {held} "
        "ORDER BY rank LIMIT :limit",
        {"match": match, "limit": limit, "allowed": json.dumps(allowed)},
    )
    return dict(rows)


def frequency(connection: sqlite3.Connection, word: str) -> int:
    """How many chunks hold `word`, counted up to a thousand."""
    phrase = " ".join(f'"{term}"' for term in words(word))
    row = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM lexicon WHERE words MATCH ? LIMIT 1000)", (phrase,)
    ).fetchone()
    return int(row[0])
