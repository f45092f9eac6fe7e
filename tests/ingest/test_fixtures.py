"""Documents made with real tools, in all formats, against their known text.

`make_fixtures.py` made them; `known_texts.py` holds what they say.
"""

from __future__ import annotations

import importlib.util
import unicodedata
from difflib import SequenceMatcher
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from PIL import Image

from ingest import apart, pdf_scan
from ingest.chunk import chunk
from ingest.errors import UnreadableFile
from ingest.ledger import ledger
from ingest.pdf import pdf
from ingest.read import read
from ingest.types import READ, Document, join

HERE = Path(__file__).parent
FILES = sorted((HERE / "fixtures").iterdir())
CHARACTERS = 0.999
SCANNED_CHARACTERS = 0.99
"""Of characters that were recognised in a picture."""

_spec = importlib.util.spec_from_file_location("known_texts", HERE / "known_texts.py")
assert _spec is not None
assert _spec.loader is not None
known = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(known)


def known_text(path: Path) -> list[tuple[str, str]]:
    text: list[tuple[str, str]] = known.TEXTS[path.name.partition("-")[0]]
    return text


def headings(document: Document) -> list[str]:
    return ["".join(section.heading.split()) for section in document.sections if section.level]


def body(document: Document) -> str:
    read_ = [
        join(document.text, block.spans)
        for section in document.sections
        for block in section.blocks
        if block.role in READ
    ]
    return "".join("".join(read_).split())


def characters_right(got: str, expected: str) -> float:
    """The share of characters that both have in the same order."""
    matches = SequenceMatcher(None, got, expected, autojunk=False).get_matching_blocks()
    return sum(match.size for match in matches) / max(len(got), len(expected))


def test_there_are_enough_of_them() -> None:
    assert len(FILES) >= 40
    assert {path.suffix for path in FILES} == {".md", ".txt", ".html", ".docx", ".pdf"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_heading_is_found_and_none_invented(path: Path) -> None:
    document = read(path, path.name)
    assert headings(document) == known.headings(known_text(path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_characters_are_the_known_ones(path: Path) -> None:
    document = read(path, path.name)
    assert characters_right(body(document), known.body(known_text(path))) >= CHARACTERS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_character_is_accounted_for(path: Path) -> None:
    document = read(path, path.name)
    passages = chunk(document, len, 200)
    assert ledger(document, passages).unaccounted == 0
    assert all(passage.text == join(document.text, passage.spans) for passage in passages)
    if path.suffix == ".pdf":
        assert all(passage.page for passage in passages)


SCANNED = [
    path
    for path in FILES
    if path.match("*-office.pdf") or path.name in {"notice-columns.pdf", "report-columns.pdf"}
]


def scan(path: Path, to: Path) -> Path:
    """The pages as grey pictures in a PDF, a little askew, as a scanner leaves them."""
    printed = pdfium.PdfDocument(path)
    pictures = [
        page.render(scale=150 / 72)
        .to_pil()
        .convert("L")
        .rotate(0.3, fillcolor=255, resample=Image.Resampling.BICUBIC)
        for page in printed
    ]
    printed.close()
    first, *others = pictures
    first.save(to, save_all=True, append_images=others, resolution=150.0, quality=70)
    return to


def plain(text: str) -> str:
    """Text with full-width forms made half-width: a picture does not tell which they are."""
    return unicodedata.normalize("NFKC", text)


@pytest.mark.parametrize("path", SCANNED, ids=lambda path: path.name)
def test_a_scan_is_read_as_what_was_scanned(path: Path, tmp_path: Path) -> None:
    document = read(scan(path, tmp_path / "scan.pdf"), "scan.pdf")
    text = known_text(path)
    assert list(map(plain, headings(document))) == list(map(plain, known.headings(text)))
    assert characters_right(plain(body(document)), plain(known.body(text))) >= SCANNED_CHARACTERS


def test_a_scan_takes_less_memory_than_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = next(path for path in SCANNED if path.match("regulation-*"))
    monkeypatch.setattr(apart, "MEMORY", apart.MEMORY * 3 // 4)
    assert read(scan(path, tmp_path / "scan.pdf"), "scan.pdf").text


def test_without_the_extra_a_scan_is_refused_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_scan, "available", lambda: False)
    with pytest.raises(UnreadableFile, match=r"pip install 'policyqa\[ocr\]'"):
        pdf(scan(SCANNED[0], tmp_path / "scan.pdf").read_bytes())
