"""The lexical index: what tells a chunk, and how much."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from index import lexical

TEXTS = {1: "智能体 200个", 2: "智能体、智能体和智能体", 3: "企业 50家", 4: "企业 60家", 5: "展会"}


@pytest.fixture
def terms() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(lexical.SCHEMA)
        for number, text in TEXTS.items():
            lexical.add(connection, "chunk", number, text)
        yield connection


def overlap(terms: sqlite3.Connection, question: str, *chunks: int) -> list[float]:
    known = lexical.telling(terms, "chunk", question)
    total = terms.execute("SELECT count(*) FROM chunk_terms").fetchone()[0]
    return lexical.overlap(terms, question, known, chunks, total)


def test_scores_come_in_the_order_of_the_chunks(terms: sqlite3.Connection) -> None:
    first, last = overlap(terms, "50家企业", 3, 5)
    assert first > last == 0
    assert overlap(terms, "50家企业", 5, 3) == [last, first]


def test_a_second_term_tells_more_than_the_first_again(terms: sqlite3.Connection) -> None:
    both, again = overlap(terms, "200个智能体", 1, 2)
    assert both > again
    once, again = overlap(terms, "智能体", 1, 2)
    assert again > once


def test_a_rare_term_tells_more_than_a_frequent_one(terms: sqlite3.Connection) -> None:
    rare, frequent = overlap(terms, "展会和企业", 5, 3)
    assert rare > frequent > 0


def test_a_share_lies_between_nothing_and_all(terms: sqlite3.Connection) -> None:
    assert 0 < overlap(terms, "展会", 5)[0] < 1


def test_an_unknown_word_counts_where_it_is_chinese(terms: sqlite3.Connection) -> None:
    known = overlap(terms, "展会", 5)[0]
    assert overlap(terms, "展会天气", 5)[0] < known
    assert overlap(terms, "展会 weather", 5)[0] == known


def test_a_question_without_a_known_term_tells_nothing(terms: sqlite3.Connection) -> None:
    assert overlap(terms, "天气", 1, 2, 3) == [0, 0, 0]


def test_a_term_that_most_chunks_hold_never_counts_against_one(terms: sqlite3.Connection) -> None:
    for number in (6, 7, 8):
        lexical.add(terms, "chunk", number, "企业")
    lexical.add(terms, "chunk", 9, "展会 企业")
    without, holding = overlap(terms, "展会 企业", 5, 9)
    assert holding >= without > 0
