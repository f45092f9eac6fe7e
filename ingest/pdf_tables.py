"""Ruled tables on a PDF page: the grid that its rules draw, and the characters in the cells."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.pdf_layout import lines_of
from ingest.pdf_page import Box, Glyph

_NEAR = 3.0
"""Points between rules that count as one, or as touching."""
_FEWEST_CELLS = 4
_SHORTEST_RULE = 8.0
_MOST_RULES = 2000


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table: where it stands, and its rows, the cells' texts joined with bars."""

    box: Box
    rows: tuple[str, ...]


def tables_of(glyphs: Sequence[Glyph], rules: Sequence[Box]) -> tuple[list[Table], list[Glyph]]:
    """The tables of a page, and the characters that stand outside of them."""
    tables: list[Table] = []
    rest = list(glyphs)
    for group in _connected([rule for rule in rules if _length(rule) >= _SHORTEST_RULE]):
        xs = _positions([(rule.left + rule.right) / 2 for rule in group if _is_upright(rule)])
        ys = _positions([(rule.bottom + rule.top) / 2 for rule in group if not _is_upright(rule)])
        if (len(xs) - 1) * (len(ys) - 1) < _FEWEST_CELLS or len(xs) < 3:  # noqa: PLR2004
            continue
        box = Box(xs[0], ys[0], xs[-1], ys[-1])
        inside = [glyph for glyph in rest if _holds(box, glyph)]
        rows = _rows(inside, xs, ys, group)
        if rows:
            tables.append(Table(box, rows))
            taken = {id(glyph) for glyph in inside}
            rest = [glyph for glyph in rest if id(glyph) not in taken]
    return tables, rest


def _is_upright(rule: Box) -> bool:
    return rule.top - rule.bottom > rule.right - rule.left


def _length(rule: Box) -> float:
    return max(rule.top - rule.bottom, rule.right - rule.left)


def _connected(rules: Sequence[Box]) -> list[list[Box]]:
    """The rules in groups whose members touch each other."""
    groups: list[list[Box]] = []
    for rule in rules[:_MOST_RULES]:
        touching = [group for group in groups if any(_touch(rule, other) for other in group)]
        merged = [rule, *(other for group in touching for other in group)]
        groups = [group for group in groups if not any(group is other for other in touching)]
        groups.append(merged)
    return groups


def _touch(first: Box, second: Box) -> bool:
    return (
        first.left - _NEAR <= second.right
        and second.left - _NEAR <= first.right
        and first.bottom - _NEAR <= second.top
        and second.bottom - _NEAR <= first.top
    )


def _positions(values: Sequence[float]) -> list[float]:
    """The distinct positions, ascending, those that are near each other taken as one."""
    positions: list[float] = []
    for value in sorted(values):
        if not positions or value - positions[-1] > _NEAR:
            positions.append(value)
    return positions


def _holds(box: Box, glyph: Glyph) -> bool:
    x = (glyph.box.left + glyph.box.right) / 2
    return box.left <= x <= box.right and box.bottom <= glyph.box.middle <= box.top


def _rows(
    glyphs: Sequence[Glyph], xs: Sequence[float], ys: Sequence[float], rules: Sequence[Box]
) -> tuple[str, ...]:
    """The rows from top to bottom; a cell that spans columns stands in the first of them."""
    upright = [rule for rule in rules if _is_upright(rule)]
    cells: dict[tuple[int, int], list[Glyph]] = {}
    for glyph in glyphs:
        row = min(max(bisect_right(ys, glyph.box.middle) - 1, 0), len(ys) - 2)
        middle = (glyph.box.left + glyph.box.right) / 2
        column = min(max(bisect_right(xs, middle) - 1, 0), len(xs) - 2)
        while column and not _is_ruled(xs[column], (ys[row] + ys[row + 1]) / 2, upright):
            column -= 1
        cells.setdefault((row, column), []).append(glyph)
    rows: list[str] = []
    for row in range(len(ys) - 2, -1, -1):
        texts = [_text(cells.get((row, column), [])) for column in range(len(xs) - 1)]
        if any(texts):
            rows.append(" | ".join(texts))
    return tuple(rows)


def _is_ruled(x: float, y: float, upright: Sequence[Box]) -> bool:
    """Whether a rule stands at `x` on the height `y`."""
    return any(
        rule.left - _NEAR <= x <= rule.right + _NEAR
        and rule.bottom - _NEAR <= y <= rule.top + _NEAR
        for rule in upright
    )


def _text(glyphs: Sequence[Glyph]) -> str:
    """The text of a cell; its lines are one."""
    lines = [line.text for line in lines_of(glyphs)]
    text = ""
    for line in lines:
        latin = text[-1:].isascii() and line[:1].isascii()
        text += f" {line}" if text and latin else line
    return text
