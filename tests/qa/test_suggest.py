"""Example questions out of the documents."""

from __future__ import annotations

from pathlib import Path

from index.build import update
from index.embed import PackagedModel
from index.search import Index
from qa.answer import ask
from qa.suggest import suggest


def test_every_example_is_answered(seed_index: Path, embedder: PackagedModel) -> None:
    index = Index(seed_index, embedder)
    found = suggest(index, 3)
    assert len(found) == 3
    assert all(ask(index, question).found for question in found)


def test_what_says_too_little_is_no_example(embedder: PackagedModel, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "# 工作报告\n\n总产值增长5%。机床年产量增长7%。\n\n增长6%。\n", "utf-8"
    )
    update(tmp_path / "index", [tmp_path / "a.md"], embedder)
    assert suggest(Index(tmp_path / "index", embedder), 3) == ["机床年产量增长百分之多少？"]
