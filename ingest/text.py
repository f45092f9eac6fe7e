"""Plain text: from bytes to characters, and from characters to one block a line."""

from __future__ import annotations

import codecs
import re

from ingest.errors import UnreadableFile
from ingest.types import Block, Role, Source, Span

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_LONG_LINE = 200
"""Characters above which a line may be a whole page whose line ends became spaces."""

_MARK = (
    r"(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)]"
    r"|第[一二三四五六七八九十百]{1,5}[章条]\s|\d{1,2}[.、](?!\d)|附件)"
)
_INNER_BREAK = re.compile(
    rf"(?<=[。；：！？”）])[ \t\u3000]+(?=\S)|[ \t\u3000]+(?={_MARK})|[ \t]*\u3000{{2,}}(?=\S)"
)


def decode(data: bytes) -> str:
    """The characters of `data`, without a byte order mark; line ends stay as they stand.

    The order is: byte order mark, UTF-8, then GB18030, Big5 or UTF-16 as charset-normalizer sees
    it. Raises `UnreadableFile` where the bytes are no text.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _strictly(data[len(bom) :], encoding)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = _guess(data)
    if "\0" in text:
        text = _guess(data)
    return text


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableFile(
            f"it says it is {encoding}, but is damaged; save it again as UTF-8"
        ) from None


def _guess(data: bytes) -> str:
    """The text of bytes that are not UTF-8."""
    for encoding in ("gb18030",):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableFile("its encoding is not known; save it as UTF-8")


def plain(text: str) -> Source:
    """One block of text a line, white space around it left out.

    A long line in which runs of spaces stand where line ends were (as pages copied from the web
    have it) is cut there: after a sentence's end, and before a heading's number.
    """
    blocks: list[Block] = []
    offset = 0
    for line in text.splitlines(keepends=True):
        blocks.extend(
            Block(Role.TEXT, (_trimmed(text, start, end),))
            for start, end in _pieces(text, offset, offset + len(line))
            if not text[start:end].isspace()
        )
        offset += len(line)
    return Source(text, tuple(blocks))


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    if end - start <= _LONG_LINE:
        return [(start, end)]
    ends = [match.end() for match in _INNER_BREAK.finditer(text, start, end)]
    return list(zip([start, *ends], [*ends, end], strict=True))


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    first = start + len(piece) - len(piece.lstrip())
    return Span(first, first + len(piece.strip()))
