"""An answer is of one moment, and of one understanding of its question."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from sqlite3 import Connection

import pytest

from index import glossary, store
from index.build import update
from index.embed import PackagedModel
from index.search import Index
from qa.answer import ask

QUESTION = "how many 智能体 by 2028"


def test_only_the_sentence_that_answers_is_cited(seed_index: Path) -> None:
    answer = ask(Index(seed_index), QUESTION)
    assert len(answer.nearest) > 1
    (citation,) = answer.citations
    assert answer.text in citation.quote


def test_a_citation_names_the_copies_of_its_words(tmp_path: Path, embedder: PackagedModel) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    words = "专项资金的申报期限延长至2020年4月30日，逾期不予受理。"
    (texts / "原文.txt").write_text(f"关于延长申报期限的通知\n\n{words}\n", "utf-8")
    (texts / "原文（副本）.txt").write_text(f"关于延长申报期限的通知\n\n{words}\n", "utf-8")
    (texts / "转发.txt").write_text(f"区政府转发市局的通知\n\n{words[:9]}\n{words[9:]}\n", "utf-8")
    (texts / "别的.txt").write_text("关于停车收费的通知\n\n专项资金不用于停车场建设。\n", "utf-8")
    update(tmp_path / "index", [texts], embedder)
    (citation,) = ask(Index(tmp_path / "index"), "专项资金申报期限延长至何时？").citations
    copies = {"原文.txt", "原文（副本）.txt", "转发.txt"}
    assert citation.doc in copies
    assert set(citation.also) == copies - {citation.doc}


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
