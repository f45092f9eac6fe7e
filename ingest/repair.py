"""Repair of pages: what belongs to the running text, and where its sentences go on.

A column or a page ends in mid-sentence; a picture's caption, a byline or a pull quote stands where
the sentence goes on. Nothing is rewritten: blocks get their roles, and a broken sentence becomes
one block of several spans.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from ingest.limit import look_at_clock
from ingest.marks import mark
from ingest.press import dateline, is_headline, role_of, sign_off, turn
from ingest.types import Block, Role, Source, Span, join

_INNER_STOP = re.compile("[，。！？；]|[,.;] ")
_ENDED = re.compile(r"(?:[。！？；：…!?;:]|[^\d]\.|—)[”’」』）》】)\]\"']*\Z|[）)】\]]\Z")
_FULL_STOP = re.compile("[。！？；]")
_ENUMERATION = re.compile(
    r"[一二三四五六七八九十]{1,2}是|首先|其次|再次|最后|第[一二三四五六七八九十]，"
)

_OPENERS, _CLOSERS = "（(【［[", "）)】］]"

_PULL_QUOTE_LENGTH = range(12, 160)
_PULL_QUOTE_LIKENESS = 0.85
_SHORTEST_MATCH = 3
_ANCHOR = 6
_LONGEST_PAGE = 200_000
_MOST_PARTS = 50
"""Parts that a sentence is broken into at most."""

_ASIDE = frozenset(
    {Role.CAPTION, Role.BYLINE, Role.PULL_QUOTE, Role.PAGE_NUMBER, Role.RUNNING_HEAD, Role.MARKUP}
)
"""What a sentence that a page broke may continue behind."""


def repair(source: Source) -> Source:
    """The same source with captions, bylines and pull quotes told from text, and sentences joined.

    Pull quotes are looked for only where a page shows that it is one of a newspaper: by a byline,
    a dateline (本报讯) or a caption.
    """
    blocks = [part for block in source.blocks for part in _classified(source.text, block)]
    if any(block.role in {Role.BYLINE, Role.CAPTION} for block in blocks):
        blocks = _signed_off(source.text, blocks)
        blocks = _without_pull_quotes(source.text, blocks)
    return replace(source, blocks=tuple(_joined(source.text, blocks)))


def _classified(text: str, block: Block) -> list[Block]:
    """`block` as caption, byline or text; a dateline before its text is a byline of its own."""
    look_at_clock()
    if block.role not in {Role.TEXT, Role.HEADING}:
        return [block]
    words = join(text, block.spans)
    role = role_of(words.strip())
    if role or block.role is Role.HEADING:
        return [replace(block, role=role or block.role)]
    if length := dateline(words):
        return _cut(block, length, Role.BYLINE, Role.TEXT)
    note = turn(words) if words[0] in _OPENERS or words[-1] in _CLOSERS else None
    if note is not None and note[0] == 0:
        return _cut(block, note[1], Role.RUNNING_HEAD, Role.TEXT)
    return _cut(block, note[0], Role.TEXT, Role.RUNNING_HEAD) if note else [block]


def _signed_off(text: str, blocks: list[Block]) -> list[Block]:
    """`blocks` with the writer's short name in brackets, at an article's end, made a byline."""
    signed: list[Block] = []
    for number, block in enumerate(blocks):
        start = sign_off(join(text, block.spans)) if block.role is Role.TEXT else None
        if start is not None and _ends_article(text, blocks[number + 1 :]):
            signed.extend(_cut(block, start, Role.TEXT, Role.BYLINE))
        else:
            signed.append(block)
    return signed


def _ends_article(text: str, following: Sequence[Block]) -> bool:
    """Whether nothing, a heading or a headline comes next."""
    after = next((block for block in following if block.role not in _ASIDE), None)
    return (
        after is None
        or after.role is Role.HEADING
        or (after.role is Role.TEXT and is_headline(join(text, after.spans)))
    )


def _cut(block: Block, at: int, before: Role, after: Role) -> list[Block]:
    """`block` cut in two behind its first `at` characters."""
    first: list[Span] = []
    second: list[Span] = []
    offset = 0
    for span in block.spans:
        middle = min(max(span.start, span.start + at - offset), span.end)
        if span.start < middle:
            first.append(Span(span.start, middle))
        if middle < span.end:
            second.append(Span(middle, span.end))
        offset += len(span)
    return [
        replace(block, role=role, spans=tuple(spans))
        for role, spans in ((before, first), (after, second))
        if spans
    ]


def _without_pull_quotes(text: str, blocks: list[Block]) -> list[Block]:
    """`blocks` in which a short text that another text of the page repeats is a pull quote."""
    texts = [join(text, block.spans).strip() if block.role is Role.TEXT else "" for block in blocks]
    if sum(map(len, texts)) > _LONGEST_PAGE:
        return blocks
    told: list[Block] = []
    for number, block in enumerate(blocks):
        look_at_clock()
        words = texts[number]
        # Without separators, since what it repeats may itself be broken by a column's end.
        others = "".join(texts[:number]) + "".join(texts[number + 1 :])
        # What a page begins with is a headline, which a dateline often repeats.
        if number and _is_pull_quote(words, others) and texts.count(words) == 1:
            told.append(replace(block, role=Role.PULL_QUOTE))
            # What repeats a pull quote is not one too: something must be left to read.
            texts[number] = ""
        else:
            told.append(block)
    return told


def _is_pull_quote(words: str, others: str) -> bool:
    """Whether `others` holds the clauses of `words` in their order and nearly to the letter."""
    if len(words) not in _PULL_QUOTE_LENGTH or mark(words) or _ENUMERATION.match(words):
        return False
    if not _ENDED.search(words) and not _INNER_STOP.search(words):
        return False
    bare = words.rstrip("。！？；!?;.")
    seen: set[int] = set()
    for offset in range(0, len(bare) - _ANCHOR + 1, _ANCHOR):
        place = others.find(bare[offset : offset + _ANCHOR])
        while place >= 0:
            start = max(0, place - 2 * len(bare))
            if not any(abs(start - other) < len(bare) for other in seen):
                seen.add(start)
                if _likeness(bare, others[start : place + 4 * len(bare)]) >= _PULL_QUOTE_LIKENESS:
                    return True
            place = others.find(bare[offset : offset + _ANCHOR], place + 1)
    return False


def _likeness(quote: str, window: str) -> float:
    """The share of `quote` that stands in `window` in the same order, in runs of 3 and more."""
    matches = SequenceMatcher(None, quote, window, autojunk=False).get_matching_blocks()
    return sum(match.size for match in matches if match.size >= _SHORTEST_MATCH) / len(quote)


def _joined(text: str, blocks: Sequence[Block]) -> list[Block]:
    """`blocks` with each sentence that goes on in a later block made one block."""
    result: list[Block] = []
    open_at: int | None = None
    for block in blocks:
        look_at_clock()
        first = result[open_at] if open_at is not None and block.role is Role.TEXT else None
        if open_at is not None and first and _goes_on(text, result, first, block):
            first = replace(first, spans=_glued(text, first.spans, block.spans))
            result[open_at] = first
            ended = len(first.spans) >= _MOST_PARTS or _is_whole(text, first)
            open_at = None if ended else open_at
            continue
        result.append(block)
        if block.role not in _ASIDE:
            readable = block.role in {Role.TEXT, Role.ITEM} and not _is_whole(text, block)
            open_at = len(result) - 1 if readable else None
    return result


def _is_whole(text: str, block: Block) -> bool:
    """Whether the block ends as a sentence, a list's lead-in or a bracket does, or is a heading."""
    tail = text[max(block.spans[-1].start, block.spans[-1].end - 8) : block.spans[-1].end]
    if _ENDED.search(tail):
        return True
    words = join(text, block.spans)
    return mark(words) is not None and not _FULL_STOP.search(words)


