"""What an official document says of itself: who issued it, its number, its date, its years.

Only its first and last lines are looked at, where GB/T 9704 puts these; dates and numbers of other
documents that it cites in its sentences are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ingest.types import Metadata

_HEAD = 1500
"""Characters at the beginning in which letterhead, number and title block stand."""
_TAIL = 600
_LONGEST_RANGE = 30
_LONGEST_NAME = 40

_DIGITS = str.maketrans("〇○零一二三四五六七八九０１２３４５６７８９", "0001234567890123456789")
_ORDINAL = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_DAY = (
    r"(?P<year>(?:19|20)\d\d|[一二][〇○零九一二三四五六七八]{3})"
    rf"(?:\s?年\s?(?P<month>{_ORDINAL})\s?月(?:\s?(?P<day>{_ORDINAL})\s?日)?"
    r"|[-/.](?P<month2>\d{1,2})[-/.](?P<day2>\d{1,2}))"
)
_LONE_DAY = re.compile(rf"[（(]?\s*{_DAY}\s*[)）]?\Z")
_LABELLED_DAY = re.compile(
    rf"(?:成文|发布|发文|印发|公布|签发|颁布|印发)(?:日期|时间)\s*[：:]?\s*{_DAY}"
)
_ADOPTED_DAY = re.compile(rf"[（(]?{_DAY}\s*(?P<act>\S.*)")
_ADOPTED = re.compile(r"通过|公布|发布|修正|修订|批准|颁布|令")
_IN_FORCE = re.compile(r"(?:施行|生效|实施)[)）]?\Z")
_WEEKDAY = re.compile(rf"{_DAY}\s*(?:星期|周)")
_LAST_DAY = re.compile(rf"\s{_DAY}\s*(?:[（(][^（()）]{{0,20}}[）)]|印发)?\s*\Z")

_NUMBER = re.compile(
    r"(?:发文字号\s*[：:]\s*|文\s?号\s*[：:]\s*|^|(?<=\s)|(?<=^[（(]))"
    r"(?P<who>[\u4e00-\u9fa5]{2,12})\s?[〔\[［(（【]\s?(?P<year>(?:19|20)\d\d)\s?[〕\]］)）】]\s?"
    r"(?:第\s?)?(?P<number>\d{1,5})\s?号(?=[）)]?\s|[）)]?\Z)",
    re.MULTILINE,
)
_DECREE = re.compile(
    r"(?P<who>[\u4e00-\u9fa5]{2,24}令)\s?[（(]?\s?第\s?(?P<number>\d{1,4}|[一二三四五六七八九十百零〇]{1,6})\s?号"
)

_BODY = (
    r"(?:政府|办公厅|办公室|委员会|委|局|厅|部|院|署|银行|中心|法院|检察院|人民代表大会|党组"
    r"|联合会|协会|指挥部|领导小组|工作组|国务院|集团|公司|大学|总队|支队)"
)
_NAME = re.compile(
    rf"[\u4e00-\u9fa5（）()、\s\u3000]{{2,{_LONGEST_NAME}}}?{_BODY}(?:[（(][^（()）]+[）)])?\Z"
)
_TITLE_ISSUER = re.compile(
    rf"(?P<who>[\u4e00-\u9fa5（）()、\s]{{0,{_LONGEST_NAME}}}?{_BODY})\s?(?:关于|印发|转发|公布|公告|通告|令)"
)
_REPORT_ISSUER = re.compile(r"(?P<who>国务院|[\u4e00-\u9fa5]{2,12}?人民政府)(?:政府)?工作报告")
_LETTERHEAD = re.compile(r"(?P<who>[\u4e00-\u9fa5]{2,30})文件\Z")
_ASSEMBLY = re.compile(
    r"(?P<where>[\u4e00-\u9fa5]{0,12}?)第[一二三四五六七八九十]{1,3}届"
    r"(?P<who>[\u4e00-\u9fa5]{0,12}?(?:人民代表大会常务委员会|人民代表大会|人大常委会))"
)
_COURT = re.compile(r"最高人民法院|最高人民检察院")

_RANGE = re.compile(r"((?:19|20)\d\d)\s?年?\s?[-—–－~～至到]{1,2}\s?((?:19|20)\d\d)\s?年?")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_TARGET = re.compile(r"到\s?(20\d\d)\s?年")


def metadata(title: str, text: str, name: str = "") -> Metadata:
    """The metadata of a document, from its title and the first and last lines of its text.

    A day in the file's `name`, as collections of laws have it, is the date where the text has none.
    """
    head = list(_lines(text[:_HEAD]))
    tail = list(_lines(text[-_TAIL:])) if len(text) > _HEAD else []
    number, number_year = _number(text[:_HEAD])
    signer, signed = _signature([*head, *tail])
    date = (
        _labelled(head)
        or signed
        or _adopted(head)
        or _lone(head[:12])
        or _lone(tail[-4:])
        or _last(text)
        or _weekday(head)
        or _in_name(name)
        or _only_year(title)
        or number_year
    )
    issuer = _issuer_of_title(title) or _issuer_of_head(head) or signer
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


def _iso(found: re.Match[str]) -> str:
    """2026年5月27日 or 二〇二六年五月 as ISO 8601; "" for a day that no calendar has."""
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


def _labelled(lines: list[str]) -> str:
    return next((_iso(found) for line in lines if (found := _LABELLED_DAY.search(line))), "")


def _signature(lines: list[str]) -> tuple[str, str]:
    """The body that signed and the day: a line with a name, then a line with a date."""
    for above, line in pairwise(lines):
        if (found := _LONE_DAY.match(line)) and _NAME.match(above):
            return " ".join(above.split()), _iso(found)
    return "", ""


def _adopted(lines: list[str]) -> str:
    """The last day on which a law was passed, published or amended, but for that it is in force."""
    day = ""
    for line in lines:
        found = _ADOPTED_DAY.match(line)
        if found and _ADOPTED.search(found["act"]) and not _IN_FORCE.search(found["act"]):
            day = _iso(found) or day
    return day


def _lone(lines: list[str]) -> str:
    return next((_iso(found) for line in lines if (found := _LONE_DAY.match(line))), "")


def _last(text: str) -> str:
    found = _LAST_DAY.search(text[-80:])
    return _iso(found) if found else ""


def _weekday(lines: list[str]) -> str:
    return next((_iso(found) for line in lines if (found := _WEEKDAY.search(line))), "")


def _in_name(name: str) -> str:
    found = re.search(_DAY, name)
    return _iso(found) if found and found["day2"] else ""


def _only_year(title: str) -> str:
    years = set(_YEAR.findall(title))
    return years.pop() if len(years) == 1 and not _RANGE.search(title) else ""


def _number(head: str) -> tuple[str, str]:
    """The document's own number, as 鲁政发〔2026〕12号 or 国务院令第656号, and the year in it."""
    if found := _NUMBER.search(head):
        return f"{found['who']}〔{found['year']}〕{found['number']}号", found["year"]
    if found := _DECREE.search(head):
        return f"{found['who']}第{found['number']}号", ""
    return "", ""


def _issuer_of_title(title: str) -> str:
    found = _TITLE_ISSUER.match(title) or _REPORT_ISSUER.search(title)
    return " ".join(found["who"].split()).removeprefix("中华人民共和国") if found else ""


def _issuer_of_head(lines: list[str]) -> str:
    """The body of the letterhead, or the one that passed or decreed a law."""
    issuer = ""
    for line in lines:
        if found := _LETTERHEAD.match(line):
            return found["who"]
        if not _ADOPTED_DAY.match(line):
            continue
        if found := _ASSEMBLY.search(line):
            where = re.sub(r".*?日\s*", "", found["where"])
            issuer = (
                f"{where}{found['who']}" if where else f"全国{found['who'].removeprefix('全国')}"
            )
        elif found := _DECREE.search(line):
            issuer = found["who"].removesuffix("令").removeprefix("中华人民共和国")
        elif found := _COURT.search(line):
            issuer = found.group()
        if issuer:
            return issuer
    return ""


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
