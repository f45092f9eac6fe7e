"""Markdown: headings, list items, table rows and paragraphs, without the signs that mark them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from ingest.limit import check_blocks, look_at_clock
from ingest.types import Block, Role, Source, Span

_HEADING = re.compile(r"(#{1,6})(?:[ \t\u3000]+|(?=[^#\s!]))")
_CLOSING_HASHES = re.compile(r"[ \t]+#+[ \t]*\Z")
_UNDERLINE = re.compile(r"(=+|-+)[ \t]*\Z")
_RULE = re.compile(r"(?:[-*_][ \t]*){3,}\Z")
_FENCE = re.compile(r"(`{3,}|~{3,})")
_QUOTE = re.compile(r"(?:>[ \t]?)+")
_ITEM = re.compile(r"[-*+•·][ \t\u3000]+(?!\d+\s*[-*+•·]\Z)")
_TABLE_RULE = re.compile(r"[|:\- \t]+\Z")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_INLINE = re.compile(
    r"\*\*|__|(?<![\w*])\*(?=\S)|(?<=[^\s*])\*(?![\w*])|`+"
    r"|!?\[(?=[^\[\]\n]{0,200}\]\([^)\n]{0,500}\))|(?<=.)\]\([^)\n]{0,500}\)"
    r"|</?[A-Za-z][^<>\n]{0,200}>|\\(?=[!-/:-@\[-`{-~])"
)
_INLINE_SIGNS = frozenset("*_`[]<\\")


def markdown(text: str) -> Source:
    """One block a line: heading, list item, table row or text; its signs are `MARKUP` blocks.

    Lines of one paragraph are left as they stand; `ingest.repair` joins the sentences that run
    on. A line underlined with = or - is a heading. HTML comments are markup.
    """
    blocks: list[Block] = []
    fenced = False
    for start, end in _lines(text, blocks):
        look_at_clock()
        check_blocks(len(blocks))
        line = text[start:end]
        if _FENCE.match(line):
            fenced = not fenced
            blocks.append(_markup(start, end))
        elif fenced:
            blocks.append(Block(Role.TEXT, (Span(start, end),)))
        else:
            _read_line(text, start, end, blocks)
    return Source(text, tuple(sorted(blocks, key=lambda block: block.spans[0].start)))


def _lines(text: str, blocks: list[Block]) -> Iterator[tuple[int, int]]:
    """The lines without white space around them; HTML comments go to `blocks` at once."""
    check_blocks(text.count("<!--"))
    comments = [match.span() for match in _COMMENT.finditer(text)] if "<!--" in text else []
    blocks.extend(_markup(start, end) for start, end in comments)
    offset = 0
    for raw in text.splitlines(keepends=True):
        line = raw.strip()
        if line:
            start = offset + raw.index(line[0])
            yield from _outside(text, start, start + len(line), comments)
        offset += len(raw)


def _outside(
    text: str, start: int, end: int, holes: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """The parts of `[start, end)` outside of `holes`, which are in order, trimmed."""
    edges = [start]
    for number in range(bisect_right(holes, start, key=lambda hole: hole[1]), len(holes)):
        first, last = holes[number]
        if first >= end:
            break
        edges.extend((first, last))
    edges.append(end)
    for low, high in zip(edges[::2], edges[1::2], strict=True):
        piece = text[low:high]
        if stripped := piece.strip():
            begin = low + piece.index(stripped[0])
            yield begin, begin + len(stripped)


def _read_line(text: str, start: int, end: int, blocks: list[Block]) -> None:
    line = text[start:end]
    if line[0] == "#" and (found := _HEADING.match(line)):
        closing = _CLOSING_HASHES.search(line, found.end())
        stop = start + closing.start() if closing else end
        blocks.append(_markup(start, start + len(found[1])))
        if closing:
            blocks.append(_markup(stop + len(closing[0]) - len(closing[0].lstrip()), end))
        _add(text, start + found.end(), stop, Role.HEADING, blocks, level=len(found[1]))
    elif _UNDERLINE.match(line) and _underlines(text, start, blocks):
        above = blocks.pop()
        blocks.append(Block(Role.HEADING, above.spans, level=1 if line[0] == "=" else 2))
        blocks.append(_markup(start, end))
    elif _RULE.match(line):
        blocks.append(_markup(start, end))
    elif line[0] == "|":
        _read_row(text, start, end, blocks)
    elif line[0] == ">" and (found := _QUOTE.match(line)):
        blocks.append(_markup(start, start + len(found[0].rstrip())))
        if found.end() < len(line):
            _read_line(text, start + found.end(), end, blocks)
    elif line[0] in "-*+•·" and (found := _ITEM.match(line)):
        blocks.append(_markup(start, start + 1))
        _add(text, start + found.end(), end, Role.ITEM, blocks)
    else:
        _add(text, start, end, Role.TEXT, blocks)


def _underlines(text: str, start: int, blocks: list[Block]) -> bool:
    """Whether the line before `start` is one line of text that an underline makes a heading."""
    if not blocks or blocks[-1].role is not Role.TEXT:
        return False
    gap = text[blocks[-1].spans[-1].end : start]
    return len(gap.splitlines()) == 1


def _read_row(text: str, start: int, end: int, blocks: list[Block]) -> None:
    """A table's row, the bars between its cells kept; the dashes under a header are markup."""
    line = text[start:end]
    inner = line.strip("| \t")
    if _TABLE_RULE.match(line) or not inner:
        blocks.append(_markup(start, end))
        return
    low = start + len(line) - len(line.lstrip("| \t"))
    high = low + len(inner)
    blocks.append(
        Block(Role.MARKUP, tuple(s for s in (Span(start, low), Span(high, end)) if len(s)))
    )
    _add(text, low, high, Role.ROW, blocks)


def _add(text: str, start: int, end: int, role: Role, blocks: list[Block], level: int = 0) -> None:
    """Add a block of `[start, end)` and one for the inline signs in it."""
    kept, signs = _without_signs(text, start, end)
    if signs:
        blocks.append(Block(Role.MARKUP, tuple(signs)))
    if kept:
        blocks.append(Block(role, tuple(kept), level))


def _without_signs(text: str, start: int, end: int) -> tuple[list[Span], list[Span]]:
    """The spans of `[start, end)` without inline signs, and those of the signs."""
    if start >= end:
        return [], []
    if _INLINE_SIGNS.isdisjoint(text[start:end]):
        return [Span(start, end)], []
    kept: list[Span] = []
    signs: list[Span] = []
    offset = start
    for match in _INLINE.finditer(text, start, end):
        if offset < match.start():
            kept.append(Span(offset, match.start()))
        signs.append(Span(match.start(), match.end()))
        offset = match.end()
    if offset < end:
        kept.append(Span(offset, end))
    return kept, signs


def _markup(start: int, end: int) -> Block:
    return Block(Role.MARKUP, (Span(start, end),))
