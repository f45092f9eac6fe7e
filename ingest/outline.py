"""The outline of a document: its title, and its sections with what stands under each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.articles import find_articles
from ingest.headings import Line, find_headings
from ingest.limit import look_at_clock
from ingest.titles import find_title
from ingest.types import Block, Role, Section, Source, Span, join


def outline(source: Source, name: str) -> tuple[str, tuple[Section, ...]]:
    """The title and the sections of a repaired source; `name` is the title where it has none.

    Each block stands in one section, in order; a heading's block is its section's first, but for
    the signs (#) before it.
    """
    lines = [Line(block, join(source.text, block.spans).strip()) for block in source.blocks]
    title = find_title(lines, source.title) or source.title or name
    find_headings(lines)
    find_articles(lines)
    return title, tuple(_sections(source.text, title, lines))


def _sections(text: str, title: str, lines: Sequence[Line]) -> Iterator[Section]:
    """The sections, in order; `stack` holds the open headings from the article's title down."""
    stack: list[tuple[tuple[int, int], str]] = []
    blocks: list[Block] = []
    head: tuple[str, int, tuple[str, ...]] = (title, 0, (title,))
    for line in lines:
        look_at_clock()
        if line.rank is not None:
            signs = _signs_before(text, blocks, line.block)
            if blocks:
                yield _section(head, blocks)
            blocks = signs
            if line.opens_article:
                stack.clear()
            elif not stack and line.rank != (0, 0):
                stack.append(((0, 0), title))
            while len(stack) > 1 and stack[-1][0] >= line.rank:
                stack.pop()
            stack.append((line.rank, line.title))
            head = (line.title, len(stack), tuple(words for _, words in stack))
        blocks.append(line.block)
    if blocks:
        yield _section(head, blocks)


def _signs_before(text: str, blocks: list[Block], heading: Block) -> list[Block]:
    """Take from the end of `blocks` the signs on the heading's own line, such as its #."""
    at = len(blocks)
    while at and blocks[at - 1].role is Role.MARKUP:
        gap = text[blocks[at - 1].spans[-1].end : heading.spans[0].start]
        if "\n" in gap or "\r" in gap:
            break
        at -= 1
    signs = blocks[at:]
    del blocks[at:]
    return signs


def _section(head: tuple[str, int, tuple[str, ...]], blocks: list[Block]) -> Section:
    heading, level, path = head
    first = next((block for block in blocks if block.role is not Role.MARKUP), blocks[0])
    end = max(span.end for block in blocks for span in block.spans)
    return Section(heading, level, path, Span(first.spans[0].start, end), tuple(blocks))
