"""Files and folders into documents."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.errors import UnreadableFile
from ingest.read import discover, read


def test_a_folder_is_walked_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ["乙.md", "甲/一.txt", ".git/x.md", ".hidden.md", "甲/表.exe"]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("正文。", encoding="utf-8")
    found = list(discover([tmp_path, tmp_path / "乙.md", tmp_path / "无.md"]))
    assert [(f.name, f.skipped) for f in found] == [
        ("乙.md", ""),
        ("甲/一.txt", ""),
        ("甲/表.exe", "files ending in .exe are not read"),
        ("乙.md", ""),
        ("无.md", "there is no such file"),
    ]


def test_a_link_that_leaves_the_folder_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("密", encoding="utf-8")
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "link.md").symlink_to(tmp_path / "secret.md")
    (folder / "up").symlink_to(tmp_path)
    assert [(f.name, f.skipped) for f in discover([folder])] == [
        ("link.md", "it is a link that leaves the folder"),
        ("up", "it is a link that leaves the folder"),
    ]


@pytest.mark.parametrize("ending", [".md", ".txt"])
def test_the_text_stands_as_it_was_decoded(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"文{ending}"
    text = "关于数据的通知\r\n\r\n正文Ａ１。\r\n"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    document = read(path, "夹/文")
    assert document.text == text
    assert document.id == hashlib.sha256(text.encode()).hexdigest()[:16]
    assert document.path == "夹/文"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_other_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "通知.txt"
    path.write_text("关于加强数据管理的通知\n各区县：请遵照执行。\n", encoding=encoding, newline="")
    assert read(path, "通知.txt").title == "关于加强数据管理的通知"


@pytest.mark.parametrize("data", [b"", b" \n", b"\x00\x01\x02\xff" * 50])
def test_what_is_no_text_is_refused_in_one_line(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "坏.txt"
    path.write_bytes(data)
    with pytest.raises(UnreadableFile, match=r"\A[^\n]+\Z"):
        read(path, "坏.txt")


def test_the_vocabulary_is_cheap_to_import() -> None:
    code = (
        "import sys, ingest.types, ingest.sentences, ingest.chunk, ingest.read;"
        "print([m for m in ('langchain_text_splitters', 'numpy', 'torch') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
