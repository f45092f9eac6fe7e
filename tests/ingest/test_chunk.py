"""Sections into passages."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.chunk import chunk, embedded_text
from ingest.read import read
from ingest.types import READ, Document, join

SENTENCE = "为加强数据管理，保障数据安全，促进数据开发利用，根据有关法律，制定本办法。"


def document(tmp_path: Path, text: str, name: str = "办法.md") -> Document:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    return read(path, name)


def test_a_short_section_is_one_passage(tmp_path: Path) -> None:
    read_ = document(tmp_path, f"# 办法\n\n## 第一章 总则\n\n第一条 {SENTENCE}\n\n第二条 略。\n")
    passages = chunk(read_, len)
    assert [passage.path for passage in passages] == [
        ("办法", "第一章 总则", "第一条"),
        ("办法", "第一章 总则", "第二条"),
    ]
    assert passages[0].text == f"第一条 {SENTENCE}"


@pytest.mark.parametrize("line_end", ["\n\n", "\r\n\r\n", "\r"])
def test_a_long_section_is_cut_at_sentence_ends(tmp_path: Path, line_end: str) -> None:
    read_ = document(tmp_path, "# 办法\n\n" + line_end.join([SENTENCE * 3] * 20))
    passages = chunk(read_, len, max_tokens=200)
    assert len(passages) > 10
    assert all(len(passage.text) <= 200 for passage in passages)
    assert all(passage.text.endswith("。") for passage in passages)
    assert min(len(passage.text) for passage in passages) > 40


def test_a_sentence_that_is_too_long_is_cut_all_the_same(tmp_path: Path) -> None:
    read_ = document(tmp_path, "# 办法\n\n" + "数" * 1000)
    assert {len(passage.text) <= 100 for passage in chunk(read_, len, max_tokens=100)} == {True}


def test_what_is_embedded_carries_title_path_and_year(tmp_path: Path) -> None:
    read_ = document(
        tmp_path, f"# 数据办法\n\n2024年5月6日发布\n\n## 第一章 总则\n\n第一条 {SENTENCE}\n"
    )
    last = chunk(read_, len)[-1]
    assert embedded_text(read_, last).startswith(
        "2024年 数据办法 › 第一章 总则 › 第一条\n第一条 为加强"
    )


def test_a_list_that_is_cut_keeps_its_lead_in(tmp_path: Path) -> None:
    items = "\n\n".join(
        f"（{n}）未按照规定报送数据安全风险评估报告的；" for n in "一二三四五六七八"
    )
    lead = "有下列情形之一的，由主管部门责令改正："
    read_ = document(tmp_path, f"# 办法\n\n第一条 违反本办法规定，{lead}\n\n{items}\n")
    passages = chunk(read_, len, max_tokens=120)
    assert len(passages) > 2
    assert all(lead in passage.text for passage in passages)
    assert all(len(passage.text) <= 120 for passage in passages)


def test_a_table_that_is_cut_keeps_its_header(tmp_path: Path) -> None:
    rows = "\n".join(f"| 第{n}项 | 建设数据中心 | 工业和信息化局 |" for n in range(20))
    read_ = document(tmp_path, f"# 分工\n\n| 序号 | 任务 | 单位 |\n|---|---|---|\n{rows}\n")
    passages = chunk(read_, len, max_tokens=100)
    assert len(passages) > 3
    assert all(passage.text.startswith("序号 | 任务 | 单位\n") for passage in passages)


PARAGRAPH = st.text(alphabet="数据安全法，。；“”5. a（）一、第条#*|\n", max_size=80)


@given(st.lists(PARAGRAPH, max_size=12), st.integers(8, 80))
def test_a_passage_is_its_spans_joined(
    tmp_path_factory: pytest.TempPathFactory, paragraphs: list[str], max_tokens: int
) -> None:
    text = "# 题\n\n" + "\n\n".join(paragraphs)
    read_ = document(tmp_path_factory.mktemp("made"), text)
    passages = chunk(read_, len, max_tokens)
    covered = {
        place
        for passage in passages
        for span in passage.spans
        for place in range(span.start, span.end)
    }
    assert all(passage.text == join(text, passage.spans) for passage in passages)
    assert all(len(passage.text) <= max_tokens for passage in passages)
    for section in read_.sections:
        for block in section.blocks:
            if block.role in READ:
                inside = {p for span in block.spans for p in range(span.start, span.end)}
                assert {p for p in inside if not text[p].isspace()} <= covered
