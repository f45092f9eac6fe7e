"""OFD, the fixed pages of Chinese offices: written out by hand, as GB/T 33190 says."""

from __future__ import annotations

import io
import zipfile
from html import escape
from pathlib import Path

import pytest

from ingest import ofd as reader
from ingest.chunk import chunk
from ingest.errors import UnreadableFile
from ingest.ledger import ledger
from ingest.ofd import ofd
from ingest.read import document, read

SIZE, LARGE = 5.0, 7.0
"""Millimetres."""

Run = tuple[float, float, float, str]
"""Left edge, base line from the top, size, words."""


def content(runs: list[Run]) -> str:
    objects = "".join(
        f'<ofd:TextObject ID="{number}" Boundary="{x} {y - size} 160 {size}" Size="{size}">'
        f'<ofd:TextCode X="0" Y="{size}" DeltaX="g {len(words) - 1} {size}">{escape(words)}'
        "</ofd:TextCode></ofd:TextObject>"
        for number, (x, y, size, words) in enumerate(runs, 10)
    )
    return f'<ofd:Content><ofd:Layer ID="9">{objects}</ofd:Layer></ofd:Content>'


def made(*pages: list[Run]) -> bytes:
    """An OFD of A4 pages."""
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    places = "".join(
        f'<ofd:Page ID="{number}" BaseLoc="Pages/P{number}.xml"/>' for number in range(len(pages))
    )
    parts = {
        "OFD.xml": f'<ofd:OFD {space} Version="1.0"><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml'
        "</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {space}><ofd:CommonData><ofd:PageArea>"
        "<ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData>"
        f"<ofd:Pages>{places}</ofd:Pages></ofd:Document>",
    }
    for number, runs in enumerate(pages):
        parts[f"Doc_0/Pages/P{number}.xml"] = f"<ofd:Page {space}>{content(runs)}</ofd:Page>"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def lines(top: float, words: str, left: float = 25.0, width: int = 32) -> list[Run]:
    """A paragraph, its first line set in by two characters."""
    first = words[: width - 2]
    rest = [words[at : at + width] for at in range(width - 2, len(words), width)]
    return [(left + 2 * SIZE, top, SIZE, first)] + [
        (left, top + 8.0 * number, SIZE, line) for number, line in enumerate(rest, 1)
    ]


BODY = "各部门要落实责任，加强协调，确保任务按期完成，" * 4 + "并于年底前报告情况。"
NOTICE = made(
    [
        (60.0, 40.0, LARGE, "关于做好决算工作的通知"),
        *lines(60.0, "一、总体要求"),
        *lines(68.0, BODY),
        *lines(110.0, "二、重点任务"),
        *lines(118.0, BODY),
        (100.0, 285.0, SIZE, "— 1 —"),
    ],
    [*lines(30.0, "（一）摸清底数。" + BODY), (100.0, 285.0, SIZE, "— 2 —")],
)

needs_extra = pytest.mark.skipif(not reader.available(), reason="needs the extra `ofd`")


@needs_extra
def test_an_official_document_is_read_with_its_outline_and_pages(tmp_path: Path) -> None:
    path = tmp_path / "notice.ofd"
    path.write_bytes(NOTICE)
    found = read(path, path.name)
    assert found.title == "关于做好决算工作的通知"
    assert [section.path[1:] for section in found.sections] == [
        (),
        ("一、总体要求",),
        ("二、重点任务",),
        ("二、重点任务", "（一）摸清底数"),
    ]
    passages = chunk(found, len, 200)
    assert [BODY in passage.text for passage in passages] == [True] * 3
    assert [passage.page for passage in passages] == [1, 1, 2]
    book = ledger(found, passages)
    assert (book.unaccounted, book.reasons["page number"]) == (0, 6)


@needs_extra
def test_columns_are_read_one_after_the_other() -> None:
    left, right = "甲" * 14 * 6 + "。", "乙" * 14 * 6 + "。"
    page = [*lines(40.0, left, 20.0, 15), *lines(44.0, right, 110.0, 15)]
    text = document(ofd(made(page)), "x.ofd").text
    assert "".join(text.split()) == left + right


@needs_extra
def test_pages_without_text_are_refused() -> None:
    with pytest.raises(UnreadableFile, match="no text"):
        ofd(made([]))


def test_without_the_extra_the_reason_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "available", lambda: False)
    with pytest.raises(UnreadableFile, match=r"pip install 'policyqa\[ofd\]'.*export it as PDF"):
        ofd(NOTICE)
