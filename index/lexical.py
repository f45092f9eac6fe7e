"""The lexical index: BM25 over terms, in SQLite's FTS5, exact and incremental.

There are two of it: over passages, and over whole documents, as a question often names things that
stand in one document but not in the one passage that answers.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from index.words import is_chinese, terms

Level = Literal["chunk", "document"]

SCHEMA = "".join(
    f"CREATE VIRTUAL TABLE {level}_terms USING fts5 "
    '(terms, tokenize = "unicode61 remove_diacritics 0");\n'
    f"CREATE VIRTUAL TABLE {level}_vocabulary USING fts5vocab ({level}_terms, row);\n"
    for level in ("chunk", "document")
)

_OCCURRENCES = 20_000
"""How many occurrences of a question's terms are weighed, the rarest terms first.

What is left out beyond that are terms that stand everywhere: they cost most and tell least.
"""

_SATURATION = 0.6
"""How much more a chunk tells that holds a term again and again: BM25's k1.

SQLite's own is fixed at 1.2, and its b at 0.75, which suit whole documents: chunks are short, and
cut to about one length (`tests/bench/index_fusion.py` compares both).
"""


def add(connection: sqlite3.Connection, level: Level, number: int, text: str) -> None:
    """Index `text` under the number of its chunk or document."""
    connection.execute(
        f"INSERT INTO {level}_terms (rowid, terms) VALUES (?, ?)", (number, " ".join(terms(text)))
    )


def remove(connection: sqlite3.Connection, level: Level, numbers: Iterable[int]) -> None:
    """Forget chunks or documents."""
    connection.executemany(
        f"DELETE FROM {level}_terms WHERE rowid = ?", ((number,) for number in numbers)
    )


def telling(connection: sqlite3.Connection, level: Level, question: str) -> dict[str, int]:
    """The terms of a question that stand anywhere, as many as can be weighed.

    Each with how many chunks or documents hold it; the rarest come first.
    """
    rows = connection.execute(
        f"SELECT term, doc, cnt FROM {level}_vocabulary "
        "WHERE term IN (SELECT value FROM json_each(?)) ORDER BY cnt, term",
        (json.dumps(list(set(terms(question)))),),
    )
    found: dict[str, int] = {}
    weighed = 0
    for term, holding, count in rows:
        weighed += count
        if found and weighed > _OCCURRENCES:
            break
        found[term] = holding
    return found


def best(
    connection: sqlite3.Connection,
    level: Level,
    known: Iterable[str],
    limit: int,
    allowed: Sequence[int] | None = None,
) -> dict[int, float]:
    """Numbers of chunks or documents with their BM25 scores, best first.

    Only those are found that hold one of the `known` terms, as `telling` gives them. `allowed`
    holds the search within those chunks or documents.
    """
    match = " OR ".join(f'"{term}"' for term in known)
    if not match:
        return {}
    held = "" if allowed is None else "AND rowid IN (SELECT value FROM json_each(:allowed))"
    rows = connection.execute(
        f"SELECT rowid, -rank FROM {level}_terms WHERE {level}_terms MATCH :match {held} "
        "ORDER BY rank LIMIT :limit",
        {"match": match, "limit": limit, "allowed": json.dumps(allowed)},
    )
    return dict(rows)


def overlap(
    connection: sqlite3.Connection,
    question: str,
    known: Mapping[str, int],
    chunks: Sequence[int],
    total: int,
) -> list[float]:
    """The share of the question's terms that each of the `chunks` holds, rare ones weighing more.

    BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009) with b at 0 and k1
    at `_SATURATION`, over what a chunk would have that held every term without end. `known` are
    those that chunks hold, as `telling` gives them; `total` is how many chunks there are. A word
    that no chunk holds counts where it is Chinese: of an English one the Chinese name does.
    """
    rarity = {term: _rarity(holding, total) for term, holding in known.items()}
    unknown = sum(is_chinese(term) for term in set(terms(question)) - known.keys())
    whole = sum(rarity.values()) + unknown * _rarity(0, total) or 1.0
    rows = connection.execute(
        "SELECT rowid, terms FROM chunk_terms WHERE rowid IN (SELECT value FROM json_each(?))",
        (json.dumps(list(chunks)),),
    )
    held = {number: Counter(filter(rarity.__contains__, text.split())) for number, text in rows}
    return [_held(held.get(number, Counter()), rarity) / whole for number in chunks]


def _held(counts: Counter[str], rarity: dict[str, float]) -> float:
    """How much of the terms a chunk holds that has them so many times."""
    return sum(rarity[term] * count / (count + _SATURATION) for term, count in counts.items())


def _rarity(holding: int, total: int) -> float:
    """What a term weighs that so many of all chunks hold: BM25's, which is never below zero."""
    return max(0.0, math.log((total - holding + 0.5) / (holding + 0.5)))


def frequency(connection: sqlite3.Connection, word: str) -> int:
    """How many chunks hold `word`, counted up to a thousand."""
    match = " AND ".join(f'"{term}"' for term in terms(word))
    row = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM chunk_terms WHERE terms MATCH ? LIMIT 1000)", (match,)
    ).fetchone()
    return int(row[0])
