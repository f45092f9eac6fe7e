"""OFD (GB/T 33190), the fixed pages of Chinese offices, where the `ofd` extra is there.

ofdkit (Apache-2.0, no dependencies) gives each run of text and its place; it is young, but the only
one that fits: easyofd and ofd2img need PyMuPDF (AGPL), ofdreader (MIT) has no module in its wheel,
ofdparser (MIT) has not changed since 2023. Reading order is our own, as for PDF.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingest.errors import UnreadableFile
from ingest.limit import look_at_clock
from ingest.pdf import MOST_PAGES, Laid, arranged
from ingest.pdf_layout import lines_of
from ingest.pdf_page import Box, Glyph, Page
from ingest.types import Source

if TYPE_CHECKING:
    import ofdkit

ADVICE = (
    "OFD is read with an extra; run: pip install 'policyqa[ofd]', "
    "or export it as PDF from the program that shows it"
)

_POINTS = 72 / 25.4
"""Points in a millimetre, in which OFD measures."""
_DESCENT = 0.12
"""Share of its size by which a character reaches below the line it stands on."""


def available() -> bool:
    """Whether the library is installed."""
    return importlib.util.find_spec("ofdkit") is not None


def ofd(data: bytes) -> Source:
    """The text of an OFD, a block a paragraph or heading, each with its page.

    Raises `UnreadableFile`, also where the pages hold no text or the extra is missing.
    """
    if not available():
        raise UnreadableFile(ADVICE)
    import ofdkit  # noqa: PLC0415 - an extra

    try:
        with ofdkit.open(data) as document:
            if len(document.pages) > MOST_PAGES:
                raise UnreadableFile(
                    f"it has more than {MOST_PAGES} pages; split it into smaller files"
                )
            pages = [_laid(page) for page in document.pages]
    except ofdkit.OFDError:
        raise UnreadableFile("it is damaged or cut off; get a whole copy") from None
    if not any(laid.lines for laid in pages):
        raise UnreadableFile("it holds no text")
    return arranged(pages)


def _laid(page: ofdkit.Page) -> Laid:
    """A page's lines in points, y growing upwards."""
    look_at_clock()
    number, height = page.index + 1, page.height * _POINTS
    empty = Page(number, page.width * _POINTS, height, (), (), 0)
    return Laid(empty, lines_of(_glyphs(page, height)), {})


def _glyphs(page: ofdkit.Page, height: float) -> Iterator[Glyph]:
    """The runs of text, each as one glyph; one that is drawn twice, to look bold, once."""
    left, top, _, _ = page.box
    seen: set[tuple[str, int, int]] = set()
    for run in page.runs:
        text = " ".join(run.text.split())
        key = (text, round(run.x), round(run.y))
        if not text or key in seen:
            continue
        seen.add(key)
        size = max(run.size * _POINTS, 1.0)
        x, baseline = (run.x - left) * _POINTS, height - (run.y - top) * _POINTS
        bottom = baseline - _DESCENT * size
        box = Box(x, bottom, x + run.width * _POINTS, bottom + size)
        yield Glyph(text, box, size, bold=False, spaced=run.text[0].isspace())
