"""Measuring: the official scores, and a question set's rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from index.search import Index
from qa.evaluate import QuestionSetError, f1, judge, read_questions, report, reports, tokens


def test_tokens_are_characters_of_chinese_and_words_of_the_rest() -> None:
    assert tokens("打造200个AI智能体。") == ["打", "造", "200", "个", "ai", "智", "能", "体"]


@pytest.mark.parametrize(
    ("prediction", "answers", "expected"),
    [
        ("200个左右", ["200个左右"], 1.0),
        ("打造200个左右", ["200个左右"], 2 * (4 / 6) / (4 / 6 + 1)),
        ("", ["200个左右"], 0.0),
        ("不相干", ["200个左右"], 0.0),
        ("无锡", ["南京", "无锡"], 1.0),
        ("《OPC》", ["opc"], 1.0),
    ],
)
def test_f1_is_that_of_the_longest_common_run(
    prediction: str, answers: list[str], expected: float
) -> None:
    assert f1(prediction, answers) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{broken", "not JSON"),
        ("[1]", "question"),
        ('{"q": "x"}', "question"),
        ('{"question": "x", "answers": "y"}', "answers"),
    ],
)
def test_a_broken_row_is_named_by_its_line(tmp_path: Path, line: str, why: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text('{"question": "好"}\n\n' + line + "\n", "utf-8")
    with pytest.raises(QuestionSetError, match=f"line 3.*{why}"):
        read_questions(path)


def test_an_empty_or_missing_set_is_an_error(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n", "utf-8")
    with pytest.raises(QuestionSetError, match="no question"):
        read_questions(empty)
    with pytest.raises(QuestionSetError, match="cannot be read"):
        read_questions(tmp_path / "none.jsonl")


def test_a_report_counts_hits_refusals_and_places(tmp_path: Path, seed_index: Path) -> None:
    doc = "山东“人工智能+制造”（报纸版面）.md"
    rows = [
        {"question": "四川累计发布了多少个行业垂直大模型？", "answers": ["94个"], "doc": doc},
        {"question": "how many 智能体 by 2028", "answers": ["200个左右"], "lang": "mixed"},
        {"question": "北京的天气怎么样？", "answerable": False, "lang": "zh"},
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    judged = list(judge(Index(seed_index), read_questions(path)))
    figures = report(judged)
    assert figures.questions == 3
    assert figures.hit_quote == 1.0
    assert figures.right_document == 1.0
    assert figures.true_citations == 1.0
    assert figures.false_answers == 0.0
    assert figures.false_abstentions == 0.0
    assert list(reports(judged)) == ["all", "zh", "en+mixed"]
