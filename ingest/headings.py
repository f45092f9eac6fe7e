"""Which blocks are headings, told by their format or by the number before them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.limit import look_at_clock
from ingest.marks import Kind, Mark, mark
from ingest.types import READ, Block, Role

IN_TEXT = 7
"""The level of headings that only their words tell; # and h1 to h6 have levels 1 to 6."""

_UNNUMBERED = 20
"""The kind of a heading that only the blank lines around it tell, below all that are numbered."""

_LINE_LENGTH = 60
_RUN_IN_LENGTH = {Kind.COMMA: 64, Kind.BRACKET: 64, Kind.DIGIT: 42}

_STOP_INSIDE = re.compile("[。；！？!?;]")
_ENDS_OPEN = re.compile(r"[，、；。！？,;]\Z")
_RUN_IN = re.compile(r"[^。；！？\s]{2,60}?(?:。|[ \t\u3000]+)(?=\S)")
_SENTENCE = re.compile(r"[^。；！？]{2,60}。\Z")
_REFERENCE = re.compile(r"\s*(?:规定|的|第|款|所|、|至|和|或|及|与|，|。|；)")
_HEADED_ARTICLE = re.compile(r"\s*【[^】]{1,30}】")
_APPENDIX = re.compile(r"附\s?(?:件|录|表)\s?[0-9一二三四五六七八九十]{0,3}\Z")
_ATTACHED = re.compile(r"附\s?件\s?[：:]\s*(?=\S)")
_CONTENTS = re.compile(r"目\s*[录次]\Z|Contents\Z")
_LONE_PAIR = re.compile(r"(?<![一-龥])([一-龥])\s+([一-龥])(?![一-龥])")


@dataclass(slots=True)
class Line:
    """A block on its way to an outline: its words, and what it is as a heading, if it is one.

    Ranks compare as headings nest: level of the format, then kind of number. `title` is the heading
    as a path shows it. `opens_article` is set where an article of its own begins.
    """

    block: Block
    words: str
    rank: tuple[int, int] | None = None
    title: str = ""
    kind: Kind | None = None
    opens_article: bool = False

    def make_heading(self, rank: tuple[int, int], kind: Kind | None = None) -> None:
        """Make the whole line a heading."""
        self.block = replace(self.block, role=Role.HEADING)
        self.rank, self.title, self.kind = rank, tidy(self.words), kind

    def make_item(self) -> None:
        """Make the line an item of a list, which no heading is."""
        self.block = replace(self.block, role=Role.ITEM)
        self.rank, self.title, self.kind = None, "", None


@dataclass(slots=True)
class _Articles:
    """The 第…条 of a law as they go by: the last one's number, and whether its text goes on."""

    last: int = 0
    open: bool = False


def tidy(words: str) -> str:
    """A heading as a path shows it: one line, 总　则 closed up, no stop at its end.

    >>> tidy("第一章  总　则")
    '第一章 总则'
    """
    return _LONE_PAIR.sub(r"\1\2", " ".join(words.split())).rstrip("。：:")


def find_headings(lines: Sequence[Line]) -> None:
    """Give each heading its rank and title, and each numbered item its role.

    A line with a number (一、总体要求) is a heading. So is the short sentence with which a numbered
    paragraph begins (（一）强化支撑。加快…), but its words stay in the text, where an answer may
    quote them. Under 第…条 of a law, （一） and 1. are items.
    """
    articles = _Articles()
    attached: Mark | None = None
    for line in lines:
        look_at_clock()
        if line.rank is not None or line.block.role not in {Role.HEADING, Role.TEXT}:
            continue
        found = mark(line.words)
        attached = _attached(line.words, found, attached)
        if attached is not None and found is not None:
            line.make_item()
            continue
        if line.block.role is Role.HEADING:
            kind = found.kind if found else None
            level = line.block.level or IN_TEXT
            unnumbered = 0 if line.block.level else _UNNUMBERED
            line.make_heading((level, int(kind) if kind else unnumbered), kind)
            articles.open = False
        elif found is not None:
            _read_marked(line, found, articles)
        elif _APPENDIX.match(line.words):
            line.make_heading((IN_TEXT, 0))
            articles.open = False
    _drop_hollow(lines)
    _drop_last_items(lines)


