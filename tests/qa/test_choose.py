"""Which words are chosen: those of the right year, whole figures, all items of a list."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.build import update
from index.embed import PackagedModel
from index.search import Index
from index.types import Hit
from ingest.types import Chunk, Span
from qa.answer import PASSAGES, ask
from qa.choose import Candidate, Choice, _end, _going_on, _sentence, _start, candidates
from qa.places import Question
from qa.reader import Reading, load


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, embedder: PackagedModel) -> Index:
    """Two years' reports of one invented county, and a rule."""
    folder = tmp_path_factory.mktemp("choose")
    report = "# 云溪县{}年政府工作报告\n\n今年，新建公共停车场{}个左右，改造老旧小区{}个。\n"
    texts = {
        "report-2033.md": report.format(2033, 18, 25),
        "report-2034.md": report.format(2034, 31, 40),
        "rule.md": "# 云溪县停车管理办法\n\n## 第一章 总则\n\n"
        "第一条 公共停车场的经营者不得擅自改变停车场用途。\n\n"
        "第二条 本办法所称公共停车场，是指向社会开放、供机动车停放的场所。\n\n"
        "第三条 停车管理遵循统一规划、方便群众、依法管理的原则。\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    update(folder / "index", [folder], embedder)
    return Index(folder / "index")


@pytest.mark.parametrize(
    ("question", "text", "name"),
    [
        ("2033年云溪县新建多少个公共停车场？", "18个左右", "report-2033.md"),
        ("2034年云溪县新建多少个公共停车场？", "31个左右", "report-2034.md"),
        ("how many 公共停车场 in 2034", "31个左右", "report-2034.md"),
    ],
)
def test_this_year_is_the_documents_own(index: Index, question: str, text: str, name: str) -> None:
    answer = ask(index, question)
    assert (answer.text, answer.citations[0].doc) == (text, name)


@pytest.mark.parametrize(
    "question",
    [
        "2029年云溪县新建多少个公共停车场？",
        "云溪县机场的旅客吞吐量是多少？",
        "县长的电话号码是多少？",
    ],
)
def test_what_no_document_says_is_not_answered(index: Index, question: str) -> None:
    answer = ask(index, question)
    assert not answer.found
    assert answer.nearest


def test_a_yes_or_no_goes_before_the_words_that_decide(index: Index) -> None:
    answer = ask(index, "公共停车场的经营者可以擅自改变停车场用途吗？")
    assert answer.text.startswith("否：")
    assert "不得擅自改变停车场用途" in answer.citations[0].quote


def test_a_definition_is_answered_with_its_words(index: Index) -> None:
    answer = ask(index, "什么是公共停车场？")
    assert "供机动车停放的场所" in answer.text


def found(index: Index, question: str) -> list[Candidate]:
    with index.snapshot() as snapshot:
        understood = snapshot.understood(question)
        hits = snapshot.rank(question, understood, PASSAGES)
        documents = {document.id: document for document in snapshot.documents()}
        return candidates(Question.of(question, understood), hits, documents, load())


def test_passages_that_agree_back_each_other_and_lead_over_the_rest(
    tmp_path: Path, embedder: PackagedModel
) -> None:
    said = "# {}\n\n云溪县{}公共停车场{}个。\n"
    for number, (told, count) in enumerate([("新建", 18), ("一共新建", 18), ("已经新建", 31)]):
        (tmp_path / f"{number}.md").write_text(said.format(f"简报{number}", told, count), "utf-8")
    update(tmp_path / "index", [tmp_path], embedder)
    read = found(Index(tmp_path / "index"), "云溪县新建多少个公共停车场？")
    agreed = [one for one in read if one.text.startswith("18")]
    (other,) = (one for one in read if one.text.startswith("31"))
    assert len(agreed) == 2
    assert all(one.features[4] > 0.5 for one in agreed)
    assert other.features[4] == 0
    best = max(one.reading.score for one in agreed)
    assert other.features[5] == pytest.approx(other.reading.score - best)
    for one in agreed:
        assert one.features[5] == pytest.approx(one.reading.score - other.reading.score)


@pytest.mark.parametrize(
    ("text", "end", "said"),
    [
        ("增长6.1%，快于全国", 7, "6.1%"),
        ("建成20个左右，其中", 5, "20个左右"),
        ("实施三年。", 5, "实施三年。"),
        ("能耗下降5.6%。", 9, "5.6%"),
        ("要求：实施三年。", 8, "实施三年。"),
        ("，、", 2, "，、"),
    ],
)
def test_an_answer_ends_before_a_mark_that_leads_on(text: str, end: int, said: str) -> None:
    reading = Reading(max(0, text.find(said)), end, 1.0)
    assert text[reading.start : _end(text, reading)] == said


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("比例超过60%，居首位", "60%", "超过60%"),
        ("每人不低于 1000 元", "1000 元", "不低于 1000 元"),
        ("投入近20万元", "20万元", "近20万元"),
        ("最近5年", "5年", "5年"),
        ("附近20米", "20米", "20米"),
        ("比例超过六成", "六成", "六成"),
    ],
)
def test_a_figure_keeps_what_bounds_it(text: str, words: str, said: str) -> None:
    start = text.find(words)
    reading = Reading(start, start + len(words), 1.0)
    assert text[_start(text, reading) : reading.end] == said


