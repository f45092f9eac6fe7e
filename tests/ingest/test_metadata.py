"""Issuer, number, date and title, as notices, announcements and laws give them."""

from __future__ import annotations

import pytest

from ingest.issuers import is_body, issuer_of_head, issuer_of_title, signature
from ingest.metadata import metadata
from ingest.read import document
from ingest.text import plain
from ingest.types import Document, Role

BODY = "各部门要落实责任，加强协调，确保任务按期完成，并于年底前报告情况。"


def read(text: str) -> Document:
    return document(plain(text), "x.txt")


def test_bodies_that_issue_together_stand_in_the_title() -> None:
    lines = ["南江省财政厅", "南江省医疗保障局", "国家税务总局南江省税务局关于延长缴费期的通知"]
    found = read("\n".join([*lines, "各市财政局：", BODY]))
    assert (
        found.title == "南江省财政厅 南江省医疗保障局 国家税务总局南江省税务局关于延长缴费期的通知"
    )
    assert found.metadata.issuer == "南江省财政厅 南江省医疗保障局 国家税务总局南江省税务局"


def test_a_title_that_a_line_end_broke_is_whole() -> None:
    found = read(f"南江省人民政府办公厅关于延长2026年\n春节假期的通知\n各市人民政府：\n{BODY}")
    assert found.title == "南江省人民政府办公厅关于延长2026年春节假期的通知"
    assert found.metadata.issuer == "南江省人民政府办公厅"


def test_two_titles_stay_two() -> None:
    found = read(f"关于减轻负担的通知\n关于切实减轻\n基层负担的通知\n{BODY}")
    assert found.title == "关于减轻负担的通知"


def test_the_name_of_a_sites_column_is_no_title() -> None:
    found = read(f"南江省税务局 通知公告 税收优惠政策指引 {BODY * 8}")
    assert found.title == "税收优惠政策指引"


def test_a_spread_word_and_an_exclamation_are_titles() -> None:
    assert read(f"通 告 {BODY * 8}").title == "通告"
    assert read(f"这些措施助企业渡过难关！ {BODY * 8}").title == "这些措施助企业渡过难关！"


@pytest.mark.parametrize("gap", [" ", "\u3000", "  "])
def test_a_headline_in_two_halves_is_whole(gap: str) -> None:
    found = read(f"让改革红利共享{gap}让群众得到实惠 {BODY * 8}")
    assert found.title == "让改革红利共享 让群众得到实惠"


@pytest.mark.parametrize(
    "second",
    ["南江省财政厅办公室", "让改革红利共享", "惠民", "让群众得到实惠的通知", "（2026年3月5日）"],
)
def test_what_stands_behind_a_headline_is_no_half_of_it(second: str) -> None:
    assert read(f"让改革红利共享 {second} {BODY * 8}").title in {"让改革红利共享", second}


@pytest.mark.parametrize(
    ("tail", "signed"),
    [
        ("特此通知。\n南江省商务厅\n2026年3月5日\n", ("南江省商务厅", "2026-03-05")),
        ("特此通知。 南江省商务厅 2026年3月5日 附件1 ", ("南江省商务厅", "2026-03-05")),
        ("特此通知。\n财 政 部\n税　务　总　局\n2026年3月5日", ("财政部 税务总局", "2026-03-05")),
        (
            "执行。 南江省防汛抗旱和 应急指挥部 2026年3月5日",
            ("南江省防汛抗旱和应急指挥部", "2026-03-05"),
        ),
        ("执行。 南江省办公室（代章） 二〇二六年三月五日", ("南江省办公室", "2026-03-05")),
        ("截至 2026年3月5日 ，已有三家。", ("", "")),
        ("（国务院办公厅 2026年3月5日 印发）", ("", "")),
    ],
)
def test_a_signature_is_a_name_and_a_day_by_themselves(tail: str, signed: tuple[str, str]) -> None:
    assert signature(BODY + tail) == signed


def test_the_notice_is_dated_and_not_its_attachment() -> None:
    notice = f"关于印发工作办法的通知\n{BODY}\n南江省财政厅\n2026年3月5日\n"
    attached = f"工作办法\n第一条 {BODY * 60}\n南江省审计厅\n2025年1月1日\n"
    known = read(notice + attached).metadata
    assert (known.issuer, known.date) == ("南江省财政厅", "2026-03-05")


def test_a_day_between_two_sentences_dates_a_notice() -> None:
    assert read(
        f"关于工作的通知 {BODY * 8} 2026年3月5日 （此件公开） 工作方案 {BODY}"
    ).metadata.date == ("2026-03-05")


def test_a_chronicle_is_dated_by_none_of_its_days() -> None:
    days = "".join(f"2026年3月{day}日\n{BODY}\n" for day in range(1, 9))
    assert metadata("大事记", f"大事记\n{BODY * 60}\n{days}{BODY}\n{BODY * 20}").date == ""


