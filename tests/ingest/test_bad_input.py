"""Files that are damaged, hostile or no documents at all: a reason in one line, never a crash."""

from __future__ import annotations

import io
import os
import random
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.chunk import chunk
from ingest.errors import UnreadableFile
from ingest.ledger import ledger
from ingest.read import discover, read

HERE = Path(__file__).parent
GOOD = sorted((HERE / "fixtures").iterdir())
SECONDS = 20.0
MEMORY = 2**30


def mutations(data: bytes, chance: random.Random) -> Iterator[bytes]:
    """Ways in which a file goes wrong on its way."""
    size = len(data)
    yield data[: size // 2]
    yield data[: size - 1]
    yield data[chance.randrange(1, 64) :]
    flipped = bytearray(data)
    for _ in range(max(4, size // 2000)):
        flipped[chance.randrange(size)] = chance.randrange(256)
    yield bytes(flipped)
    start = chance.randrange(size)
    yield data[:start] + bytes(min(512, size - start)) + data[start + 512 :]
    cut = chance.randrange(size)
    yield data[:cut] + chance.randbytes(200) + data[cut:]
    yield data + data


BAD = [
    (f"{path.stem}-{number}{path.suffix}", bad)
    for path in GOOD[::2]
    for number, bad in enumerate(mutations(path.read_bytes(), random.Random(path.name)))
]


def test_there_are_enough_of_them() -> None:
    assert len(BAD) >= 200


@pytest.mark.parametrize(("name", "data"), BAD, ids=[name for name, _ in BAD])
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    started = time.monotonic()
    try:
        document = read(path, name)
    except UnreadableFile as error:
        reason = str(error)
        assert reason
        assert "\n" not in reason
        assert "broke off" not in reason
    else:
        assert ledger(document, chunk(document, len)).unaccounted == 0
    assert time.monotonic() - started < SECONDS


def refused(path: Path) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read(path, path.name)
    reason = str(caught.value)
    assert "\n" not in reason
    return reason


def archive(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return buffer.getvalue()


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, (b"&%c;" % (97 + n)) * 10) for n in range(9))
    + b"]><w>&j;</w>"
)

REFUSED = {
    "empty.txt": (b"", "empty"),
    "blank.md": (b" \n\t\n", "empty"),
    "empty.pdf": (b"", "damaged"),
    "binary.txt": (bytes(range(256)) * 40, "no text"),
    "program.md": (b"\x7fELF\x02\x01\x01" + bytes(4000), "no text"),
    "unseen.txt": ("\u200b\ufeff\u2060\n".encode(), "empty"),
    "utf8-cut.txt": ("数据安全管理办法。".encode()[:-1], "cut off"),
    "not-a.docx": (b"plain words", "damaged"),
    "empty-zip.docx": (archive(), "no Word document"),
    "other-zip.docx": (archive(a_xml=b"<a/>"), "no Word document"),
    "old-word.docx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password"),
    "laughs.docx": (archive(word__document_xml=LAUGHS), "entities"),
    "broken-xml.docx": (archive(word__document_xml=b"<w:document"), "damaged"),
    "no-pages.pdf": (b"%PDF-1.7\n%%EOF\n", "damaged"),
    "deep.html": (b"<div>" * 200_000 + b"text", "nested"),
    "not-a.ofd": (b"PK", "damaged"),
    "old.ceb": (b"x", "export it as PDF"),
    "old.doc": (b"x", "save it as .docx"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str) -> None:
    data, reason = REFUSED[name]
    path = tmp_path / name
    path.write_bytes(data)
    assert reason in refused(path)


def test_a_password_is_named() -> None:
    assert "password" in refused(HERE / "locked" / "locked.pdf")


BOMBS = """
import pathlib, re, sys, time
from ingest.chunk import chunk
from ingest.errors import UnreadableFile
from ingest.read import read

folder = pathlib.Path(sys.argv[1])

def line(path, word, megabytes):
    path.write_text(word * (megabytes * 2**20 // len(word.encode())), encoding="utf-8")
    return path

files = [
    line(folder / "line.txt", "数据安全", 200),
    line(folder / "sentences.txt", "数据安全。", 9),
    line(folder / "nested.md", "[", 2),
    line(folder / "headings.md", "# a\\n", 1),
]
for path in files:
    started = time.monotonic()
    try:
        document = read(path, path.name)
        print(path.name, len(chunk(document, len)), "passages")
    except UnreadableFile as error:
        print(path.name, error)
    assert time.monotonic() - started < 60, path.name
# Not ru_maxrss: that of a child begins at the size its parent had when it was forked.
print(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
def test_bombs_take_little_time_and_memory(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", BOMBS, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=HERE.parents[1],
    )
    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    assert "larger than" in lines[0]
    assert int(lines[-1]) * 1024 < MEMORY


def bomb(path: Path, megabytes: int) -> Path:
    """A .docx whose text unpacks to so many megabytes of zeros.

    Packed a megabyte once and then repeated, which deflate allows after a full flush.
    """
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    once = squeeze.compress(bytes(2**20)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    packed = once * megabytes + squeeze.flush()
    name, large = b"word/document.xml", 0xFFFFFFFF
    head = struct.pack("<5H3I2H", 45, 0, 8, 0, 0, 0, len(packed), large, len(name), 0)
    local = b"PK\x03\x04" + head + name
    size = struct.pack("<2HQ", 1, 8, megabytes * 2**20)  # the zip64 field
    central = (
        b"PK\x01\x02"
        + struct.pack("<6H3I5H2I", 45, 45, 0, 8, 0, 0, 0, len(packed), large, len(name), len(size),
                      0, 0, 0, 0, 0)
        + name
        + size
    )  # fmt: skip
    begin = len(local) + len(packed)
    end = b"PK\x05\x06" + struct.pack("<4H2IH", 0, 0, 1, 1, len(central), begin, 0)
    path.write_bytes(local + packed + central + end)
    return path


def test_a_document_that_unpacks_to_ten_gigabytes_is_refused(tmp_path: Path) -> None:
    path = bomb(tmp_path / "bomb.docx", 10 * 1024)
    with zipfile.ZipFile(path) as made:
        assert made.getinfo("word/document.xml").file_size == 10 * 2**30
    assert "unpacks to more than" in refused(path)


def test_a_file_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "live.txt"
    path.write_text("正文。", encoding="utf-8")
    real, calls = os.fstat, []

    def fstat(handle: int) -> os.stat_result:
        calls.append(handle)
        if len(calls) == 2:
            path.write_text("正文，还在写。", encoding="utf-8")
        return real(handle)

    monkeypatch.setattr(os, "fstat", fstat)
    assert "changed" in refused(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission_is_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "secret.txt"
    path.write_text("正文。", encoding="utf-8")
    path.chmod(0)
    assert "permission" in refused(path)


def test_a_file_that_may_not_be_opened_is_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret.txt"
    path.write_text("正文。", encoding="utf-8")

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    assert "permission" in refused(path)


def test_strange_names_are_read_all_the_same(tmp_path: Path) -> None:
    names = ["a b.txt", "政策😀.txt", "line\nbreak.txt", "引“号”'\".txt"]
    for name in names:
        (tmp_path / name).write_text(f"关于{name[:1]}的通知\n正文。", encoding="utf-8")
    raw = os.fsencode(tmp_path) + b"/\xff\xfe.txt"
    Path(os.fsdecode(raw)).write_text("原名不是文字。", encoding="utf-8")
    found = list(discover([tmp_path]))
    assert len(found) == len(names) + 1
    for file in found:
        assert read(file.path, file.name).path.encode()


def test_what_holds_no_data_is_skipped(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    reasons = {file.name: file.skipped for file in discover([tmp_path])}
    assert reasons == {
        "gone.txt": "it is a link that leaves the folder",
        "pipe.txt": "it is no file that holds data",
    }
