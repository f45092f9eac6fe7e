"""Plain text: one block a line, hard-wrapped lines joined, headings told by blank lines."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from ingest.issuers import is_body
from ingest.limit import check_blocks, look_at_clock
from ingest.marks import mark
from ingest.press import is_headline
from ingest.titles import names_document
from ingest.types import Block, Role, Source, Span

_LONG_LINE = 200
"""Characters above which a line may be a whole page whose line ends became spaces."""

_TITLE_LENGTH = 100

_MARK = (
    r"(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)]"
    r"|第[一二三四五六七八九十百]{1,5}[章条]\s|\d{1,2}[.、](?!\d)|附件)"
)
_INNER_BREAK = re.compile(
    rf"(?<=[。；：！？”）])[ \t\u3000]+(?=\S)|[ \t\u3000]+(?={_MARK})|[ \t]*\u3000{{2,}}(?=\S)"
)

_TEXT_BEGINS = re.compile(r"[。！？；]|：\Z|[（(][^）)]*\Z")
_HEADLINE = re.compile(r"[^。；]*[！？]\Z")
_WORD = re.compile(r"(?:(?<!\S)\S[^\S\r\n]+)+\S(?!\S)|\S+")
"""What white space divides, and 通 告, a word that is spread."""

_SHORTEST_HALF = 5
_ALIKE = 1.6
"""How much longer one half of a headline may be than the other."""

_WRAPPED_LINES = 6
"""Lines below which nothing is said about a text's width."""
_WRAPPED_WIDTH = range(30, 130)
_WRAPPED_SHARE = 0.6
_RAGGED = 4
"""Columns by which a full line may be shorter than the widest: a sign that may not begin a line."""

_CELL_ENDS = re.compile(r"\t+|[ \u3000]*\|[ \u3000]*")
_CUTS_OF_ROW = 2
"""Tabs or bars in a line of a table: a single tab often stands behind a number."""

_STOPS = "。！？；：…!?;:.”"
_PROSE_LENGTH = 30


def plain(text: str) -> Source:
    """One block of text a line, white space around it left out.

    The lines of a hard-wrapped text are joined to paragraphs. A long line in which runs of spaces
    stand where line ends were (as pages copied from the web have it) is cut there: after a
    sentence's end, and before a heading's number. A short line without a stop, with more blank
    lines around it than there are between paragraphs, is a heading of no known level (0).
    """
    spans: list[Span] = []
    offset = 0
    for line in text.splitlines(keepends=True):
        look_at_clock()
        if not line.isspace():
            title_ends = [] if spans else _title_ends(text, offset, offset + len(line))
            spans.extend(_pieces(text, offset, offset + len(line), title_ends))
            check_blocks(len(spans))
        offset += len(line)
    paragraphs = _unwrapped(text, spans)
    gaps = [_line_ends(text, a[-1].end, b[0].start) for a, b in pairwise(paragraphs)]
    usual = _usual_gap(text, paragraphs, gaps)
    blocks = []
    for number, paragraph in enumerate(paragraphs):
        look_at_clock()
        apart = (
            0 < number < len(gaps)
            and gaps[number - 1] > 1
            and max(gaps[number - 1], gaps[number]) > usual
            and _stands_apart(text, paragraph, paragraphs[number + 1])
        )
        blocks.append(Block(Role.HEADING if apart else Role.TEXT, paragraph))
    return Source(text, tuple(_with_rows(text, blocks)))


def _with_rows(text: str, blocks: Sequence[Block]) -> list[Block]:
    """The blocks with those made table rows that are cut by tabs or bars as their neighbour is."""
    cuts = [
        len(_CELL_ENDS.findall(text, block.spans[0].start, block.spans[-1].end)) for block in blocks
    ]
    padded = [0, *cuts, 0]
    return [
        replace(block, role=Role.ROW) if cut >= _CUTS_OF_ROW and cut in {above, below} else block
        for block, above, cut, below in zip(blocks, padded, cuts, padded[2:], strict=False)
    ]


def _usual_gap(text: str, paragraphs: Sequence[tuple[Span, ...]], gaps: Sequence[int]) -> int:
    """The line ends between two paragraphs that both end with a stop, most of the time; or 1."""
    whole = [text[paragraph[-1].end - 1] in _STOPS for paragraph in paragraphs]
    between = Counter(
        gap for gap, (first, second) in zip(gaps, pairwise(whole), strict=True) if first and second
    )
    return between.most_common(1)[0][0] if between else 1


