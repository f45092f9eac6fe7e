"""What an official document says of itself: who issued it, its number, its date, its years.

Only its first and last lines are looked at, where GB/T 9704 puts these; dates and numbers of other
documents that it cites in its sentences are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from ingest.days import DAY, NARROW, iso
from ingest.issuers import bodies_at_end, issuer_of_head, issuer_of_title, signature
from ingest.types import Metadata

_HEAD = 1500
"""Characters at the beginning in which letterhead, number and title block stand."""
_TAIL = 600
_LONGEST_RANGE = 30
_MOST_DAYS_APART = 2
"""Days on lines of their own above which a text tells events rather than being dated."""

_LONE_DAY = re.compile(rf"[（(]?\s*{DAY}\s*[)）]?\Z")
_BRACKETED_DAY = re.compile(rf"\s[（(]\s*{DAY}\s*[)）]\s")
_LABELLED_DAY = re.compile(
    rf"(?:成文|发布|发文|印发|公布|签发|颁布)(?:日期|时间)[\s：:】\]|]*{DAY}"
)
_ADOPTED_DAY = re.compile(rf"[（(]?{DAY}\s*(?P<act>\S.*)")
_ADOPTED = re.compile(r"通过|公布|发布|修正|修订|批准|颁布|令")
_DELIVERED_DAY = re.compile(rf"[（(—\-－\s]*{DAY}\s*在\S.{{2,60}}?(?:会议|大会|全会)上")
_IN_FORCE = re.compile(r"(?:施行|生效|实施)[)）]?\Z")
_WEEKDAY = re.compile(rf"{DAY}\s*(?:星期|周)")
_LAST_DAY = re.compile(rf"\s{DAY}\s*(?:[（(][^（()）]{{0,20}}[）)]|印发)?\s*\Z")
_DAY_APART = re.compile(rf"(?<=[。！？；）)])\s+{DAY}(?=\s|[（(]|\Z)")

_NUMBER = re.compile(
    r"(?:(?:[发發]文字[号號]|[发發]布文[号號]|文\s?[号號])[\s：:】\]]*|^|(?<=\s)|(?<=^[（(]))"
    r"(?P<who>[\u4e00-\u9fa5]{2,12})\s?[〔\[［(（【﹝]\s?(?P<year>(?:19|20)\d\d)\s?[〕\]］)）】﹞]\s?"
    r"(?:第\s?)?(?P<number>\d{1,5})\s?(?P<sign>[号號])(?=[）)]?\s|[）)]?\Z)",
    re.MULTILINE,
)
_DECREE = re.compile(
    r"(?P<act>令|公告|通告)\s?[（(]?\s?(?P<year>20\d\d\s?年)?\s?"
    r"第\s?(?P<number>\d{1,4}|[一二三四五六七八九十百零〇]{1,6})\s?号"
)
_OPENING = re.compile(rf"^[（(]\s*|[（(]?{DAY}", re.MULTILINE)
_LONE_NUMBER = re.compile(r"[（(]?(?P<number>(?P<year>20\d\d)\s?年第\s?\d{1,4}\s?号)[）)]?\Z")

_RANGE = re.compile(r"((?:19|20)\d\d)\s?年?\s?[-—–－~～至到]{1,2}\s?((?:19|20)\d\d)\s?年?")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_TARGET = re.compile(r"到\s?(20\d\d)\s?年")


def metadata(title: str, text: str, name: str = "") -> Metadata:
    """The metadata of a document, from its title and the first and last lines of its text.

    A day in the file's `name`, as collections of laws have it, is the date where the text has none.
    """
    text = text.translate(NARROW)
    head = list(_lines(text[:_HEAD]))
    tail = list(_lines(text[-_TAIL:])) if len(text) > _HEAD else []
    number, number_year = _number(text[:_HEAD])
    signer, signed = signature(text)
    date = (
        _labelled(head)
        or signed
        or _adopted(head)
        or _delivered(head)
        or _lone(head[:12])
        or _under_title(text[:_HEAD])
        or _lone(tail[-4:])
        or _last(text)
        or _apart(text)
        or _weekday(head)
        or _in_name(name)
        or _only_year(title)
        or number_year
    )
    issuer = issuer_of_title(title) or issuer_of_head(head)
    if signer.endswith(issuer):
        issuer = signer  # a title may leave out the place, or a line's end have broken it
    return Metadata(issuer, number, date, _years(title, text[:_HEAD], date))


def this_year(known: Metadata) -> int | None:
    """The year that 今年 means in a document: that of its date, else the first it is about."""
    if known.date:
        return int(known.date[:4])
    return known.years[0] if known.years else None


def place(path: Sequence[str], known: Metadata) -> str:
    """Where a passage stands: its heading path, the document's year first unless that names it.

    Without the year "今年" finds no one.

    >>> place(["政府工作报告", "一、主要目标"], Metadata(date="2024-03-05"))
    '2024年 政府工作报告 › 一、主要目标'
    """
    head = " › ".join(part for part in path if part)
    year = this_year(known)
    return f"{year}年 {head}" if year and str(year) not in head else head


def _lines(text: str) -> Iterator[str]:
    """The lines without markup; where spaces stand for line ends, what stands between those."""
    for line in re.split(r"[\r\n]+|\s{2,}", text):
        if stripped := line.strip(" \t\u3000#*>|"):
            yield stripped


def _labelled(lines: list[str]) -> str:
    return next((iso(found) for line in lines if (found := _LABELLED_DAY.search(line))), "")


def _adopted(lines: list[str]) -> str:
    """The last day on which a law was passed, published or amended, but for that it is in force."""
    day = ""
    for line in lines:
        found = _ADOPTED_DAY.match(line)
        if found and _ADOPTED.search(found["act"]) and not _IN_FORCE.search(found["act"]):
            day = iso(found) or day
    return day


def _delivered(lines: list[str]) -> str:
    """The day of a report: 2024年3月5日在第十四届全国人民代表大会第二次会议上."""
    return next((iso(found) for line in lines if (found := _DELIVERED_DAY.match(line))), "")


def _lone(lines: list[str]) -> str:
    return next((iso(found) for line in lines if (found := _LONE_DAY.match(line))), "")


def _under_title(head: str) -> str:
    """A day in brackets that stands by itself, as under the title of a law or a decision."""
    found = _BRACKETED_DAY.search(head)
    return iso(found) if found else ""


def _last(text: str) -> str:
    found = _LAST_DAY.search(text[-80:])
    return iso(found) if found else ""


def _apart(text: str) -> str:
    """The first day that stands by itself between two sentences, before an attachment, say."""
    days = list(islice(_DAY_APART.finditer(text), _MOST_DAYS_APART + 1))
    return iso(days[0]) if 0 < len(days) <= _MOST_DAYS_APART else ""


def _weekday(lines: list[str]) -> str:
    return next((iso(found) for line in lines if (found := _WEEKDAY.search(line))), "")


def _in_name(name: str) -> str:
    found = re.search(DAY, name)
    return iso(found) if found and found["day2"] else ""


def _only_year(title: str) -> str:
    years = set(_YEAR.findall(title))
    return years.pop() if len(years) == 1 and not _RANGE.search(title) else ""


def _number(head: str) -> tuple[str, str]:
    """The document's own number and the year in it.

    鲁政发〔2026〕12号, 国务院令第656号, 财政部 税务总局公告2020年第8号 or 2020年第2号.
    """
    if found := _NUMBER.search(head):
        number = f"{found['who']}〔{found['year']}〕{found['number']}{found['sign']}"
        return number, found["year"]
    for found in _DECREE.finditer(head):
        # A decree that a sentence cites has other words before its issuer's name.
        if who := bodies_at_end(_OPENING.sub(" ", head[: found.start()])):
            year = found["year"] or ""
            return f"{who}{found['act']}{year}第{found['number']}号", year[:4]
    for word in head.split():
        if found := _LONE_NUMBER.match(word):
            return found["number"], found["year"]
    return "", ""


def _years(title: str, head: str, date: str) -> tuple[int, ...]:
    """The years that the title names, and those of the ranges and targets in the beginning."""
    years = {int(year) for year in _YEAR.findall(title)}
    years.update(int(year) for year in _TARGET.findall(head))
    for first, last in _RANGE.findall(f"{title}\n{head}"):
        if int(first) <= int(last) <= int(first) + _LONGEST_RANGE:
            years.update(range(int(first), int(last) + 1))
    if not years and date:
        years.add(int(date[:4]))
    return tuple(sorted(years))
