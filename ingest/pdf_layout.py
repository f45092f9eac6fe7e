"""Reading order: from a page's characters to lines, and from lines to columns.

The page is cut as a reader's eye cuts it. A gutter is a white strip, from top to bottom of a
region, that hardly any line crosses. The lines that cross it (a headline over two columns) divide
the region into bands; within a band the left column is read before the right one. This is the
recursive XY cut (Nagy and Seth, 1984) with straddling lines taken out first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest.marks import mark
from ingest.pdf_page import Box, Glyph

_GAP_IN_LINE = 0.9
"""Font sizes of white space that end a line's segment: another column may begin there."""
_GAP_IN_ROW = 2.4
"""Font sizes of white space between the cells of a row; less is space between justified words."""
_GUTTER = 0.7
"""Font sizes that a gutter is wide at least."""
_MOST_LINES = 1500
"""Lines above which a page is a drawing, in which no columns are looked for."""
_COLUMN_LINES = 3
_COLUMN_WIDTH = 7.0
"""Font sizes that a column is wide at least."""
_COLUMN_INK = 0.55
"""Share of a column's width that the middling line fills; a table's cells fill less."""
_BARELY = 0.1
_NOTHING = 0.01
_STRADDLING_SHARE = 0.34
_SPACE = 0.18
"""Font sizes of white space between Latin characters that stand for a space."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text within one column."""

    text: str
    box: Box
    size: float
    bold: bool


def lines_of(glyphs: Iterable[Glyph]) -> list[Line]:
    """The lines that the characters make, those on one height cut at wide gaps; top to bottom."""
    rows: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda glyph: -glyph.box.middle):
        if rows and _on_one_height(rows[-1][0], glyph):
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    return [line for row in rows for line in _segments(row)]


def _on_one_height(first: Glyph, other: Glyph) -> bool:
    overlap = min(first.box.top, other.box.top) - max(first.box.bottom, other.box.bottom)
    return overlap > min(first.size, other.size) / 2


def _segments(row: list[Glyph]) -> Iterable[Line]:
    row.sort(key=lambda glyph: glyph.box.left)
    segment: list[Glyph] = []
    end = 0.0
    for glyph in row:
        if segment and glyph.box.left - end > _GAP_IN_LINE * max(glyph.size, segment[0].size):
            yield _line(segment)
            segment = []
        end = max(glyph.box.right, end) if segment else glyph.box.right
        segment.append(glyph)
    yield _line(segment)


def _line(glyphs: Sequence[Glyph]) -> Line:
    box = Box(
        min(glyph.box.left for glyph in glyphs),
        min(glyph.box.bottom for glyph in glyphs),
        max(glyph.box.right for glyph in glyphs),
        max(glyph.box.top for glyph in glyphs),
    )
    parts = [glyphs[0].text]
    for before, glyph in pairwise(glyphs):
        parts.append(f" {glyph.text}" if _is_space_between(before, glyph) else glyph.text)
    size = median(glyph.size for glyph in glyphs)
    bold = sum(glyph.bold for glyph in glyphs) > len(glyphs) / 2
    return Line("".join(parts), box, size, bold)


def _is_space_between(first: Glyph, second: Glyph) -> bool:
    latin = first.text.isascii() and second.text.isascii()
    return second.spaced or (latin and second.box.left - first.box.right > _SPACE * second.size)


def in_reading_order(lines: Sequence[Line]) -> list[list[Line]]:
    """The columns of a page in the order in which they are read, each from top to bottom."""
    if not lines:
        return []
    gutter = _gutter(lines) if len(lines) <= _MOST_LINES else None
    if gutter is None:
        return [sorted(lines, key=lambda line: (-line.box.middle, line.box.left))]
    start, end = gutter
    left = [line for line in lines if line.box.right <= start]
    right = [line for line in lines if line.box.left >= end]
    beside = {id(line) for line in (*left, *right)}
    straddling = [line for line in lines if id(line) not in beside]
    columns: list[list[Line]] = []
    for band, across in _bands([*left, *right], straddling):
        columns.extend(in_reading_order([line for line in band if line.box.right <= start]))
        columns.extend(in_reading_order([line for line in band if line.box.right > start]))
        if across:
            columns.append(across)
    return columns


