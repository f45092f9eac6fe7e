"""One file may take so much time and fall into so many pieces; the others go on."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest import limit
from ingest.chunk import chunk
from ingest.docx import docx
from ingest.errors import UnreadableFile
from ingest.html import html
from ingest.limit import LONGEST_OF_SCANS, allow_scans, look_at_clock, time_limit
from ingest.markdown import markdown
from ingest.pdf import pdf
from ingest.read import document, read
from ingest.text import plain
from ingest.types import READ, Source, join

HERE = Path(__file__).parent
OVER = -1.0
"""Seconds of a limit that is over as it begins."""


def test_the_clock_stops_what_takes_too_long() -> None:
    with pytest.raises(UnreadableFile, match="takes more than"), time_limit(OVER):
        look_at_clock()
    look_at_clock()  # no limit is left behind


def test_a_limit_within_another_starts_no_new_clock() -> None:
    with pytest.raises(UnreadableFile), time_limit(OVER), time_limit(1000.0):
        look_at_clock()


def test_scanned_pages_are_given_more_time() -> None:
    with time_limit(OVER):
        allow_scans()
        look_at_clock()


@pytest.mark.parametrize("name", ["plan-utf8.txt", "plan-md.md"])
def test_each_format_looks_at_the_clock(name: str) -> None:
    path = HERE / "fixtures" / name
    with pytest.raises(UnreadableFile, match="to read; split it"), time_limit(OVER):
        read(path, name)


@pytest.mark.parametrize(
    ("reader", "name"),
    [(docx, "plan-office.docx"), (html, "plan-site.html"), (pdf, "plan-office.pdf")],
    ids=["docx", "html", "pdf"],
)
def test_formats_read_apart_look_at_the_clock_too(
    reader: Callable[[bytes], Source], name: str
) -> None:
    data = (HERE / "fixtures" / name).read_bytes()
    with pytest.raises(UnreadableFile, match="to read; split it"), time_limit(OVER):
        reader(data)


def test_what_ends_the_work_hears_of_more_time() -> None:
    told: list[float] = []
    with time_limit(10.0, end=told.append):
        allow_scans()
        allow_scans()
    assert told == [10.0, pytest.approx(LONGEST_OF_SCANS, abs=5)]


def test_cutting_looks_at_the_clock() -> None:
    made = document(plain("关于工作的通知\n" + "落实责任。" * 900), "x.txt")
    with pytest.raises(UnreadableFile, match="to read; split it"), time_limit(OVER):
        chunk(made, len)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("lines.txt", "甲\n" * 1_100, "paragraphs or lines"),
        ("lines.md", "甲\n" * 1_100, "paragraphs or lines"),
        ("spaces.txt", "甲乙丙丁。 " * 1_100, "paragraphs or lines"),
        ("comments.md", "<!--甲-->" * 1_100, "paragraphs or lines"),
    ],
)
def test_what_falls_into_too_many_pieces_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, reason: str
) -> None:
    monkeypatch.setattr(limit, "MOST_BLOCKS", 1000)
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFile, match=reason):
        read(path, name)


@pytest.mark.parametrize(
    ("page", "reason"),
    [("<p>甲</p>" * 2_100, "tags"), ("<p>甲" * 1_100, "paragraphs or lines")],
    ids=["tags", "paragraphs"],
)
def test_many_parts_of_a_page_are_refused(
    monkeypatch: pytest.MonkeyPatch, page: str, reason: str
) -> None:
    monkeypatch.setattr(limit, "MOST_BLOCKS", 1000)
    monkeypatch.setattr(limit, "MOST_TAGS", 4000)
    with pytest.raises(UnreadableFile, match=reason):
        html(page.encode())


def test_many_tags_of_an_office_file_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limit, "MOST_TAGS", 10)
    path = HERE / "fixtures" / "plan-office.docx"
    with pytest.raises(UnreadableFile, match="tags"):
        docx(path.read_bytes())


def test_comments_are_taken_out_of_the_lines_that_hold_them() -> None:
    text = "甲<!--一-->乙 <!--二\n三--> 丙\n<!--四-->"
    source = markdown(text)
    words = [join(text, block.spans) for block in source.blocks if block.role in READ]
    assert words == ["甲", "乙", "丙"]


def seconds(run: Callable[[], object]) -> float:
    began = time.process_time()
    run()
    return time.process_time() - began


@pytest.mark.parametrize("unit", ["<!--甲-->乙，丙", "数据，安全\n"])
def test_twice_as_long_takes_about_twice_as_long(unit: str) -> None:
    read_as = markdown if "<" in unit else plain
    short, long = (
        min(seconds(lambda text=unit * times: document(read_as(text), "x")) for _ in range(3))
        for times in (2_000, 8_000)
    )
    assert long < 8 * short
