"""Invented newspaper pages: broken sentences, pull quotes, captions, several articles."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.markdown import markdown
from ingest.read import document
from ingest.text import plain
from ingest.types import READ, Document, Role, join

LONG = (
    "东湖区着力培育新能源产业。全区建成充电站36座，投放充电桩1280个，服务半径缩短至2公里，"
    "居民充电更加便利，产业规模达到45亿元，同比增长18.6%。"
)
OTHER = "西山县启动古树名木普查工作，共登记古树412株，逐株建立档案，落实管护责任人。"


def texts(read: Document, role: Role) -> list[str]:
    return [
        join(read.text, block.spans)
        for section in read.sections
        for block in section.blocks
        if block.role is role
    ]


def page(*paragraphs: str) -> Document:
    return document(markdown("\n\n".join(paragraphs)), "版面.md")


def test_a_sentence_goes_on_behind_a_pull_quote_and_a_caption() -> None:
    quote = "居民充电更加便利，产业规模达到45亿元。"
    read = page("# 东湖", "本报记者 王一", LONG[:40], quote, "▲充电站内景。李二摄", LONG[40:])
    assert texts(read, Role.TEXT) == [LONG]
    assert texts(read, Role.PULL_QUOTE) == [quote]
    assert texts(read, Role.CAPTION) == ["▲充电站内景。李二摄"]


@given(st.integers(14, len(LONG) - 14))
def test_a_sentence_is_whole_wherever_the_column_ends(cut: int) -> None:
    read = page("# 东湖", "本报记者 王一", LONG[:cut], LONG[cut:])
    assert "".join(texts(read, Role.TEXT)) == LONG
    if LONG[cut - 1] != "。" and "，" in LONG[cut:]:
        assert texts(read, Role.TEXT) == [LONG]


def test_articles_on_one_level_are_told_by_dateline_byline_and_sign_off() -> None:
    read = page(
        *("# 东湖充电更便利", "本报记者 王一", LONG, "## 谋划长远", LONG),
        *("## 西山普查古树", "本报讯（记者 张三）近日，" + OTHER),
        *("## 南岭修路", "新华社南岭5月6日电 " + OTHER + "（李四）"),
        *("## 北港通航", "北港航线开通，年吞吐量达到300万吨。"),
    )
    paths = [section.path for section in read.sections]
    assert paths == [
        ("东湖充电更便利",),
        ("东湖充电更便利", "谋划长远"),
        ("西山普查古树",),
        ("南岭修路",),
        ("北港通航",),
    ]
    assert "（李四）" in texts(read, Role.BYLINE)


def test_a_page_without_markup_is_cut_into_its_articles() -> None:
    lines = [
        *("东湖充电更便利", "本报记者 王一", LONG),
        *("西山普查古树", "本报讯 " + OTHER, OTHER[:-1] + "（西讯）"),
        *("南岭修路", "本报讯 " + LONG),
    ]
    read = document(plain("\n".join(lines)), "版面.txt")
    assert [section.path for section in read.sections] == [
        ("东湖充电更便利",),
        ("西山普查古树",),
        ("南岭修路",),
    ]


def test_what_laws_repeat_is_no_pull_quote() -> None:
    duty = "违反本条例规定，未建立档案的，由主管部门责令限期改正。"
    read = page("# 条例", f"第一条 {duty}", duty, f"第二条 {duty}逾期不改正的，处1万元罚款。")
    assert texts(read, Role.PULL_QUOTE) == []


def test_turning_notes_and_page_numbers_are_not_read() -> None:
    read = page("# 东湖", LONG[:40], "（下转第三版）", "- 2 -", LONG[40:])
    assert texts(read, Role.TEXT) == [LONG]


@given(st.lists(st.sampled_from([LONG, LONG[:33], OTHER, "## 新题", "本报讯 " + OTHER, "（讯）"])))
def test_every_character_keeps_its_place(paragraphs: list[str]) -> None:
    text = "\n\n".join(["# 题", *paragraphs])
    read = document(markdown(text), "版面.md")
    places: list[int] = []
    for section in read.sections:
        for block in section.blocks:
            for span in block.spans:
                places.extend(p for p in range(span.start, span.end) if not text[p].isspace())
    assert sorted(places) == [p for p, sign in enumerate(text) if not sign.isspace()]
    if any(paragraph in {LONG, OTHER} for paragraph in paragraphs):
        assert any(b.role in READ for s in read.sections for b in s.blocks)
