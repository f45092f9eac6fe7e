"""The numbers that official Chinese documents put before headings and items.

The order is that of laws (编, 分编, 章, 节, 条) and of GB/T 9704 (一、（一）1.（1）①).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum


class Kind(IntEnum):
    """The kinds of number, a higher value standing deeper in a document."""

    PART = 1  # 第一编
    SUBPART = 2  # 第一分编
    CHAPTER = 3  # 第一章
    SECTION = 4  # 第一节
    ARTICLE = 5  # 第一条
    COMMA = 6  # 一、
    BRACKET = 7  # （一）
    DIGIT = 8  # 1.
    DIGIT_BRACKET = 9  # （1）
    CIRCLE = 10  # ①


@dataclass(frozen=True, slots=True)
class Mark:
    """A number at the start of a block: its kind, its value, and where it ends in the block.

    `spaced` tells whether white space (or nothing more) follows the number.
    """

    kind: Kind
    number: int
    end: int
    spaced: bool


_NUMERAL = "[一二三四五六七八九十百千零〇○两0-9０-９]"
_LAW = re.compile(
    rf"第\s?({_NUMERAL}{{1,9}})\s?(编|分编|章|节|条)(?:之({_NUMERAL}{{1,4}}))?(?=(\s|[【（(:：]|\Z)?)"
)
_COMMA = re.compile(r"([一二三四五六七八九十百零〇]{1,4})\s?[、.．](?=(\s)?)")
_BRACKET = re.compile(r"[（(〔]\s?([一二三四五六七八九十百零〇]{1,4})\s?[）)〕](?=(\s)?)、?")
_DIGIT = re.compile(r"([0-9０-９]{1,3})(?:[.．](?![0-9０-９])|、|[)）])(?=(\s)?)")
_DIGIT_BRACKET = re.compile(r"[（(]\s?([0-9０-９]{1,3})\s?[）)](?=(\s)?)")
_CIRCLE = re.compile(r"([①-⑳])(?=(\s)?)")

_LAW_KINDS = {
    "编": Kind.PART,
    "分编": Kind.SUBPART,
    "章": Kind.CHAPTER,
    "节": Kind.SECTION,
    "条": Kind.ARTICLE,
}
_DIGITS = {numeral: value for value, numeral in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "○": 0,
    "两": 2,
}
_UNITS = {"十": 10, "百": 100, "千": 1000}


def value(numeral: str) -> int:
    """The value of a Chinese or Arabic numeral: 二十三 → 23, 一百零五 → 105, ２ → 2, 二〇 → 20."""
    if numeral.isdecimal():
        return int(numeral)
    if not any(unit in numeral for unit in _UNITS):
        return int("".join(str(_DIGITS.get(sign, sign)) for sign in numeral))
    total = digit = 0
    for sign in numeral:
        if sign in _UNITS:
            total += (digit or 1) * _UNITS[sign]
            digit = 0
        else:
            digit = _DIGITS.get(sign, 0)
    return total + digit


def mark(text: str) -> Mark | None:
    """The number that `text` begins with, or None.

    `text` is a block without white space before it. 一是, 首先 and 第一， are words of a sentence,
    not marks; 1.5 is a decimal.
    """
    first = text[:1]
    if first == "第":
        return _law_mark(text)
    if first in _COMMA_FIRST:
        return _found(_COMMA.match(text), Kind.COMMA)
    if first in "（(〔" and first:
        return _found(_BRACKET.match(text), Kind.BRACKET) or _found(
            _DIGIT_BRACKET.match(text), Kind.DIGIT_BRACKET
        )
    if first.isdecimal():
        return _found(_DIGIT.match(text), Kind.DIGIT)
    if "①" <= first <= "⑳":
        found = _CIRCLE.match(text)
        return found and Mark(Kind.CIRCLE, ord(first) - ord("①") + 1, 1, bool(found[2]))
    return None


_COMMA_FIRST = frozenset("一二三四五六七八九十百")


def _found(match: re.Match[str] | None, kind: Kind) -> Mark | None:
    if match is None:
        return None
    spaced = bool(match[2]) or match.end() == len(match.string)
    return Mark(kind, value(match[1]), match.end(), spaced)


def _law_mark(text: str) -> Mark | None:
    match = _LAW.match(text)
    if match is None:
        return None
    return Mark(_LAW_KINDS[match[2]], value(match[1]), match.end(), match[4] is not None)