def test_a_holiday_within_a_sentence_is_no_paragraphs_number() -> None:
    text = "调休包括五一、国庆假期。"
    reading = Reading(4, len(text) - 1, 1.0)
    assert text[_start(text, reading) : reading.end] == "五一、国庆假期"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("：12366", "12366"),
        ("（二）给予财政贴息", "给予财政贴息"),
        ("四、统一监管", "统一监管"),
        ("3.暂停入户查表", "暂停入户查表"),
        ("一、二年级", "一、二年级"),
        ("3.5%", "3.5%"),
        ("10、20和30元", "10、20和30元"),
        ("（二）", "（二）"),
    ],
)
def test_an_answer_begins_behind_a_paragraphs_number(words: str, said: str) -> None:
    text = f"如下。{words}。"
    reading = Reading(3, 3 + len(words), 1.0)
    assert text[_start(text, reading) : reading.end] == said


def quoted(text: str, *answers: str) -> list[str]:
    """What is quoted of a passage for answers that stand in it."""
    hit = Hit(Chunk("1", "1", (), text, (Span(0, len(text)),)), 1.0, 0.8, 1.0)
    spans = [Span(text.find(one), text.find(one) + len(one)) for one in answers]
    chosen = [Choice(hit, one, _sentence(text, one), 0.9) for one in spans]
    return [text[one.quote.start : one.quote.end] for one in _going_on(chosen)]


RULES = "养护单位应当每天巡查路面，并作记录。发现损坏的，立即设置警示标志。三日内修复完毕。"


def test_prose_is_quoted_with_the_sentences_behind_it() -> None:
    assert quoted(RULES, "应当每天巡查路面，并作记录") == [RULES]


def test_a_name_or_a_figure_is_quoted_with_its_sentence_alone() -> None:
    assert quoted(RULES, "养护单位") == ["养护单位应当每天巡查路面，并作记录。"]


def test_a_quote_ends_where_the_next_answer_of_a_list_begins() -> None:
    first, second = "应当每天巡查路面，并作记录", "三日内修复完毕"
    assert quoted(RULES, first, second) == [
        RULES.removesuffix("三日内修复完毕。"),
        "三日内修复完毕。",
    ]


def test_a_quote_of_prose_ends_with_a_whole_sentence_and_within_bounds() -> None:
    (quote,) = quoted(RULES * 10, "应当每天巡查路面，并作记录")
    assert RULES * 4 in quote
    assert quote.endswith("。")
    assert len(quote) <= 220
