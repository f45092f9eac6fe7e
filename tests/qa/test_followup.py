"""Follow-up questions, understood from the question before or left alone."""

from __future__ import annotations

import pytest

from qa.followup import resolve


@pytest.mark.parametrize(
    ("before", "asked", "understood"),
    [
        ("2026年浙江的汽车产量是多少？", "那四川呢？", "2026年四川的汽车产量是多少？"),
        ("浙江省的汽车产量是多少", "那江苏省呢？", "江苏省的汽车产量是多少"),
        ("四川2026年汽车产量", "那成都的汽车产量呢？", "成都2026年汽车产量"),
        ("到2028年打造多少个工业智能体？", "那2030年呢？", "到2030年打造多少个工业智能体？"),
        ("去年四川的粮食产量是多少", "今年呢", "今年四川的粮食产量是多少"),
        ("到2028年打造多少个工业智能体？", "创新载体呢", "到2028年打造多少个创新载体？"),
        ("how many 智能体 by 2028?", "and by 2027?", "how many 智能体 by 2027?"),
        (
            "What is Zhejiang's target by 2028?",
            "what about 2030?",
            "What is Zhejiang's target by 2030?",
        ),
    ],
)
def test_one_word_is_exchanged(before: str, asked: str, understood: str) -> None:
    assert resolve(asked, before) == understood


@pytest.mark.parametrize(
    ("before", "asked"),
    [
        ("浙江和四川谁多？", "那江苏呢？"),
        ("到2028年打造多少个工业智能体？", "为什么呢？"),
        ("四川2026年汽车产量", "那成都的人口呢？"),
        ("2026年到2028年培育多少家企业？", "2030年呢？"),
        ("四川的产量", "四川的产量是多少？"),
        ("", "那四川呢？"),
    ],
)
def test_what_is_not_certain_is_asked_as_typed(before: str, asked: str) -> None:
    assert resolve(asked, before) == asked
