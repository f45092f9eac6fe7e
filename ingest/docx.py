"""DOCX: paragraphs with their styles and numbers, and tables.

Read with the standard library: mammoth (BSD) and python-docx (MIT) leave out the numbers that Word
generates, and 一、 or 第三条 is what an official document is cited by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from ingest.archive import open_archive, unpacked
from ingest.errors import UnreadableFile
from ingest.extract import Piece, assemble
from ingest.limit import look_at_clock
from ingest.numbering import Counters, Level
from ingest.types import Role, Source

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_DC_TITLE = "{http://purl.org/dc/elements/1.1/}title"

_HEADING_STYLE = re.compile(r"(?:heading|标题)\s*([1-6])\Z", re.IGNORECASE)
_TITLE_STYLE = re.compile(r"(?:title|标题)\Z", re.IGNORECASE)
_CONTENTS_STYLE = re.compile(r"(?:toc|目录)\s*\d?\Z", re.IGNORECASE)
_CAPTION_STYLE = re.compile(r"(?:caption|题注)\Z", re.IGNORECASE)
_DEEPEST_HEADING = 6
_LONG_CELL = 400
_GENERATED_TITLE = re.compile(
    r"(?:microsoft|word|document|文档|未命名|untitled|\S*\.docx?)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Style:
    """What a paragraph style says, with what it takes over from the one it is based on."""

    name: str = ""
    level: int = 0
    list_id: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class _Look:
    """A document's styles and its lists."""

    styles: dict[str, _Style]
    counters: Counters


def docx(data: bytes) -> Source:
    """The text of a DOCX, a block a paragraph or table row, generated numbers written out.

    Deleted and hidden text, headers and footers are not part of the text; footnotes stand at its
    end. Raises `UnreadableFile`.
    """
    archive = open_archive(data)
    body = unpacked(archive, "word/document.xml")
    if not body:
        raise UnreadableFile("it holds no Word document; save it again as .docx")
    lists = _lists(_parsed(unpacked(archive, "word/numbering.xml")))
    look = _Look(_styles(_parsed(unpacked(archive, "word/styles.xml"))), Counters(lists))
    root = _parsed(body)
    if root is None:
        raise UnreadableFile("it holds no Word document; save it again as .docx")
    pieces = list(_blocks(root, look))
    pieces.extend(_footnotes(archive, look))
    return assemble(pieces, _property_title(archive))


def _parsed(data: bytes) -> ET.Element | None:
    if not data:
        return None
    if _STRICT in data:
        data = data.replace(_STRICT, _W.strip("{}").encode())
    try:
        # Entities, the danger here, are refused before: see ingest.archive.
        return ET.fromstring(data)  # noqa: S314
    except (ET.ParseError, ValueError, LookupError):
        raise UnreadableFile("it is damaged or cut off; get a whole copy") from None


def _attribute(element: ET.Element | None, path: str) -> str:
    """The w:val of the element at `path` below `element`, or ""."""
    found = element.find(path) if element is not None else None
    return found.get(f"{_W}val", "") if found is not None else ""


def _styles(root: ET.Element | None) -> dict[str, _Style]:
    """The paragraph styles by id."""
    if root is None:
        return {}
    elements = {style.get(f"{_W}styleId", ""): style for style in root.iter(f"{_W}style")}
    styles: dict[str, _Style] = {}
    for style_id in elements:
        chain: list[str] = []
        current = style_id
        while current in elements and current not in styles and current not in chain:
            chain.append(current)
            current = _attribute(elements[current], f"{_W}basedOn")
        base = styles.get(current, _Style())
        for known in reversed(chain):
            base = styles[known] = _style(elements[known], base)
    return styles


def _style(element: ET.Element, base: _Style) -> _Style:
    name = _attribute(element, f"{_W}name")
    properties = element.find(f"{_W}pPr")
    level, list_id, depth = _level_and_list(properties, base)
    if named := _HEADING_STYLE.match(name):
        level = int(named[1])
    return _Style(name, level, list_id, depth)


def _level_and_list(properties: ET.Element | None, base: _Style) -> tuple[int, str, int]:
    outline = _attribute(properties, f"{_W}outlineLvl")
    level = base.level
    if outline.isdecimal():
        level = int(outline) + 1 if int(outline) < _DEEPEST_HEADING else 0
    list_id = _attribute(properties, f"{_W}numPr/{_W}numId") or base.list_id
    depth = _attribute(properties, f"{_W}numPr/{_W}ilvl")
    return level, "" if list_id == "0" else list_id, int(depth) if depth.isdecimal() else base.depth


