"""Example questions out of the documents."""

from __future__ import annotations

from pathlib import Path

from index.embed import PackagedModel
from index.search import Index
from qa.answer import ask
from qa.suggest import suggest


def test_every_example_is_answered(seed_index: Path, embedder: PackagedModel) -> None:
    index = Index(seed_index, embedder)
    found = suggest(index, 3)
    assert len(found) == 3
    assert all(ask(index, question).found for question in found)
