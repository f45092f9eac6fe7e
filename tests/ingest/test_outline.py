"""Headings of official documents, told by their numbers."""

from __future__ import annotations

import pytest

from ingest.html import html
from ingest.markdown import markdown
from ingest.marks import Kind, mark, value
from ingest.metadata import metadata, place, this_year
from ingest.read import document
from ingest.text import plain
from ingest.types import Metadata

BODY = "各部门要落实责任，加强协调，确保任务按期完成，并于年底前报告情况。"


def outline_of(*lines: str) -> list[tuple[str, ...]]:
    return [section.path[1:] for section in document(plain("\n".join(lines)), "x.txt").sections]


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("第一编 总则", Kind.PART, 1),
        ("第十二章", Kind.CHAPTER, 12),
        ("第一百零五条 国家", Kind.ARTICLE, 105),
        ("第二十三条之一 国家", Kind.ARTICLE, 23),
        ("三、总体要求", Kind.COMMA, 3),
        ("（二）主要任务", Kind.BRACKET, 2),
        ("(十)保障", Kind.BRACKET, 10),
        ("4.加强", Kind.DIGIT, 4),
        ("４．加强", Kind.DIGIT, 4),
        ("（5）检查", Kind.DIGIT_BRACKET, 5),
        ("③落实", Kind.CIRCLE, 3),
    ],
)
def test_numbers_before_headings_are_known(text: str, kind: Kind, number: int) -> None:
    found = mark(text)
    assert found is not None
    assert (found.kind, found.number) == (kind, number)


@pytest.mark.parametrize(
    "text", ["一是改革", "3.5亿元", "2026年", "第三，要", "十分重要", "", "（草案）"]
)
def test_words_and_figures_are_no_marks(text: str) -> None:
    assert mark(text) is None


def test_numerals_have_their_value() -> None:
    assert [value(n) for n in ("十", "二十", "一百一十", "二〇", "１２")] == [10, 20, 110, 20, 12]


def test_levels_nest_as_gb_9704_says() -> None:
    lines = [
        "关于工作的通知",
        "一、目标",
        BODY,
        "二、任务",
        "（一）基础",
        "1.道路",
        BODY,
        "2.桥梁",
        BODY,
    ]
    assert outline_of(*lines, "（二）服务。" + BODY) == [
        (),
        ("一、目标",),
        ("二、任务",),
        ("二、任务", "（一）基础"),
        ("二、任务", "（一）基础", "1.道路"),
        ("二、任务", "（一）基础", "2.桥梁"),
        ("二、任务", "（二）服务"),
    ]


def test_enumerations_and_short_lists_are_no_headings() -> None:
    lines = ["关于工作的通知", "一、材料", "需提交下列材料：", "1.申请表", "2.承诺书", "3.身份证明"]
    assert outline_of(*lines, "一是及时；二是准确。" + BODY) == [(), ("一、材料",)]


def test_a_table_of_contents_is_no_outline() -> None:
    lines = ["某某条例", "目录", "第一章 总则", "第二章 附则", "第一章 总则", "第一条 " + BODY]
    assert outline_of(*lines, "第二章 附则", "第二条 " + BODY) == [
        (),
        ("第一章 总则",),
        ("第一章 总则", "第一条"),
        ("第二章 附则",),
        ("第二章 附则", "第二条"),
    ]


def test_a_reference_to_an_article_does_not_start_one() -> None:
    lines = ["某某条例", "第一条 " + BODY, "第一条规定的期限为三个月。", "第二条 " + BODY]
    assert outline_of(*lines) == [(), ("第一条",), ("第二条",)]


def test_a_page_whose_line_ends_became_spaces_has_its_outline() -> None:
    head = "关于支持企业的通知 某财〔2025〕6号 各区财政局："
    text = f"{head} 一、减免费用 {BODY * 3} 二、加快拨付 {BODY * 3}"
    assert outline_of(text) == [(), ("一、减免费用",), ("二、加快拨付",)]


def test_metadata_of_a_notice() -> None:
    text = (
        "南江省人民政府办公厅\n关于印发算力行动方案（2026—2028年）的通知\n南政办发〔2026〕8号\n\n"
        f"各市人民政府：\n{BODY}\n南江省人民政府办公厅\n二〇二六年三月五日\n"
    )
    read = document(plain(text), "x.txt")
    assert read.title == "南江省人民政府办公厅关于印发算力行动方案（2026—2028年）的通知"
    assert read.metadata.issuer == "南江省人民政府办公厅"
    assert read.metadata.number == "南政办发〔2026〕8号"
    assert read.metadata.date == "2026-03-05"
    assert read.metadata.years == (2026, 2027, 2028)
    assert this_year(read.metadata) == 2026


def test_metadata_of_a_law() -> None:
    text = (
        "# 南江省数据条例\n\n2023年5月30日 南江省第十三届人民代表大会常务委员会第九次会议通过\n\n"
        f"2024年1月1日 施行\n\n第一条 {BODY}\n"
    )
    read = document(markdown(text), "x.md")
    assert read.metadata.issuer == "南江省人民代表大会常务委员会"
    assert read.metadata.date == "2023-05-30"


def test_what_a_text_cites_is_not_its_own() -> None:
    known = metadata("关于数据的说明", "根据《办法》（国发〔2019〕3号）的有关规定，现说明如下。")
    assert known.number == ""
    assert known.date == ""


def test_a_place_names_its_documents_year_once() -> None:
    dated = Metadata(date="2024-03-05")
    assert place(["2024年报告", "目标"], dated) == "2024年报告 › 目标"
    assert place(["报告"], dated) == "2024年 报告"
    assert place([], Metadata()) == ""


def test_the_list_of_attachments_holds_no_headings() -> None:
    lines = ["关于工作的通知", BODY, "附件：1.任务分工表", "　　　2.主要指标表", "南江省财政厅"]
    assert outline_of(*lines, "2026年3月5日", "附件1", "任务分工表", BODY) == [(), ("附件1",)]


def test_a_letterhead_set_larger_than_the_title_is_none() -> None:
    page = (
        f"<h1>南江省财政厅文件</h1><p>南财发〔２０２６〕１２号</p>"
        f"<h2>关于做好决算工作的通知</h2><p>{BODY}</p><h3>有关要求</h3><p>{BODY}</p>"
    )
    found = document(html(page.encode()), "x.html")
    assert found.title == "关于做好决算工作的通知"
    assert [section.path[1:] for section in found.sections] == [(), (), ("有关要求",)]