def _lists(root: ET.Element | None) -> dict[str, dict[int, Level]]:
    """The levels of each list by its id."""
    if root is None:
        return {}
    kinds: dict[str, dict[int, Level]] = {}
    for kind in root.iter(f"{_W}abstractNum"):
        levels: dict[int, Level] = {}
        for level in kind.iter(f"{_W}lvl"):
            start = _attribute(level, f"{_W}start")
            levels[_number(level.get(f"{_W}ilvl", ""))] = Level(
                _attribute(level, f"{_W}numFmt"),
                _attribute(level, f"{_W}lvlText"),
                int(start) if start.isdecimal() else 1,
                _attribute(level, f"{_W}suff") or "tab",
            )
        kinds[kind.get(f"{_W}abstractNumId", "")] = levels
    lists: dict[str, dict[int, Level]] = {}
    for entry in root.iter(f"{_W}num"):
        levels = dict(kinds.get(_attribute(entry, f"{_W}abstractNumId"), {}))
        for override in entry.iter(f"{_W}lvlOverride"):
            depth = _number(override.get(f"{_W}ilvl", ""))
            start = _attribute(override, f"{_W}startOverride")
            if depth in levels and start.isdecimal():
                levels[depth] = replace(levels[depth], start=int(start))
        lists[entry.get(f"{_W}numId", "")] = levels
    return lists


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _blocks(root: ET.Element, look: _Look) -> Iterator[Piece]:
    """The paragraphs and tables in order, wherever content controls and the like hold them."""
    stack = [root]
    while stack:
        look_at_clock()
        element = stack.pop()
        if element.tag == f"{_W}p":
            yield from _paragraph(element, look)
        elif element.tag == f"{_W}tbl":
            yield from _table(element, look)
        elif element.tag not in {f"{_W}del", f"{_W}moveFrom", _FALLBACK}:
            stack.extend(reversed(element))


def _paragraph(element: ET.Element, look: _Look) -> Iterator[Piece]:
    """A paragraph, and then the text boxes that are anchored in it."""
    boxes: list[ET.Element] = []
    text = _text(element, boxes)
    properties = element.find(f"{_W}pPr")
    base = look.styles.get(_attribute(properties, f"{_W}pStyle"), _Style())
    level, list_id, depth = _level_and_list(properties, base)
    if text.strip():
        label = look.counters.label(list_id, depth) if list_id else ""
        role = Role.TEXT
        if _TITLE_STYLE.match(base.name):
            role = Role.TITLE
        elif _CONTENTS_STYLE.match(base.name):
            role = Role.NAVIGATION
        elif _CAPTION_STYLE.match(base.name):
            role = Role.CAPTION
        elif level:
            role = Role.HEADING
        elif list_id and not label:
            role = Role.ITEM
        yield Piece(label + text, role, level if role is Role.HEADING else 0)
    for box in boxes:
        yield from _blocks(box, look)


def _text(paragraph: ET.Element, boxes: list[ET.Element]) -> str:
    """The visible text of a paragraph; text boxes in it go to `boxes`."""
    parts: list[str] = []
    stack = [paragraph]
    while stack:
        element = stack.pop()
        tag = element.tag
        if tag == f"{_W}t":
            parts.append(element.text or "")
        elif tag in {f"{_W}tab", f"{_W}br", f"{_W}cr", f"{_W}ptab"}:
            parts.append(" ")
        elif tag == f"{_W}noBreakHyphen":
            parts.append("-")
        elif tag == f"{_W}txbxContent":
            boxes.append(element)
        elif tag == f"{_W}r" and _is_hidden(element):
            continue
        elif tag not in {f"{_W}del", f"{_W}moveFrom", f"{_W}pPr", f"{_W}rPr", _FALLBACK}:
            stack.extend(reversed(element))
    return "".join(parts)


def _is_hidden(run: ET.Element) -> bool:
    vanish = run.find(f"{_W}rPr/{_W}vanish")
    return vanish is not None and vanish.get(f"{_W}val", "1") not in {"0", "false", "off"}


def _table(table: ET.Element, look: _Look) -> Iterator[Piece]:
    """A row a piece, its cells between bars; a table that only lays out text, as its paragraphs."""
    rows = [
        [[piece for part in cell for piece in _blocks(part, look)] for cell in row.iter(f"{_W}tc")]
        for row in table.iter(f"{_W}tr")
    ]
    texts = [[" ".join(piece.text.strip() for piece in cell) for cell in row] for row in rows]
    laid_out = max((len(row) for row in rows), default=0) <= 1 or any(
        len(text) > _LONG_CELL for row in texts for text in row
    )
    for row, cells in zip(rows, texts, strict=True):
        if laid_out:
            for cell in row:
                yield from cell
        elif any(cells):
            yield Piece(" | ".join(cells), Role.ROW)


def _footnotes(archive: ZipFile, look: _Look) -> Iterator[Piece]:
    root = _parsed(unpacked(archive, "word/footnotes.xml"))
    if root is not None:
        yield from _blocks(root, look)


def _property_title(archive: ZipFile) -> str:
    """The title in the file's properties, unless a program made it up."""
    root = _parsed(unpacked(archive, "docProps/core.xml"))
    title = (root.findtext(_DC_TITLE) or "").strip() if root is not None else ""
    return "" if _GENERATED_TITLE.match(title) else title