def _attached(words: str, found: Mark | None, before: Mark | None) -> Mark | None:
    """The number of an attachment in the list that 附件：1.任务表 begins, or None outside of it."""
    if start := _ATTACHED.match(words):
        return mark(words[start.end() :])
    goes_on = before and found and (found.kind, found.number) == (before.kind, before.number + 1)
    return found if goes_on else None


def _read_marked(line: Line, found: Mark, articles: _Articles) -> None:
    """Read a text that begins with a number."""
    if found.kind is Kind.ARTICLE:
        if _starts_article(line.words, found, articles.last):
            headed = _HEADED_ARTICLE.match(line.words, found.end)
            line.rank, line.kind = (IN_TEXT, int(Kind.ARTICLE)), Kind.ARTICLE
            line.title = tidy(line.words[: headed.end() if headed else found.end])
            articles.last, articles.open = found.number, True
    elif found.kind < Kind.ARTICLE:
        if _is_heading_line(line.words) and "，" not in line.words:
            line.make_heading((IN_TEXT, int(found.kind)), found.kind)
            articles.open = False
    elif articles.open:
        line.make_item()
    else:
        _read_numbered(line, found)


def _starts_article(words: str, found: Mark, last: int) -> bool:
    """Whether 第…条 starts an article of a law rather than referring to one."""
    if found.spaced and not _REFERENCE.match(words, found.end):
        return True
    return found.number == last + 1 and (found.spaced or not _REFERENCE.match(words, found.end))


def _is_heading_line(words: str) -> bool:
    return (
        len(words) <= _LINE_LENGTH
        and not _STOP_INSIDE.search(words)
        and not _ENDS_OPEN.search(words)
    )


def _read_numbered(line: Line, found: Mark) -> None:
    """一、（一）1.（1）①: a line of its own, a sentence that heads its paragraph, or an item."""
    rank = (IN_TEXT, int(found.kind))
    if _is_heading_line(line.words):
        line.make_heading(rank, found.kind)
        return
    run_in = _RUN_IN.match(line.words, found.end) or _SENTENCE.match(line.words, found.end)
    if run_in and run_in.end() <= _RUN_IN_LENGTH.get(found.kind, 0):
        line.rank, line.kind = rank, found.kind
        line.title = tidy(line.words[: run_in.end()])
    else:
        line.make_item()


def _drop_hollow(lines: Sequence[Line]) -> None:
    """Make items of heading lines that nothing stands under: tables of contents, short lists.

    Short items that stand under 一、 are enough for it to be a heading, but not for 第一章, nor for
    any in a document with a table of contents.
    """
    listed = any(_CONTENTS.match(line.words) for line in lines)
    later: list[tuple[tuple[int, int], bool]] = []  # headings further down, with text under them?
    read = False
    for line in reversed(lines):
        if line.rank is None:
            read |= line.block.role in READ
            continue
        while later and later[-1][0] > line.rank:
            read |= later.pop()[1]
        if line.rank[0] == IN_TEXT and line.block.role is Role.HEADING and not read:
            later.append((line.rank, not listed and (line.kind or 0) > Kind.COMMA))
            line.make_item()
        else:
            later.append((line.rank, read or line.block.role in READ))
        read = False


def _drop_last_items(lines: Sequence[Line]) -> None:
    """Make an item of the last line of a list too, though other text stands under it.

    That line is short, or ends with a full stop where those before it end with semicolons.
    """
    before: Mark | None = None
    for line in lines:
        if line.block.role not in READ and line.block.role is not Role.HEADING:
            continue
        found = mark(line.words)
        whole = line.block.role is Role.HEADING or len(line.title) >= len(line.words) - 1
        if (
            before is not None
            and found is not None
            and whole
            and (line.rank or (0, 0))[0] == IN_TEXT
            and (found.kind, found.number) == (before.kind, before.number + 1)
        ):
            line.make_item()
        before = found if line.block.role is Role.ITEM else None
