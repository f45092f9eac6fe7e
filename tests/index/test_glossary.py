"""English questions meet the Chinese words that documents use."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.glossary import expand
from index.search import Index


def everywhere(_word: str) -> int:
    return 1


def nowhere(_word: str) -> int:
    return 0


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What unemployment rate was set?", {"失业率"}),
        ("subsidies for enterprises in Anhui", {"补贴", "企业", "安徽"}),
        ("What is Inner Mongolia's output value?", {"内蒙古", "产值"}),
        ("the 2005 GDP target", {"国内生产总值", "目标"}),
    ],
)
def test_words_and_phrases_come_with_the_names_in_the_documents(
    question: str, names: set[str]
) -> None:
    expanded = expand(question, lambda word: word in names)
    assert expanded.startswith(question)
    assert set(expanded.removeprefix(question).split()) == names


def test_the_translation_that_the_documents_hold_is_taken() -> None:
    held = {"营业收入": 3, "收入": 1}
    assert expand("revenue", lambda word: held.get(word, 0)) == "revenue 营业收入"


def test_a_question_in_chinese_stays_as_it_is() -> None:
    for question in ("2028年有多少智能体？", "how many 智能体 by 2028", "什么是OPC？"):
        assert expand(question, everywhere) == question


def test_a_name_that_no_document_holds_is_missed_and_another_word_left_out() -> None:
    assert expand("subsidy in Guangdong", nowhere) == "subsidy in Guangdong 广东"


def test_an_index_answers_with_its_own_words(seed_index: Path) -> None:
    with Index(seed_index).snapshot() as snapshot:
        understood = snapshot.understood("How much did Anhui's value added grow?")
    assert "安徽" in understood
    assert "增加值" in understood