def _goes_on(text: str, before: Sequence[Block], first: Block, second: Block) -> bool:
    """Whether `second` continues the sentence that `first` leaves open.

    `before` is everything up to `second`: behind a dateline on its own line a text begins.
    """
    head, tail = join(text, first.spans), join(text, second.spans)
    if mark(tail) or _ENUMERATION.match(tail):
        return False
    if before[-1].role is Role.BYLINE and not _breaks_line(text, before[-1], second):
        return False
    if _is_latin(head[-1]) and _is_latin(tail[0]) and not (head[-1] + tail[0]).isdecimal():
        return tail[0].islower() or head[-1] == ","
    return bool(_INNER_STOP.search(head) and _INNER_STOP.search(tail))


def _breaks_line(text: str, first: Block, second: Block) -> bool:
    gap = text[first.spans[-1].end : second.spans[0].start]
    return "\n" in gap or "\r" in gap


def _glued(text: str, first: tuple[Span, ...], second: tuple[Span, ...]) -> tuple[Span, ...]:
    """The spans of both; between Latin words one white space of the source stays."""
    end, start = first[-1].end, second[0].start
    figure = (text[end - 1] + text[start]).isdecimal()
    latin = _is_latin(text[end - 1]) and _is_latin(text[start])
    if latin and not figure and text[end].isspace():
        return (*first[:-1], Span(first[-1].start, end + 1), *second)
    return (*first, *second)


def _is_latin(sign: str) -> bool:
    return sign.isascii() and not sign.isspace()
