"""Documents made with real tools, in all formats, against their known text.

`make_fixtures.py` made them; `known_texts.py` holds what they say.
"""

from __future__ import annotations

import importlib.util
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from ingest.chunk import chunk
from ingest.ledger import ledger
from ingest.read import read
from ingest.types import READ, Document, join

HERE = Path(__file__).parent
FILES = sorted((HERE / "fixtures").iterdir())
CHARACTERS = 0.999

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