def _title_ends(text: str, start: int, end: int) -> list[int]:
    """Where the title, the number and the like end in a long line that is a whole page."""
    ends: list[int] = []
    if end - start <= _LONG_LINE:
        return ends
    for word in _WORD.finditer(text, start, end):
        begins = _TEXT_BEGINS.search(word.group())
        if word.end() - word.start() > _TITLE_LENGTH or (
            # 各区人民政府：or the first sentence: the text has begun.
            begins and (ends or not _HEADLINE.match(word.group()))
        ):
            return _without_halves(text, [*ends, word.start()])
        if word.start() - start > _LONG_LINE:
            break
        ends.append(word.start())
    return []


def _without_halves(text: str, ends: list[int]) -> list[int]:
    """`ends` without the one within a headline of two halves: 让改革红利共享 让群众得到实惠."""
    halves = [text[low:high].strip() for low, high in pairwise(ends[:3])]
    short, long = min(map(len, halves), default=0), max(map(len, halves), default=0)
    is_one = (
        len(halves) == 2  # noqa: PLR2004 - halves
        and short >= _SHORTEST_HALF
        and long <= _ALIKE * short
        and halves[0][:_SHORTEST_HALF]
        != halves[1][:_SHORTEST_HALF]  # a page may give its title twice
        and halves[1][0] not in "（("
        and all(map(is_headline, halves))
        and not any(is_body(half) or names_document(half) for half in halves)
    )
    return [ends[0], *ends[2:]] if is_one else ends


def _pieces(text: str, start: int, end: int, breaks: Sequence[int]) -> Iterator[Span]:
    """The line, or what stands between its inner breaks, without white space around it."""
    inner = set(breaks)
    if end - start > _LONG_LINE:
        inner.update(match.end() for match in _INNER_BREAK.finditer(text, start, end))
    for low, high in pairwise(sorted({start, *inner, end})):
        piece = text[low:high]
        if stripped := piece.strip():
            first = low + len(piece) - len(piece.lstrip())
            yield Span(first, first + len(stripped))


def _unwrapped(text: str, lines: Sequence[Span]) -> list[tuple[Span, ...]]:
    """Paragraphs: each line one, but in a text wrapped at one width as many as run on."""
    width = _width_of_wrapping(text, lines)
    if not width:
        return [(line,) for line in lines]
    paragraphs: list[list[Span]] = []
    for line in lines:
        if paragraphs and _continues(text, paragraphs[-1][-1], line, width):
            before = paragraphs[-1].pop()
            latin = text[before.end - 1].isascii() and text[line.start].isascii()
            # Between Latin words one white space of the source stays.
            paragraphs[-1].append(Span(before.start, before.end + latin))
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
    return [tuple(paragraph) for paragraph in paragraphs]


def _width_of_wrapping(text: str, lines: Sequence[Span]) -> int:
    """The columns at which the lines of a hard-wrapped text end, or 0."""
    if len(lines) < _WRAPPED_LINES:
        return 0
    if median(len(line) for line in lines) > _WRAPPED_WIDTH.stop:
        return 0
    widths = [_columns(text[line.start : line.end]) for line in lines]
    widest = max(widths)
    ragged = _RAGGED if not text.isascii() else 12
    full = [width >= widest - ragged for width in widths]
    open_ends = [
        text[line.end - 1] not in _STOPS
        for line, is_full in zip(lines, full, strict=True)
        if is_full
    ]
    wrapped = (
        widest in _WRAPPED_WIDTH
        and sum(full) >= _WRAPPED_SHARE * len(lines)
        and sum(open_ends) >= len(open_ends) / 2
    )
    return widest - ragged if wrapped else 0


def _continues(text: str, before: Span, line: Span, width: int) -> bool:
    """Whether `line` goes on with the paragraph whose last line is `before`."""
    gap = text[before.end : line.start]
    indented = len(gap) - len(gap.rstrip(" \t\u3000")) > 1
    return (
        _line_ends(text, before.end, line.start) == 1
        and not indented
        and _columns(text[before.start : before.end]) >= width
        and mark(text[line.start : line.end]) is None
    )


def _columns(line: str) -> int:
    """The width of a line in columns: a Chinese character takes two."""
    if line.isascii():
        return len(line)
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in line)


def _line_ends(text: str, start: int, end: int) -> int:
    return len((text[start:end] + "x").splitlines()) - 1


def _stands_apart(text: str, paragraph: tuple[Span, ...], following: tuple[Span, ...]) -> bool:
    """Whether a paragraph is a short line without a stop, with running text behind it."""
    if len(paragraph) > 1 or not is_headline(text[paragraph[0].start : paragraph[0].end]):
        return False
    prose = sum(map(len, following)) >= _PROSE_LENGTH
    return prose and text[following[-1].end - 1] in _STOPS + "）)"
