"""What is more than text is read in a process of its own, which may be ended."""

from __future__ import annotations

import time
import zlib
from pathlib import Path

import pytest

from ingest.apart import read_apart
from ingest.docx import docx
from ingest.errors import UnreadableFile
from ingest.html import html
from ingest.limit import time_limit
from ingest.pdf import pdf

FIXTURES = Path(__file__).parent / "fixtures"
BROKE_OFF = "reading it broke off"


def test_what_comes_back_is_what_the_reader_gives() -> None:
    page, printed, written = (
        (FIXTURES / f"plan-{end}").read_bytes()
        for end in ("site.html", "office.pdf", "office.docx")
    )
    assert read_apart("html", page) == html(page)
    assert read_apart("pdf", printed) == pdf(printed)
    assert read_apart("docx", written) == docx(written)


def test_the_readers_reason_comes_back() -> None:
    with pytest.raises(UnreadableFile, match="damaged or cut off"):
        read_apart("pdf", b"%PDF-1.7\n%%EOF\n")


def test_a_call_that_does_not_end_is_ended() -> None:
    attributes = " ".join(f"a{number}" for number in range(300_000)).encode()
    started = time.monotonic()
    with pytest.raises(UnreadableFile, match="takes more than"), time_limit(5.0):
        read_apart("html", b"<p " + attributes + b">" + "正文。".encode())
    assert time.monotonic() - started < 60


def printed(*streams: tuple[bytes, bytes]) -> bytes:
    """A PDF of one page whose content is the first of `streams`, each with its entries."""
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    resources = b"<</Font<</F 4 0 R>>/XObject<</X 6 0 R>>>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Resources%s>>" % resources,
        font,
        *(
            b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(content), content)
            for entries, content in streams
        ),
    ]
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % pair for pair in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF"


WORDS = b"BT /F 9 Tf 50 50 Td (data security) Tj ET "


def nested(levels: int) -> bytes:
    """A page whose form draws another one ten times, and so on."""
    head = b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</F 4 0 R>>"
    forms = [
        (b"%s/XObject<</X %d 0 R>>>>" % (head, number + 7), b"/X Do " * 10)
        for number in range(levels - 1)
    ]
    return printed((b"", b"/X Do "), *forms, (head + b">>", WORDS))


def packed(megabytes: int) -> bytes:
    """A page whose content unpacks to so many megabytes."""
    squeeze = zlib.compressobj(9)
    unit = WORDS * (2**20 // len(WORDS))
    content = b"".join(squeeze.compress(unit) for _ in range(megabytes)) + squeeze.flush()
    return printed((b"/Filter/FlateDecode", content))


@pytest.mark.parametrize("data", [nested(9), packed(900)], ids=["forms", "packed"])
def test_what_would_take_all_memory_is_given_up(data: bytes) -> None:
    with pytest.raises(UnreadableFile, match=BROKE_OFF):
        read_apart("pdf", data)


def test_the_same_made_small_is_read() -> None:
    assert read_apart("pdf", nested(2)).text
    assert read_apart("pdf", packed(1)).text
