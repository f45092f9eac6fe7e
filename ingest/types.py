"""The vocabulary of reading: what stands on a page, and where.

One rule holds everywhere: **a quote is its spans of the source, joined**, that is
`quote == join(source, spans)`. A text that was repaired (a sentence joined across a column, a
pull quote taken out of its middle) is a list of pieces of the source, never new characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of characters `[start, end)` of a source text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: [{self.start}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.start


def join(source: str, spans: Iterable[Span]) -> str:
    """The text that `spans` of `source` make when put one after the other.

    >>> join("甲乙丙丁", [Span(0, 1), Span(2, 4)])
    '甲丙丁'
    """
    return "".join(source[span.start : span.end] for span in spans)


def locate(spans: Sequence[Span], start: int, end: int) -> tuple[Span, ...]:
    """The spans of the source behind characters `[start, end)` of the text joined from `spans`.

    >>> locate([Span(0, 1), Span(2, 4)], 0, 2)
    (Span(start=0, end=1), Span(start=2, end=3))
    """
    found: list[Span] = []
    offset = 0
    for span in spans:
        first, last = max(start, offset), min(end, offset + len(span))
        if first < last:
            found.append(Span(span.start + first - offset, span.start + last - offset))
        offset += len(span)
    return tuple(found)


class Role(StrEnum):
    """What a block of a page is. `TEXT`, `ITEM` and `ROW` are read; the others are kept aside."""

    TEXT = "text"
    ITEM = "list item"
    ROW = "table row"
    TITLE = "title"
    HEADING = "heading"
    CAPTION = "caption"
    BYLINE = "byline"
    PULL_QUOTE = "pull quote"
    PAGE_NUMBER = "page number"
    RUNNING_HEAD = "running head"
    NAVIGATION = "navigation"
    MARKUP = "markup"


READ = frozenset({Role.TEXT, Role.ITEM, Role.ROW})
"""The roles whose characters reach a chunk; the ledger accounts for the others by their role."""


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, list item or table row, as pieces of the source.

    `level` is a heading's depth (1 is the highest), `page` counts from 1 where pages exist.
    """

    role: Role
    spans: tuple[Span, ...]
    level: int = 0
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """What a format's reader gives: the text that spans count in, and its blocks in order.

    Every character of `text` that is not white space lies in exactly one block. `title` is what
    the file's own properties call it, for a text that shows no title.
    """

    text: str
    blocks: tuple[Block, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the blocks under it, up to the next heading.

    `path` leads from the article's title down to this section's own heading (its last member), so
    `path[0]` is the title of the article that the section belongs to. `span` reaches from the
    heading's first character to the end of the section's last block. `blocks` holds the heading
    itself and what is kept aside too, in the order of the source, so that a document's sections
    account for each of its characters. What stands before the first heading is a section of
    level 0 that bears the document's title.
    """

    heading: str
    level: int
    path: tuple[str, ...]
    span: Span
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Metadata:
    """What an official document says of itself; a field is empty where it says nothing."""

    issuer: str = ""
    """发文机关, the body that issued it."""
    number: str = ""
    """发文字号, such as 鲁政发〔2026〕12号."""
    date: str = ""
    """Day of signing or publication, ISO 8601, as far as known: 2026-05-27, 2026-05 or 2026."""
    years: tuple[int, ...] = ()
    """Years that it is about, ascending; a range such as 2026—2028 is written out."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read: its source text, exactly as decoded or extracted, and its structure.

    `path` is the name that citations show: relative to the folder that was given. `text` is the
    source that every span counts in.
    """

    id: str
    path: str
    title: str
    text: str
    sections: tuple[Section, ...]
    metadata: Metadata = field(default_factory=Metadata)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage that is embedded and indexed: `text == join(document.text, spans)`.

    `path` is the heading path of its section, the article's title first; `page` is where the
    passage begins, where the format has pages.
    """

    id: str
    document_id: str
    path: tuple[str, ...]
    text: str
    spans: tuple[Span, ...]
    page: int | None = None
