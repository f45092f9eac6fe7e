"""From sections to the passages that are embedded and indexed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

from ingest.leads import break_between, leads_that_fit
from ingest.limit import look_at_clock, time_limit
from ingest.metadata import place
from ingest.split import split
from ingest.types import READ, Block, Chunk, Document, Section, Span, join, locate

MAX_TOKENS = 256
"""Tokens of the longest passage: half of what the default model reads, so that the heading path
fits beside it and a passage stays about one thing."""

_BYTES_ARE_ENOUGH = 8
"""Special tokens and prefixes that a tokenizer may add to at most one token a byte."""

_LEAD_SHARE = 3
"""A lead-in is repeated where it takes at most one third of a passage."""

_BATCH = 8000
"""Characters above which a section's blocks are looked at in several batches."""


def chunk(
    document: Document, count_tokens: Callable[[str], int], max_tokens: int = MAX_TOKENS
) -> tuple[Chunk, ...]:
    """The passages of a document, in order.

    A passage lies within one section and holds at most `max_tokens` as `count_tokens` counts them
    (a single character that counts more stays whole). It ends where a sentence ends, unless the
    sentence alone is longer. When a list or a table must be cut, each part begins with the list's
    lead-in or the table's header. `count_tokens` is called about twice a passage. Raises
    `UnreadableFile` when it takes too long (`ingest.limit`).
    """
    with time_limit():
        return tuple(_chunks(document, count_tokens, max_tokens))


def _chunks(
    document: Document, count_tokens: Callable[[str], int], max_tokens: int
) -> Iterator[Chunk]:
    number = 0
    for section in document.sections:
        look_at_clock()
        for start, spans in _passages(document.text, section, count_tokens, max_tokens):
            yield Chunk(
                f"{document.id}-{number}",
                document.id,
                section.path,
                join(document.text, spans),
                spans,
                _page(section, start),
            )
            number += 1


def embedded_text(document: Document, chunk: Chunk) -> str:
    """What is embedded and indexed for a passage: its heading path and its text.

    The path begins with the article's title.
    """
    return f"{place(chunk.path, document.metadata)}\n{chunk.text}"


def _page(section: Section, start: int) -> int | None:
    if section.blocks[0].page is None:
        return None
    for block in section.blocks:
        if any(span.start <= start < span.end for span in block.spans):
            return block.page
    return None


def _passages(
    source: str, section: Section, count_tokens: Callable[[str], int], max_tokens: int
) -> Iterator[tuple[int, tuple[Span, ...]]]:
    """The spans of each passage, and where in the source it begins, lead-in aside."""
    blocks = [block for block in section.blocks if block.role in READ]
    if not blocks:
        return
    spans = _trimmed(source, _with_breaks(source, blocks))
    if not spans:
        return
    text = join(source, spans)
    short = len(text.encode("utf-8", "surrogatepass")) + _BYTES_ARE_ENOUGH <= max_tokens
    if short or (len(text) <= _BATCH and count_tokens(text) <= max_tokens):
        yield spans[0].start, spans
        return
    leads, spare = leads_that_fit(source, blocks, count_tokens, max_tokens // _LEAD_SHARE)
    starts = [lead.body.start for lead in leads]
    for batch in _batches(blocks):
        spans = _with_breaks(source, batch)
        text = join(source, spans)
        for start, end in split(text, count_tokens, max_tokens - spare):
            piece = text[start:end]
            first = start + len(piece) - len(piece.lstrip())
            own = locate(spans, first, first + len(piece.strip()))
            if own:
                at = bisect_left(starts, own[0].start) - 1
                needed = at >= 0 and leads[at].is_needed_at(own[0].start)
                head = leads[at].head if needed else ()
                yield own[0].start, _merged([*head, *own])


def _batches(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """The blocks in groups of bounded length, since places are looked up group by group."""
    batch: list[Block] = []
    length = 0
    for block in blocks:
        size = sum(map(len, block.spans))
        if batch and length + size > _BATCH:
            yield batch
            batch, length = [], 0
        batch.append(block)
        length += size
    yield batch


def _with_breaks(source: str, blocks: Sequence[Block]) -> tuple[Span, ...]:
    """The spans of the blocks, each with a line end that follows it in the source."""
    spans: list[Span] = []
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        spans.extend(block.spans)
        if following is not None:
            spans.extend(break_between(source, block.spans[-1].end, following.spans[0].start))
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