def test_a_day_in_brackets_under_the_title_dates_a_decision() -> None:
    text = f"关于稳定经济的若干意见 （2026年2月10日） 各市人民政府： {BODY * 8}"
    assert read(text).metadata.date == "2026-02-10"


def test_a_signature_completes_the_name_that_a_title_begins_with() -> None:
    text = f"商务局关于工作的通知\n{BODY}\n南江市商务局\n2026年3月5日\n"
    assert read(text).metadata.issuer == "南江市商务局"


def test_a_report_is_dated_by_the_meeting_that_heard_it() -> None:
    text = "政府工作报告\n——2026年1月20日在南江省第十四届人民代表大会第四次会议上\n各位代表：\n"
    assert read(text + BODY).metadata.date == "2026-01-20"


@pytest.mark.parametrize(
    ("head", "number"),
    [
        ("财政部 税务总局公告2026年第8号", "财政部 税务总局公告2026年第8号"),
        ("南江市防控指挥部通告（第7号）", "南江市防控指挥部通告第7号"),
        ("2026年3月1日 中华人民共和国国务院令第800号公布", "中华人民共和国国务院令第800号"),
        ("南政发﹝2026﹞3号", "南政发〔2026〕3号"),
        ("2026年第2号", "2026年第2号"),
        ("根据《管理条例》（国务院令第376号）的规定，", ""),
        ("按照民政部令第59号的规定，", ""),
    ],
)
def test_the_number_of_decrees_and_announcements(head: str, number: str) -> None:
    assert metadata("关于工作的公告", f"关于工作的公告\n{head}\n{BODY}").number == number


@pytest.mark.parametrize(
    ("line", "issuer"),
    [
        ("1995年9月14日 中国人民银行发布", "中国人民银行"),
        ("1995年8月30日 国务院批准", ""),
        ("2009年1月1日 中华人民共和国国务院、中华人民共和国中央军事委员会令第500号公布",
         "国务院、中央军事委员会"),
        ("2016年8月30日 日照市第十八届人民代表大会常务委员会第一次会议通过",
         "日照市人民代表大会常务委员会"),
        ("2013年12月31日 市十二届人民代表大会常务委员会第十六次会议通过", ""),
        ("2021年11月16日 国家互联网信息办公室2021年第20次室务会议审议通过", "国家互联网信息办公室"),
        ("引用文件", ""),
        ("南江省人民政府文件", "南江省人民政府"),
    ],
)  # fmt: skip
def test_who_passed_or_published_a_law(line: str, issuer: str) -> None:
    assert issuer_of_head([line]) == issuer


def test_what_is_a_body_and_what_is_not() -> None:
    bodies = ["国务院办公厅", "中共南江省委", "领导小组（指挥部）", "南江银行南江分行"]
    assert all(map(is_body, bodies))
    assert not any(map(is_body, ["特此通知", "由财政局主办", "财政部关于税务局", "工作方案"]))
    assert issuer_of_title("转发国家发展改革委关于规划的通知") == ""


def test_lines_cut_by_tabs_are_a_table_with_its_header() -> None:
    found = read(f"统计公报\n{BODY}\n指标\t单位\t2025年\n产值\t亿元\t784.3\n收入\t亿元\t412\n")
    rows = [b for s in found.sections for b in s.blocks if b.role is Role.ROW]
    assert len(rows) == 3


def test_the_last_item_of_a_list_heads_nothing() -> None:
    items = "1.来源及其背景与主要原因；\n2.分布；\n3.落实情况。"
    text = f"关于工作的通知\n一、报告内容\n{BODY}包括：\n{items}\n{BODY}"
    headings = [section.heading for section in read(text).sections]
    assert headings == ["关于工作的通知", "一、报告内容"]


def test_the_day_of_a_table_of_properties_is_the_date() -> None:
    rows = "成文日期： | 2026年4月1日\n发布时间：2026-04-03 09:10 来源：南江省财政厅 浏览次数：8"
    found = read(f"关于做好决算工作的通知\n{rows}\n{BODY}")
    assert found.metadata.date == "2026-04-01"
    line = found.text.splitlines()[2]
    aside = [block for section in found.sections for block in section.blocks]
    assert [b.role for b in aside if found.text[b.spans[0].start :].startswith(line)] == [
        Role.BYLINE
    ]


def test_a_number_in_traditional_characters_stands_as_it_is_written() -> None:
    found = read(f"南江省人民政府文件\n南政發〔２０２６〕１２號\n關於做好工作的通知\n{BODY}")
    assert found.metadata.number == "南政發〔2026〕12號"
    assert found.title == "關於做好工作的通知"
