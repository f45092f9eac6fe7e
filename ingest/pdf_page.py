"""What stands on a PDF page: its characters with their boxes, and the rules drawn on it.

Read with pypdfium2 (Apache-2.0 and BSD), the engine of Chrome.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

_THIN = 2.5
"""Points that a drawn line may be thick."""
_MOST_PATHS = 20_000
_FLAT = 3.0
"""Heights by which a Chinese character that is only its stroke is wide."""
_LAST_ASCII = 0x7F
_FLAG_BOLD = 1 << 18
_BOLD_NAMES = ("bold", "heavy", "black", "hei", "黑")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in points; y grows upwards."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def middle(self) -> float:
        """The height of the box's middle."""
        return (self.bottom + self.top) / 2


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character and where it stands; `size` is the font's, in points.

    White space is no character of its own: `spaced` tells that some stands before this one.
    """

    text: str
    box: Box
    size: float
    bold: bool
    spaced: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page's characters in the order of the file, and its straight rules as thin boxes."""

    number: int
    width: float
    height: float
    glyphs: tuple[Glyph, ...]
    rules: tuple[Box, ...]
    pictures: int


def read_page(document: pdfium.PdfDocument, number: int) -> Page:
    """Read one page; `number` counts from 1."""
    page = document[number - 1]
    text = page.get_textpage()
    try:
        width, height = page.get_size()
        glyphs = tuple(_glyphs(text))
        rules, pictures = _drawn(page)
        return Page(number, width, height, glyphs, rules, pictures)
    finally:
        text.close()
        page.close()


def _glyphs(text: pdfium.PdfTextPage) -> Iterator[Glyph]:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    loose = pdfium_c.FS_RECTF()
    bold: dict[tuple[str, int], bool] = {}
    count = text.count_chars()
    before, last, size, spaced = " ", -1, 0.0, False
    for index in range(count):
        character = _character(pdfium_c.FPDFText_GetUnicode(text, index))
        if character == " ":
            # A generated one is a guess from a gap; Chinese type has such gaps around figures.
            generated = pdfium_c.FPDFText_IsGenerated(text, index) == 1
            wide = not before.isascii() or (index + 1 < count and _is_wide(text, index + 1))
            spaced |= not (generated and wide)
            continue
        if pdfium_c.FPDFText_GetLooseCharBox(text, index, loose):
            box = Box(loose.left, loose.bottom, loose.right, loose.top)
        else:
            pdfium_c.FPDFText_GetCharBox(text, index, left, right, bottom, top)
            box = Box(left.value, bottom.value, right.value, top.value)
        if not character.isascii() and box.right - box.left > _FLAT * (box.top - box.bottom):
            same = _font_size(text, index) == _font_size(text, last)
            box = _as_high(box, size if same else box.right - box.left)
        # The font's own size is before the page's scaling; the box is what a reader sees.
        size = box.top - box.bottom
        yield Glyph(character, box, size, _bold(text, index, bold), spaced)
        before, last, spaced = character, index, False


def _as_high(box: Box, height: float) -> Box:
    """The box of a flat sign made as high as others: some fonts give 一 its stroke's height."""
    return Box(box.left, box.middle - height / 2, box.right, box.middle + height / 2)


def _font_size(text: pdfium.PdfTextPage, index: int) -> float:
    return float(pdfium_c.FPDFText_GetFontSize(text, index))


def _is_wide(text: pdfium.PdfTextPage, index: int) -> bool:
    return bool(pdfium_c.FPDFText_GetUnicode(text, index) > _LAST_ASCII)


def _character(code: int) -> str:
    """The character of a code point; what has none (0, half of a pair) is U+FFFD."""
    if not 0 < code <= sys.maxunicode:
        return "\ufffd"
    return chr(code).encode("utf-8", "replace").decode() if chr(code).isprintable() else " "


def _bold(text: pdfium.PdfTextPage, index: int, known: dict[tuple[str, int], bool]) -> bool:
    """Whether the character's font calls itself bold."""
    flags = ctypes.c_int()
    buffer = ctypes.create_string_buffer(128)
    length = pdfium_c.FPDFText_GetFontInfo(text, index, buffer, len(buffer), flags)
    name = buffer.value.decode("utf-8", "replace") if 0 < length <= len(buffer) else ""
    key = (name, flags.value)
    if key not in known:
        lower = name.lower()
        known[key] = bool(flags.value & _FLAG_BOLD) or any(word in lower for word in _BOLD_NAMES)
    return known[key]


def _drawn(page: pdfium.PdfPage) -> tuple[tuple[Box, ...], int]:
    """The straight rules of the page, and how many pictures it holds."""
    rules: list[Box] = []
    pictures = 0
    kinds = (pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_IMAGE)
    for count, drawn in enumerate(page.get_objects(filter=kinds, max_depth=4)):
        if count > _MOST_PATHS:
            break
        if drawn.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            pictures += 1
            continue
        left, bottom, right, top = drawn.get_bounds()
        box = Box(left, bottom, right, top)
        if _is_thin(box):
            rules.append(box)
        elif pdfium_c.FPDFPath_CountSegments(drawn) > 1:
            rules.extend(segment for segment in _segments(drawn) if _is_thin(segment))
    return tuple(rules), pictures


def _is_thin(box: Box) -> bool:
    return min(box.right - box.left, box.top - box.bottom) <= _THIN


def _segments(path: pdfium.PdfObject) -> Iterator[Box]:
    """The straight lines of a path that is drawn with a stroke."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium_c.FPDFPath_GetDrawMode(path, fill, stroke)
    if not stroke.value:
        return
    matrix = path.get_matrix()
    x, y = ctypes.c_float(), ctypes.c_float()
    start: tuple[float, float] | None = None
    before: tuple[float, float] | None = None
    for index in range(pdfium_c.FPDFPath_CountSegments(path)):
        segment = pdfium_c.FPDFPath_GetPathSegment(path, index)
        pdfium_c.FPDFPathSegment_GetPoint(segment, x, y)
        point = matrix.on_point(x.value, y.value)
        if pdfium_c.FPDFPathSegment_GetType(segment) == pdfium_c.FPDF_SEGMENT_MOVETO:
            start = point
        elif before is not None:
            yield _line(before, point)
        if pdfium_c.FPDFPathSegment_GetClose(segment) and start is not None:
            yield _line(point, start)
        before = point


def _line(first: tuple[float, float], second: tuple[float, float]) -> Box:
    (x0, y0), (x1, y1) = first, second
    return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
