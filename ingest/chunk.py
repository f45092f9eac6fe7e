"""From sections to the passages that are embedded and indexed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from ingest.metadata import this_year
from ingest.sentences import sentences
from ingest.types import READ, Block, Chunk, Document, Role, Section, Span, join, locate

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

_LEAD_SHARE = 3
"""A lead-in is repeated where it takes at most one third of a passage."""

_LEADS_IN = re.compile(r"[：:]\Z|下列|如下|以下")


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
        for start, spans in _passages(document.text, section, count_tokens, max_tokens):
            chunks.append(
                Chunk(
                    f"{document.id}-{len(chunks)}",
                    document.id,
                    section.path,
                    join(document.text, spans),
                    spans,
                    _page(section, start),
                )
            )
    return tuple(chunks)


def embedded_text(document: Document, chunk: Chunk) -> str:
    """What is embedded and indexed for a passage: its heading path and its text.

    The path begins with the article's title. A document's year goes first where the path does not
    name it: without it "今年" finds no one.
    """
    head = " › ".join(part for part in chunk.path if part)
    year = this_year(document.metadata)
    if year and str(year) not in head:
        head = f"{year}年 {head}"
    return f"{head}\n{chunk.text}"


def _page(section: Section, start: int) -> int | None:
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
    text = join(source, spans)
    if not text:
        return
    if len(text.encode("utf-8", "surrogatepass")) + _BYTES_ARE_ENOUGH <= max_tokens:
        yield spans[0].start, spans
        return
    tokens = count_tokens(text)
    if tokens <= max_tokens:
        yield spans[0].start, spans
        return
    leads, spare = _leads_that_fit(source, blocks, count_tokens, max_tokens // _LEAD_SHARE)
    for start, end in _pieces(text, tokens, count_tokens, max_tokens - spare):
        piece = text[start:end]
        first = start + len(piece) - len(piece.lstrip())
        own = locate(spans, first, first + len(piece.strip()))
        if own:
            head = next((lead.head for lead in leads if lead.is_needed_at(own[0].start)), ())
            yield own[0].start, _merged([*head, *own])


@dataclass(frozen=True, slots=True)
class _Lead:
    """A list's lead-in or a table's header, and the range of the source that it leads."""

    head: tuple[Span, ...]
    body: Span

    def is_needed_at(self, place: int) -> bool:
        """Whether a passage that begins at `place` is part of the list, without its lead-in."""
        return self.body.start < place < self.body.end


def _leads_that_fit(
    source: str, blocks: Sequence[Block], count_tokens: Callable[[str], int], most: int
) -> tuple[list[_Lead], int]:
    """The lead-ins and headers of at most `most` tokens, and the tokens of the longest of them."""
    fitting: list[_Lead] = []
    longest = 0
    for lead in _leads(source, blocks):
        tokens = count_tokens(join(source, lead.head))
        if tokens <= most:
            fitting.append(lead)
            longest = max(longest, tokens)
    return fitting, longest


def _leads(source: str, blocks: Sequence[Block]) -> Iterator[_Lead]:
    """A list's lead-in is the sentence before its items, a table's header its first row."""
    for role, group in groupby(enumerate(blocks), key=lambda pair: pair[1].role):
        members = list(group)
        first, last = members[0][1], members[-1][1]
        if role is Role.ROW:
            if len(members) > 1:
                head = first.spans
                following = members[1][1].spans[0].start
                end = _break_between(source, head[-1].end, following)
                yield _Lead((*head, *end), Span(following - 1, last.spans[-1].end))
        elif role is Role.ITEM and members[0][0]:
            before = blocks[members[0][0] - 1]
            words = join(source, before.spans)
            if before.role is Role.TEXT and _LEADS_IN.search(words):
                sentence = sentences(words)[-1]
                head = locate(before.spans, sentence.start, sentence.end)
                following = first.spans[0].start
                end = _break_between(source, head[-1].end, following)
                yield _Lead((*head, *end), Span(following - 1, last.spans[-1].end))


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
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        spans.extend(block.spans)
        if following is not None:
            spans.extend(_break_between(source, block.spans[-1].end, following.spans[0].start))
    return _merged(spans)


def _break_between(source: str, end: int, start: int) -> tuple[Span, ...]:
    """The first line end between two blocks, or else the white space behind the first, if any."""
    gap = source[end:start]
    at = min((gap.index(sign) for sign in "\r\n" if sign in gap), default=0)
    return (Span(end + at, end + at + 1),) if gap[at : at + 1].isspace() else ()


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
