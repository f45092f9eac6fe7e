"""What an official document says of itself: who issued it, its number, its date, its years."""

from __future__ import annotations

import re

from ingest.types import Metadata

_DIGITS = str.maketrans("〇○零一二三四五六七八九０１２３４５６７８９", "0001234567890123456789")
_YEAR = r"((?:19|20)\d\d|[一二][〇○零九一二三四五六七八]{3})"
_NUMBER = re.compile(
    r"([\u4e00-\u9fa5]{2,12})\s?[〔\[［(（【]\s?((?:19|20)\d\d)\s?[〕\]］)）】]\s?(?:第\s?)?(\d{1,5})\s?号"
)
_DAY = re.compile(
    rf"{_YEAR}\s?年\s?(\d{{1,2}}|[一二三四五六七八九十]{{1,3}})\s?月"
    r"(?:\s?(\d{1,2}|[一二三四五六七八九十]{1,3})\s?日)?"
)
_RANGE = re.compile(r"((?:19|20)\d\d)\s?年?\s?[-—–－~～至到]{1,2}\s?((?:19|20)\d\d)\s?年?")
_TITLE_YEAR = re.compile(r"((?:19|20)\d\d)(?!\d)")
_HEAD = 1500
_TAIL = 400
_LONGEST_RANGE = 30


def metadata(title: str, text: str) -> Metadata:
    """The metadata of a document, from its title and the first and last lines of its text."""
    head, tail = text[:_HEAD], text[-_TAIL:]
    number = _NUMBER.search(head)
    return Metadata(
        number=f"{number[1]}〔{number[2]}〕{number[3]}号" if number else "",
        date=_date(head, tail),
        years=_years(title, text),
    )


def _date(head: str, tail: str) -> str:
    """The day in the closing lines, or else the first one in the opening lines."""
    found = list(_DAY.finditer(tail)) or list(_DAY.finditer(head))[:1]
    if not found:
        return ""
    year, month, day = found[-1].groups()
    parts = [year.translate(_DIGITS), f"{_small(month):02}", f"{_small(day):02}" if day else ""]
    return "-".join(part for part in parts if part)


def _small(numeral: str) -> int:
    """A number up to 31, in Chinese or Arabic numerals."""
    if numeral.isdecimal():
        return int(numeral)
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return int(numeral.translate(_DIGITS))
    return int((tens or "一").translate(_DIGITS)) * 10 + int(ones.translate(_DIGITS) or 0)


def _years(title: str, text: str) -> tuple[int, ...]:
    """The years that the title names, or else those of ranges in the text's beginning."""
    years: set[int] = set()
    for words in (title, text[:_HEAD]):
        for first, last in _RANGE.findall(words):
            if int(first) <= int(last) <= int(first) + _LONGEST_RANGE:
                years.update(range(int(first), int(last) + 1))
        if not years and words is title:
            years.update(int(year) for year in _TITLE_YEAR.findall(words))
        if years:
            break
    return tuple(sorted(years))
