"""Reading order: from a page's characters to lines, and from lines to columns.

The page is cut as a reader's eye cuts it. A gutter is a white strip, from top to bottom of a
region, that hardly any line crosses. The lines that cross it (a headline over two columns) divide
the region into bands; within a band the left column is read before the right one. This is the
recursive XY cut (Nagy and Seth, 1984) with straddling lines taken out first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from ingest.pdf_page import Box, Glyph

_GAP_IN_LINE = 1.6
"""Font sizes of white space that end a line's segment: another column may begin there."""
_GUTTER = 0.7
"""Font sizes that a gutter is wide at least."""
_COLUMN_LINES = 3
_COLUMN_WIDTH = 7.0
"""Font sizes that the middling line of a column is long at least; a table's cells are shorter."""
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
        if glyph.text.isspace():
            if segment:
                segment.append(glyph)
            continue
        if segment and glyph.box.left - end > _GAP_IN_LINE * max(glyph.size, segment[0].size):
            yield _line(segment)
            segment = []
        segment.append(glyph)
        end = max(glyph.box.right, end) if len(segment) > 1 else glyph.box.right
    if any(not glyph.text.isspace() for glyph in segment):
        yield _line(segment)


def _line(glyphs: Sequence[Glyph]) -> Line:
    inked = [glyph for glyph in glyphs if not glyph.text.isspace()]
    box = Box(
        min(glyph.box.left for glyph in inked),
        min(glyph.box.bottom for glyph in inked),
        max(glyph.box.right for glyph in inked),
        max(glyph.box.top for glyph in inked),
    )
    parts: list[str] = []
    before: Glyph | None = None
    for glyph in glyphs:
        if before is not None and _is_space_between(before, glyph):
            parts.append(" ")
        parts.append(glyph.text)
        before = glyph
    size = median(glyph.size for glyph in inked)
    bold = sum(glyph.bold for glyph in inked) > len(inked) / 2
    return Line(" ".join("".join(parts).split()), box, size, bold)


def _is_space_between(first: Glyph, second: Glyph) -> bool:
    if first.text.isspace() or not (first.text.isascii() and second.text.isascii()):
        return False
    return second.box.left - first.box.right > _SPACE * second.size


def in_reading_order(lines: Sequence[Line]) -> list[list[Line]]:
    """The columns of a page in the order in which they are read, each from top to bottom."""
    if not lines:
        return []
    gutter = _gutter(lines)
    if gutter is None:
        return [sorted(lines, key=lambda line: (-line.box.middle, line.box.left))]
    straddling = [line for line in lines if line.box.left < gutter < line.box.right]
    crossed = {id(line) for line in straddling}
    rest = [line for line in lines if id(line) not in crossed]
    columns: list[list[Line]] = []
    for band, across in _bands(rest, straddling):
        left = [line for line in band if line.box.right <= gutter]
        right = [line for line in band if line.box.right > gutter]
        for side in (left, right):
            columns.extend(in_reading_order(side))
        if across:
            columns.append(across)
    return columns


def _gutter(lines: Sequence[Line]) -> float | None:
    """Where a white strip divides the lines into two columns, or None."""
    size = median(line.size for line in lines)
    edges = sorted({line.box.right for line in lines})
    best: tuple[float, float] | None = None
    for right in edges:
        # A gutter begins where some line ends, and is as wide as the lines behind leave it.
        left = [line for line in lines if line.box.right <= right + 0.1]
        beyond = [line for line in lines if line.box.left > right]
        if len(left) < _COLUMN_LINES or len(beyond) < _COLUMN_LINES:
            continue
        width = min(line.box.left for line in beyond) - right
        crossing = len(lines) - len(left) - len(beyond)
        if width < _GUTTER * size or crossing > _STRADDLING_SHARE * len(lines):
            continue
        if min(_usual_width(left), _usual_width(beyond)) < _COLUMN_WIDTH * size:
            continue
        if not _beside(left, beyond):
            continue
        score = len(left) + len(beyond) + width / 1000
        if best is None or score > best[0]:
            best = (score, right + width / 2)
    return best[1] if best else None


def _usual_width(lines: Sequence[Line]) -> float:
    return median(line.box.right - line.box.left for line in lines)


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
