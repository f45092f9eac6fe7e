"""An index that is checked against itself."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from index import store, vectors
from index.build import update
from index.embed import Embedder
from index.types import IndexProblem
from index.verify import verify


def test_a_whole_index_has_no_problem(papers: Path, tmp_path: Path, toy: Embedder) -> None:
    update(tmp_path / "index", [papers], toy)
    assert verify(tmp_path / "index") == []


def test_no_index_is_told(tmp_path: Path) -> None:
    with pytest.raises(IndexProblem, match="There is no index"):
        verify(tmp_path)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE document SET text = replace(text, '20', '19')",
        "UPDATE chunk SET text = text || '。' WHERE number = 1",
        "UPDATE chunk SET spans = '[[0, 1]]' WHERE number = 1",
        "DELETE FROM chunk_terms WHERE rowid = 1",
        "DELETE FROM document_terms WHERE rowid = 1",
        "DELETE FROM chunk WHERE number = 1",
        "DELETE FROM file WHERE document = 1",
        "UPDATE vector SET value = zeroblob(length(value))",
        "UPDATE chunk_terms_content SET c0 = '别的' WHERE id = 1",
    ],
)
def test_what_does_not_agree_is_told_with_what_to_run(
    papers: Path, tmp_path: Path, toy: Embedder, damage: str
) -> None:
    folder = tmp_path / "index"
    update(folder, [papers], toy)
    with store.opened(folder, write=True) as connection:
        connection.execute(damage)
    assert "policyqa index --rebuild" in " ".join(verify(folder))


def test_a_damaged_faiss_file_needs_no_rebuild(papers: Path, tmp_path: Path, toy: Embedder) -> None:
    folder = tmp_path / "index"
    update(folder, [papers], toy)
    (folder / vectors.file_name(1)).write_bytes(b"?")
    (problem,) = verify(folder)
    assert "nothing is embedded twice" in problem


def test_damaged_pages_are_told(papers: Path, tmp_path: Path, toy: Embedder) -> None:
    folder = tmp_path / "index"
    update(folder, [papers], toy)
    data = bytearray((folder / store.FILE).read_bytes())
    data[4096:8192] = b"\xff" * 4096
    (folder / store.FILE).write_bytes(data)
    assert "policyqa index --rebuild" in verify(folder)[0]


def test_an_approximate_index_lists_its_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "EXACT_UP_TO", 100)
    made = np.random.default_rng(0).standard_normal((1100, 32)).astype(np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    numbers = np.arange(1100) * 3
    path = tmp_path / "v.faiss"
    built = vectors.load(path, vectors.write(path, 1100, 32, lambda: [(numbers, made)]))
    assert sorted(vectors.numbers(built)) == numbers.tolist()
    assert vectors.nearest(built, made[7], 1, None)[0] == 21
    assert set(vectors.nearest(built, made[7], 5, [3, 6])) == {3, 6}


def test_foreign_files_are_no_index(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / store.FILE) as connection:
        connection.execute("CREATE TABLE other (x)")
    connection.close()
    assert "policyqa index --rebuild" in verify(tmp_path)[0]