def _gutter(lines: Sequence[Line]) -> tuple[float, float] | None:
    """The left and right edge of a white strip that divides the lines into two columns, or None."""
    size = median(line.size for line in lines)
    best: tuple[int, float] | None = None
    for start in sorted({line.box.right for line in lines}):
        # A gutter begins where some line ends.
        left = [line for line in lines if line.box.right <= start]
        right = [line for line in lines if line.box.left >= start + _GUTTER * size]
        crossing = len(lines) - len(left) - len(right)
        if (
            min(len(left), len(right)) >= _COLUMN_LINES
            and crossing <= _STRADDLING_SHARE * len(lines)
            and (best is None or len(left) + len(right) > best[0])
            and _beside(left, right)
            and _is_column(left, size)
            and _is_column(right, size)
        ):
            best = (len(left) + len(right), start)
    return (best[1], best[1] + _GUTTER * size) if best else None


def _is_column(lines: Sequence[Line], size: float) -> bool:
    """Whether the lines fill their width as running text does, in one column or several.

    What stands before a number ends its paragraph and may be short. Columns side by side need not
    have their lines on one height.
    """
    width = max(line.box.right for line in lines) - min(line.box.left for line in lines)
    if width < max(_COLUMN_WIDTH * size, _NOTHING):
        return False
    rows = on_one_height(lines, _BARELY)
    before_text = [row for row, below in pairwise(rows) if mark(below[0].text) is None]
    ink = [_covered(row) / width for row in [*before_text, rows[-1]]]
    return median(ink) >= _COLUMN_INK


def _covered(row: Sequence[Line]) -> float:
    """The width that the lines of a row take, left to right, what lies over another once."""
    covered, end = 0.0, row[0].box.left
    for line in row:
        covered += max(0.0, line.box.right - max(line.box.left, end))
        end = max(end, line.box.right)
    return covered


def on_one_height(lines: Sequence[Line], least: float = 0.5) -> list[list[Line]]:
    """The lines that stand side by side together, left to right; lines without text stand alone.

    They share more than `least` of the lower one's height.
    """
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: -line.box.middle):
        first = rows[-1][0] if rows else None
        if first and first.text and line.text and _overlap(first.box, line.box) > least:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.box.left) for row in rows]


def _overlap(first: Box, second: Box) -> float:
    """The share of the lower box's height that both have."""
    height = min(first.top, second.top) - max(first.bottom, second.bottom)
    return height / max(min(first.top - first.bottom, second.top - second.bottom), _NOTHING)


def cells(row: Sequence[Line]) -> list[Line]:
    """The lines of one height in one column, those that only justified words divide made one."""
    merged = [row[0]]
    for line in row[1:]:
        before = merged[-1]
        if line.box.left - before.box.right > _GAP_IN_ROW * min(line.size, before.size):
            merged.append(line)
            continue
        box = Box(
            before.box.left,
            min(before.box.bottom, line.box.bottom),
            max(before.box.right, line.box.right),
            max(before.box.top, line.box.top),
        )
        size = max(before.size, line.size)
        merged[-1] = Line(f"{before.text} {line.text}", box, size, before.bold and line.bold)
    return merged


def _beside(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Whether two groups of lines stand beside each other rather than one above the other."""
    top = min(max(line.box.top for line in left), max(line.box.top for line in right))
    bottom = max(min(line.box.bottom for line in left), min(line.box.bottom for line in right))
    size = median(line.size for line in left)
    return top - bottom > _COLUMN_LINES * size


def _bands(
    rest: Sequence[Line], straddling: Sequence[Line]
) -> Iterable[tuple[list[Line], list[Line]]]:
    """Top to bottom: lines between two straddling groups, and the straddling lines below them."""
    across: list[Line] = []
    band: list[Line] = []
    for line in sorted([*rest, *straddling], key=lambda line: -line.box.middle):
        if any(line is other for other in straddling):
            across.append(line)
            continue
        if across:
            yield band, across
            band, across = [], []
        band.append(line)
    yield band, across
