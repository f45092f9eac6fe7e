"""A model without meaning, for what does not depend on meaning: fast, and always the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from index.embed import Vectors


class Toy:
    """Puts a text where the hash of its characters says."""

    max_tokens = 256

    def __init__(self, name: str = "toy", dimension: int = 16) -> None:
        self.name = name
        self.dimension = dimension

    def count_tokens(self, text: str) -> int:
        """A character each."""
        return len(text)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """As passages."""
        return np.stack([self._vector(text) for text in texts])

    def passages(self, texts: Sequence[str]) -> Iterator[Vectors]:
        """One by one."""
        for text in texts:
            yield self._vector(text)[None]

    def _vector(self, text: str) -> Vectors:
        seed = hashlib.sha256(f"{self.name}{text}".encode()).digest()
        vector = np.random.default_rng(list(seed)).standard_normal(self.dimension)
        return np.asarray(vector / np.linalg.norm(vector), np.float32)


@pytest.fixture
def toy() -> Toy:
    return Toy()


@pytest.fixture
def other() -> Toy:
    return Toy("other", 24)


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """A folder of three documents."""
    folder = tmp_path / "papers"
    folder.mkdir()
    for name, text in {
        "山东.md": "# 山东省行动方案（2026—2028年）\n\n到2028年，打造200个智能体。\n",
        "浙江.md": "# 浙江省行动方案\n\n到2027年，培育50家企业。\n",
        "北京.md": "# 北京市通知\n\n2020年暂停举办展会。\n",
    }.items():
        (folder / name).write_text(text, "utf-8")
    return folder
