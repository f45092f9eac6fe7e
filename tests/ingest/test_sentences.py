"""Where sentences end."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sentences import sentences


def cut(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("增长6.1%。“好！”他说", ["增长6.1%。", "“好！”", "他说"]),
        ("按No. 5执行。完", ["按No. 5执行。", "完"]),
        ("It grew 6.1 percent. Prices fell.", ["It grew 6.1 percent.", "Prices fell."]),
        ("一是改革；二是开放。", ["一是改革；", "二是开放。"]),
        ("标题\n正文。\r\n下一段", ["标题", "正文。", "下一段"]),
        ("a sentence that\nwas wrapped. Next", ["a sentence that\nwas wrapped.", "Next"]),
        ("（完成。）好", ["（完成。）", "好"]),
        ("", []),
        (" \n\u3000", []),
    ],
)
def test_sentences_end_where_a_reader_stops(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


@given(st.text(alphabet='甲乙。；！？”"）.,5a \n\r\u3000', max_size=60))
def test_sentences_hold_every_character_that_is_not_white_space(text: str) -> None:
    spans = sentences(text)
    assert "".join("".join(cut(text)).split()) == "".join(text.split())
    assert all(a.end <= b.start for a, b in pairwise(spans))
