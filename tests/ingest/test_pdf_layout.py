"""Reading order on a page: what are columns, and what is a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.pdf import pdf
from ingest.pdf_layout import Line, in_reading_order
from ingest.pdf_page import Box
from ingest.read import document

PAGES = Path(__file__).parent / "pages"

SIZE = 10.0
LEADING = 14.0
WIDTH = 150.0


def column(left: float, top: float, texts: list[str]) -> list[Line]:
    """Lines one below the other, each as wide as its text in characters of `SIZE`."""
    lines = []
    for number, text in enumerate(texts):
        high = top - number * LEADING
        right = left + min(len(text) * SIZE, WIDTH)
        lines.append(Line(text, Box(left, high - SIZE, right, high), SIZE, bold=False))
    return lines


def order(lines: list[Line]) -> list[str]:
    return [line.text for part in in_reading_order(lines) for line in part]


FULL = "字" * 14
FIRST, SECOND, THIRD = ([f"{name}{FULL}" for _ in range(9)] for name in "甲乙丙")
ARTICLES = [
    line
    for number in "六七八"
    for line in (
        f"第{number}条有下列情形之一的，处二",
        "万元以下罚款：",
        "（一）未备案；",
        "（二）未评估；",
    )
]


@pytest.mark.parametrize("shift", [0.0, 3.0, 7.0, 11.0])
def test_three_columns_are_read_one_after_the_other(shift: float) -> None:
    lines = [
        *column(0, 800, FIRST),
        *column(170, 800 - shift, SECOND),
        *column(340, 800 - 2 * shift, THIRD),
    ]
    assert order(lines) == [*FIRST, *SECOND, *THIRD]


def test_a_column_of_short_items_is_a_column() -> None:
    lines = [*column(0, 800, FIRST), *column(170, 800, ARTICLES)]
    assert order(lines) == [*FIRST, *ARTICLES]


def test_the_cells_of_a_table_are_read_row_by_row() -> None:
    names = ["建立数据目录", "开展评估", "培养人才两百名", "公开结果", "检查"]
    bodies = ["南江省数据局及各市", "省网信办", "教育厅", "省政府办公厅", "各市"]
    lines = [*column(0, 800, names), *column(170, 800, bodies)]
    rows = [text for row in zip(names, bodies, strict=True) for text in row]
    assert order(lines) == rows


def test_a_newspaper_page_in_three_columns_is_read_article_by_article() -> None:
    printed = document(pdf((PAGES / "newspaper-three-columns.pdf").read_bytes()), "page.pdf")
    assert [section.path for section in printed.sections] == [
        ("临江打造数据产业高地",),
        ("临江打造数据产业高地", "园区里的新变化"),
        ("海安四月外贸增长一成",),  # its last line begins with 一, which that font makes flat
    ]
