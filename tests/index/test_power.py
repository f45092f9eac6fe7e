"""What a power cut or a lack of memory leaves; `tests/bench/index_power.py` cuts real runs."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from index import store
from index.build import update
from index.embed import Embedder
from index.search import Index
from index.verify import verify

_HUNGRY = """
import resource, sys
from pathlib import Path
from index.build import update
from tests.index.conftest import Toy

class Hungry(Toy):
    def passages(self, texts):
        resource.setrlimit(resource.RLIMIT_AS, (1 << 28, 1 << 28))
        yield from super().passages(texts)
        bytearray(1 << 30)

update(Path(sys.argv[1]), [Path(sys.argv[2])], Hungry())
"""


def test_the_vectors_are_on_the_disk_before_the_catalogue_names_them(
    papers: Path, tmp_path: Path, toy: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    synced, moved, named = os.fsync, Path.replace, store.set_meta

    def fsync(handle: int) -> None:
        done.append("folder" if os.path.isdir(handle) else "file")  # noqa: PTH112 - a handle
        synced(handle)

    def replace(self: Path, target: Path) -> Path:
        done.append("moved")
        return moved(self, target)

    def set_meta(connection: sqlite3.Connection, **values: str | float | bytes) -> None:
        done.append("named")
        named(connection, **values)

    update(tmp_path / "index", [papers], toy)
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr(store, "set_meta", set_meta)
    (papers / "新.md").write_text("# 新的通知\n\n补助三万元。\n", "utf-8")
    update(tmp_path / "index", [papers], toy)
    assert done[-4:] == ["file", "moved", "folder", "named"]


def test_a_new_folder_stands_in_its_parent_on_the_disk(
    papers: Path, tmp_path: Path, toy: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr("index.lock.sync_folder", synced.append)
    update(tmp_path / "index", [papers], toy)
    assert synced == [tmp_path]


def test_a_commit_is_on_the_disk(tmp_path: Path) -> None:
    with store.opened(tmp_path, write=True) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to RLIMIT_AS")
def test_out_of_memory_leaves_the_old_index(papers: Path, tmp_path: Path, toy: Embedder) -> None:
    folder = tmp_path / "index"
    update(folder, [papers], toy)
    (papers / "新.md").write_text("# 新的通知\n\n补助三万元。\n", "utf-8")
    root = Path(__file__).parents[2]
    hungry = subprocess.run(
        [sys.executable, "-c", _HUNGRY, folder, papers],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "MemoryError" in hungry.stderr
    assert not verify(folder)
    with Index(folder, toy).snapshot() as snapshot:
        assert len(snapshot.documents()) == 3
