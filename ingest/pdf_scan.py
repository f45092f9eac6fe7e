"""Scanned pages: the lines that are read in a picture of a page, where the `ocr` extra is there.

RapidOCR (Apache-2.0) brings its models, Chinese and English among them, in its wheel and runs them
in ONNX Runtime; nothing is downloaded. `rapidocr-onnxruntime` is the same project's older wheel.
"""

from __future__ import annotations

import functools
import importlib.util
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING, Any

import pypdfium2 as pdfium

from ingest.pdf_layout import Line
from ingest.pdf_page import Box

if TYPE_CHECKING:
    from rapidocr import RapidOCR

ADVICE = "run: pip install 'policyqa[ocr]', then index it again"

_DPI = 200
_LONGEST_SIDE = 2400
"""Pixels of a picture's longer side: a poster at 200 dpi would take gigabytes, and RapidOCR makes
pictures smaller than this anyway."""
_LONGEST_SIDE_OF_SEARCH = 1760
_THREADS = 4
"""Each holds memory of its own, and a picture of a line is soon read."""
_NARROW = 0.54
"""Width of a Latin letter or a figure over that of a Chinese character."""
_PADDING = 0.35
"""Characters by which a box is wider than its text."""
_SHORT = 5
_ALIKE = 0.25
"""Sizes that differ by less are one size: letters are of several widths, and lines are justified.
Headings of nearly the text's size are known by their numbers."""


def available() -> bool:
    """Whether the library is installed."""
    return importlib.util.find_spec("rapidocr") is not None


def lines_in_picture(document: pdfium.PdfDocument, number: int) -> list[Line]:
    """The lines of a scanned page, top to bottom; `number` counts from 1."""
    page = document[number - 1]
    try:
        width, height = page.get_size()
        scale = min(_DPI / 72, _LONGEST_SIDE / max(width, height, 1.0))
        picture = page.render(scale=scale, rev_byteorder=False).to_numpy()[:, :, :3]
    finally:
        page.close()
    found = _engine()(picture)
    if found.boxes is None or found.txts is None:
        return []
    lines = [
        _line(" ".join(text.split()), box, height, scale)
        for box, text in zip(found.boxes, found.txts, strict=True)
        if text.strip()
    ]
    return sorted(_one_size(lines), key=lambda line: -line.box.top)


@functools.cache
def _engine() -> RapidOCR:
    from rapidocr import RapidOCR  # noqa: PLC0415 - an extra, and it takes seconds

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            # Where lines are is seen as well in a smaller picture; at full size it takes 0.8 GB.
            "Det.limit_type": "max",
            "Det.limit_side_len": _LONGEST_SIDE_OF_SEARCH,
            # One line at a time: six long ones at once take half a gigabyte more, no faster.
            "Rec.rec_batch_num": 1,
            "EngineConfig.onnxruntime.intra_op_num_threads": min(_THREADS, os.cpu_count() or 1),
        }
    )


def _line(
    text: str,
    corners: Any,  # noqa: ANN401 - an array (4, 2)
    height: float,
    scale: float,
) -> Line:
    """A line from the corners of its box, which stand in pixels from the top of the page.

    Its size comes from its width, for the height of a box depends on which characters are in it.
    """
    across, down = (
        [float(number) / scale for number in axis] for axis in zip(*corners, strict=True)
    )
    width = sum(_NARROW if one.isascii() else 1.0 for one in text)
    size = (max(across) - min(across)) / (width + _PADDING)
    pad = size * _PADDING / 2
    box = Box(min(across) + pad, height - max(down), max(across) - pad, height - min(down))
    return Line(text, box, size, bold=False)


def _one_size(lines: Sequence[Line]) -> list[Line]:
    """The lines with sizes that are nearly alike made the same, the commonest first.

    The width of a short line says little: it has the size of the lines that are as high.
    """
    long = [line for line in lines if len(line.text) >= _SHORT] or lines
    letters: Counter[float] = Counter()
    for line in long:
        letters[round(line.size * 4) / 4] += len(line.text)
    sizes: list[float] = []
    for size, _ in letters.most_common():
        if all(abs(size / other - 1) > _ALIKE for other in sizes):
            sizes.append(size)
    alike = {id(line): min(sizes, key=lambda size: abs(size / line.size - 1)) for line in long}
    heights = {
        size: median(_height(line) for line in long if alike[id(line)] == size)
        for size in set(alike.values())
    }
    return [
        _sized(
            line,
            alike.get(id(line))
            or min(heights, key=lambda size: abs(heights[size] - _height(line))),
        )
        for line in lines
    ]


def _height(line: Line) -> float:
    return line.box.top - line.box.bottom


def _sized(line: Line, size: float) -> Line:
    box, middle = line.box, line.box.middle
    return replace(
        line, size=size, box=replace(box, bottom=middle - size / 2, top=middle + size / 2)
    )
