"""The title of a document, told by its format or by its words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.days import NARROW
from ingest.headings import Line, tidy
from ingest.issuers import is_body, issuer_of_title
from ingest.marks import mark
from ingest.types import READ, Role

_LENGTH = 100
_WITHIN = 8
"""How many short lines may stand before a title: letterhead, number, urgency."""

_PROPERTY_WITHIN = 60
"""How many blocks, menus among them, may stand before a title that the properties give too."""

_NUMBER = re.compile(r"[〔\[［(（【﹝]\s?(?:19|20)\d\d\s?[〕\]］)）】﹞]\s?(?:第\s?)?\d+\s?[号號]")
_DOCUMENT_KIND = re.compile(
    r"(?:通知|意见|办法|方案|规定|条例|报告|公告|决定|决议|通告|通报|函|批复|规划|计划|纲要|细则|要点"
    r"|措施|指南|指引|解读|政策|规则|章程|宣言|讲话|公报|命令|令|议案|纪要|标准|规范|法)"
    rf"(?:\s?[（(][^（()）]{{1,12}}[)）])*(?:[（(]?[\u4e00-\u9fa5]{{2,12}}{_NUMBER.pattern}[)）]?)?\Z"
)
_ENDS_OPEN = re.compile(r"[，、；。！？：,;:]\Z")
_NUMBER_LINE = 12
"""Characters beside its number that a line of the number may hold."""
_LETTERHEAD = re.compile(r"\S{2,30}文件\Z")
_COLUMN = re.compile(r"(?:通知|公告|政策|解读|文件|法规|最新){2}\Z")
"""What a site calls the column that a page stands in; above it is the site's own name."""
_EXCLAIMS = "！？!?"
_ABOUT = re.compile("关于|《")


def names_document(words: str) -> bool:
    """Whether a line ends as official documents are called: …的通知, …条例（试行）."""
    return _DOCUMENT_KIND.search(words) is not None


def find_title(lines: Sequence[Line], called: str = "") -> str:
    """The document's title, or "" where it has none; its lines get the role and rank of a title.

    A title that the format marks goes before one told by its words: what the file's properties
    call it, a line that ends as official documents are called (…的通知), else the first short line
    without a stop at its end.
    """
    formatted = next((line for line in lines if line.block.role is Role.TITLE), None)
    if formatted is None and called:
        formatted = next(
            (line for line in lines[:_PROPERTY_WITHIN] if _is_called(line, called)), None
        )
    if formatted is None:
        formatted = _formatted_heading(lines)
    found = [formatted] if formatted else _among_first_lines(lines)
    if not found:
        return ""
    _lower_letterhead(lines, found[0])
    for line in found:
        line.block = replace(line.block, role=Role.TITLE)
    found[0].rank, found[0].title = (0, 0), tidy(_joined(found))
    return found[0].title


def _lower_letterhead(lines: Sequence[Line], title: Line) -> None:
    """Make text of the letterhead above a title, which is set larger than that."""
    for line in lines:
        if line is title:
            break
        if line.block.role is Role.HEADING and _is_no_title(line.words):
            line.block = replace(line.block, role=Role.TEXT, level=0)


def _joined(title: Sequence[Line]) -> str:
    """The lines of a title as one, the names of bodies that issued it together kept apart."""
    joined = ""
    for line in title:
        named = is_body(line.words) or bool(issuer_of_title(line.words))
        apart = named and is_body(joined.rpartition(" ")[2])
        joined += f" {line.words}" if apart else line.words
    return joined


def _is_called(line: Line, called: str) -> bool:
    readable = line.block.role in {Role.TEXT, Role.HEADING}
    return readable and "".join(line.words.split()) == "".join(called.split())


def _formatted_heading(lines: Sequence[Line]) -> Line | None:
    """The first heading of the format, if it is a title rather than the first of many sections."""
    headings = [
        line
        for line in lines
        if line.block.role is Role.HEADING and line.block.level and not _is_no_title(line.words)
    ]
    if not headings or mark(headings[0].words):
        return None
    first = headings[0]
    before = [
        line
        for line in lines[: next(n for n, line in enumerate(lines) if line is first)]
        if not _is_no_title(line.words)
    ]
    if any(names_document(line.words) for line in _short_lines(before)):
        return None
    if first.block.level == 1:
        return first
    alone = all(line.block.level > first.block.level for line in headings[1:])
    page = any(line.block.role is Role.BYLINE for line in lines)
    text_before = any(line.block.role in READ for line in before)
    return first if (alone or page) and not text_before else None


def _among_first_lines(lines: Sequence[Line]) -> list[Line]:
    """The line or lines that the title takes in a text whose format marks none."""
    first = _short_lines(lines)
    columns = [number for number, line in enumerate(first) if _COLUMN.match(line.words)]
    if columns and columns[-1] + 1 < len(first):
        first = first[columns[-1] + 1 :]
    candidates = [line for line in first if not _is_no_title(line.words)]
    named = next((line for line in candidates if names_document(line.words)), None)
    if named is None:
        return candidates[:1]
    end = candidates.index(named)
    start = _beginning(candidates, end)
    # The issuers' names often take the lines above 关于…的通知.
    while start and _is_issuer_above(lines, candidates, start, end):
        start -= 1
    return candidates[start : end + 1]


def _is_no_title(words: str) -> bool:
    """Whether a line is the letterhead or the document's number."""
    number = _NUMBER.search(words.translate(NARROW))
    is_number = number is not None and len(words) - len(number.group()) <= _NUMBER_LINE
    return is_number or _LETTERHEAD.match(words) is not None


def _beginning(candidates: Sequence[Line], end: int) -> int:
    """Where a title begins that may be broken: 关于加强管理 above 做好工作的通知."""
    start = end
    while start and not _ABOUT.search(candidates[start].words):
        start -= 1
        if names_document(candidates[start].words) or candidates[start].words[0] in "（(":
            return end
    return start if _ABOUT.search(candidates[start].words) else end


def _is_issuer_above(
    lines: Sequence[Line], candidates: Sequence[Line], start: int, end: int
) -> bool:
    """Whether the line above is a body's name that belongs to the title and is not in it yet."""
    above = candidates[start - 1]
    named = [line.words for line in candidates[start : end + 1]]
    return (
        is_body(above.words)
        and above.words not in named
        and bool(issuer_of_title(named[0]) or is_body(named[0]) or _ABOUT.match(named[0]))
        and _follows(lines, above, candidates[start])
    )


def _follows(lines: Sequence[Line], first: Line, second: Line) -> bool:
    at = next(number for number, line in enumerate(lines) if line is first)
    return at + 1 < len(lines) and lines[at + 1] is second


def _short_lines(lines: Sequence[Line]) -> list[Line]:
    """The short lines without a stop that the document begins with, at most eight."""
    short: list[Line] = []
    for line in lines:
        if line.block.role is Role.TEXT or (
            line.block.role is Role.HEADING and not line.block.level
        ):
            exclaims = not short and line.words[-1] in _EXCLAIMS
            ends_open = _ENDS_OPEN.search(line.words) and not exclaims
            if len(line.words) > _LENGTH or mark(line.words) or ends_open:
                break
            short.append(line)
        elif line.block.role in {Role.HEADING, Role.ITEM, Role.ROW}:
            break
        if len(short) == _WITHIN:
            break
    return short
