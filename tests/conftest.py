"""What tests of several rooms share: the real model, and an index of the seed document."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.build import update
from index.embed import PackagedModel

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of question sets and corpora, which stands beside some checkouts."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("needs the corpora in ../shared, which is not there")
    return folder


@pytest.fixture(scope="session")
def seeds() -> Path:
    return ROOT / "seeds"


@pytest.fixture(scope="session")
def embedder() -> PackagedModel:
    return PackagedModel()


@pytest.fixture(scope="session")
def seed_index(
    tmp_path_factory: pytest.TempPathFactory, seeds: Path, embedder: PackagedModel
) -> Path:
    """An index of the seed document; tests that change one make their own."""
    folder = tmp_path_factory.mktemp("seed") / "index"
    update(folder, [seeds], embedder)
    return folder
