"""An answer is of one moment, and of one understanding of its question."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from sqlite3 import Connection

import pytest

from index import glossary, store
from index.search import Index
from qa.answer import ask

QUESTION = "how many 智能体 by 2028"


def test_only_the_sentence_that_answers_is_cited(seed_index: Path) -> None:
    answer = ask(Index(seed_index), QUESTION)
    assert len(answer.nearest) > 1
    (citation,) = answer.citations
    assert answer.text in citation.quote


def test_an_answer_looks_at_one_moment_of_the_index(
    seed_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = Index(seed_index)
    connections: list[AbstractContextManager[Connection]] = []
    opened = store.opened

    def counted(folder: Path) -> AbstractContextManager[Connection]:
        connections.append(opened(folder))
        return connections[-1]

    monkeypatch.setattr(store, "opened", counted)
    assert ask(index, QUESTION).found
    assert len(connections) == 1


def test_a_question_is_understood_once(seed_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    understood = []
    expand = glossary.expand

    def counted(*question: object) -> str:
        understood.append(expand(*question))  # type: ignore[arg-type]
        return understood[-1]

    monkeypatch.setattr(glossary, "expand", counted)
    assert ask(Index(seed_index), QUESTION).found
    assert len(understood) == 1
