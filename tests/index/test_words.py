"""Words: the same for a question and a document, however they are written."""

import pytest

from index.words import normalize, tagged, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("２０２８年", "2028年"),
        ("報銷", "报销"),
        ("ＡＩ芯片", "ai芯片"),
        ("占全國比重超過１０％", "占全国比重超过10%"),
    ],
)
def test_forms_of_the_same_text_have_the_same_words(one: str, other: str) -> None:
    assert normalize(one) == normalize(other)
    assert words(one) == words(other)


def test_two_character_words_are_found_and_punctuation_is_not() -> None:
    assert "报销" in words("医疗费用报销，怎么办？")
    assert not set(words("，。！“”《》 \n")) & set("，。！“”《》 \n")


def test_long_words_come_with_their_parts() -> None:
    assert {"人工", "智能", "人工智能"} <= set(words("人工智能"))


def test_place_names_are_tagged() -> None:
    assert ("浙江省", "ns") in tagged("浙江省4月份汽车产量是多少？")
