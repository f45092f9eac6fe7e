"""From sections to the passages that are embedded and indexed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence

from ingest.types import READ, Block, Chunk, Document, Section, Span, join, locate

MAX_TOKENS = 256
"""Tokens of the longest passage: half of what the default model reads, so that the heading path
fits beside it and a passage stays about one thing."""

_BYTES_ARE_ENOUGH = 8
"""Special tokens and prefixes that a tokenizer may add to at most one token a byte."""

_SEPARATORS = [
    r"\n+",
    r"[。！？!?…]+[”’」』）)》]*",
    r"[；;]",
    r"\.\s+",
    r"[，,、：:]",
    r"\s+",
    "",
]
"""Where a text may be cut, the best first; the sign stays at the end of the piece before it."""

_SHARES = (1.05, 1.15, 1.3, 2.0)
"""How much longer than equal parts a passage may be: tried until no small rest is left over."""

_YEAR = re.compile(r"(?:19|20)\d\d")


def chunk(
    document: Document, count_tokens: Callable[[str], int], max_tokens: int = MAX_TOKENS
) -> tuple[Chunk, ...]:
    """The passages of a document, in order.

    A passage lies within one section and holds at most `max_tokens` as `count_tokens` counts them
    (a single character that counts more stays whole). It ends where a sentence ends, unless the
    sentence alone is longer. When a list or a table must be cut, each part begins with the list's
    lead-in or the table's header. `count_tokens` is called about twice a passage.
    """
    chunks: list[Chunk] = []
    for section in document.sections:
        for spans in _passages(document.text, section, count_tokens, max_tokens):
            text = join(document.text, spans)
            if not text:
                continue
            chunks.append(
                Chunk(
                    f"{document.id}-{len(chunks)}",
                    document.id,
                    section.path,
                    text,
                    spans,
                    _page(section, spans[0].start),
                )
            )
    return tuple(chunks)


def embedded_text(document: Document, chunk: Chunk) -> str:
    """What is embedded and indexed for a passage: title › heading path › text.

    A document's year goes first where the title and the headings do not name it: without it
    "今年" finds no one.
    """
    path = chunk.path if document.title in chunk.path else (document.title, *chunk.path)
    head = " › ".join(part for part in path if part)
    year = document.metadata.date[:4] or "".join(str(y) for y in document.metadata.years[:1])
    if year and year not in head:
        head = f"{year}年 {head}"
    return f"{head}\n{chunk.text}"


def _page(section: Section, start: int) -> int | None:
    for block in section.blocks:
        if any(span.start <= start < span.end for span in block.spans):
            return block.page
    return None


def _passages(
    source: str, section: Section, count_tokens: Callable[[str], int], max_tokens: int
) -> Iterator[tuple[Span, ...]]:
    blocks = [block for block in section.blocks if block.role in READ]
    if not blocks:
        return
    spans = _trimmed(source, _with_breaks(source, blocks))
    text = join(source, spans)
    if len(text.encode("utf-8", "surrogatepass")) + _BYTES_ARE_ENOUGH <= max_tokens:
        yield spans
        return
    tokens = count_tokens(text)
    if tokens <= max_tokens:
        yield spans
        return
    for start, end in _pieces(text, tokens, count_tokens, max_tokens):
        piece = text[start:end]
        first = start + len(piece) - len(piece.lstrip())
        yield _merged(locate(spans, first, first + len(piece.strip())))


def _pieces(
    text: str, tokens: int, count_tokens: Callable[[str], int], max_tokens: int
) -> Iterator[tuple[int, int]]:
    """Ranges of `text` of at most `max_tokens`, about equally long, cut at the best places."""
    # 0.5 s of imports that only indexing needs.
    from langchain_text_splitters import RecursiveCharacterTextSplitter  # noqa: PLC0415

    parts = math.ceil(tokens / max_tokens)
    per_token = len(text) / tokens
    for share in _SHARES:
        splitter = RecursiveCharacterTextSplitter(
            separators=_SEPARATORS,
            is_separator_regex=True,
            keep_separator="end",
            chunk_size=max(1, int(min(max_tokens, tokens / parts * share) * per_token)),
            chunk_overlap=0,
            strip_whitespace=False,
        )
        pieces = splitter.split_text(text)
        if len(pieces) <= parts:
            break
    offset = 0
    for piece in pieces:
        start = text.index(piece, offset)
        offset = start + len(piece)
        counted = count_tokens(piece)
        if counted > max_tokens and len(piece) > 1:
            for low, high in _pieces(piece, counted, count_tokens, max_tokens):
                yield start + low, start + high
        else:
            yield start, offset


def _with_breaks(source: str, blocks: Sequence[Block]) -> tuple[Span, ...]:
    """The spans of the blocks, each with a line end that follows it in the source."""
    spans: list[Span] = []
    for number, block in enumerate(blocks):
        spans.extend(block.spans)
        if number + 1 < len(blocks) and (end := block.spans[-1].end) < len(source):
            following = blocks[number + 1].spans[0].start
            gap = source[end:following]
            line_end = min((gap.find(sign) for sign in "\r\n" if sign in gap), default=0)
            if gap[line_end : line_end + 1].isspace():
                spans.append(Span(end + line_end, end + line_end + 1))
    return _merged(spans)


def _trimmed(source: str, spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """The same spans without white space at either end."""
    text = join(source, spans)
    first = len(text) - len(text.lstrip())
    return _merged(locate(spans, first, first + len(text.strip())))


def _merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The same characters in as few spans as they take."""
    merged: list[Span] = []
    for span in spans:
        if merged and merged[-1].end == span.start:
            merged[-1] = Span(merged[-1].start, span.end)
        else:
            merged.append(span)
    return tuple(merged)
