"""Days as official documents write them: 2026年5月27日, 二〇二六年五月二十七日, 2026-05-27."""

from __future__ import annotations

import re

_DIGITS = str.maketrans("〇○零一二三四五六七八九０１２３４５６７８９", "0001234567890123456789")
NARROW = str.maketrans("０１２３４５６７８９", "0123456789")
"""For `str.translate`: full-width figures made half-width."""

_ORDINAL = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"

DAY = (
    r"(?P<year>(?:19|20)\d\d|[一二][〇○零九一二三四五六七八]{3})"
    rf"(?:\s?年\s?(?P<month>{_ORDINAL})\s?月(?:\s?(?P<day>{_ORDINAL})\s?日)?"
    r"|[-/.](?P<month2>\d{1,2})[-/.](?P<day2>\d{1,2}))"
)
"""A day or a month, as a part of a regular expression that may hold one of them."""


def iso(found: re.Match[str]) -> str:
    """A match of `DAY` as ISO 8601: 二〇二六年五月 → 2026-05; "" for a day no calendar has."""
    year = int(found["year"].translate(_DIGITS))
    month = _small(found["month"] or found["month2"])
    day = _small(found["day"] or found["day2"] or "0")
    if not (1 <= month <= 12 and day <= 31):  # noqa: PLR2004 - months and days
        return ""
    return f"{year}-{month:02}-{day:02}" if day else f"{year}-{month:02}"


def _small(numeral: str) -> int:
    """A number up to 31, in Chinese or Arabic numerals."""
    if numeral.isdecimal():
        return int(numeral)
    tens, ten, ones = numeral.partition("十")
    if not ten:
        return int(numeral.translate(_DIGITS))
    return int((tens or "一").translate(_DIGITS)) * 10 + int(ones.translate(_DIGITS) or 0)
