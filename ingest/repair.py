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

from ingest.marks import mark
from ingest.types import Block, Role, Source, Span, join

_CAPTION = re.compile(
    r"(?:图为|图\s?[一二三四五六七八九十0-9①-⑨]{1,3}\s?[：:为是 \u3000]"
    r"|[上下左右本题]图(?:为|是|：|:|\s)|图片(?:：|:|说明)|[▲△▼▽◀▶◄►↑↓←→]|Photo:|Figure \d)"
)
_CREDIT = re.compile(r"(?:摄影?|供图|制图|资料图片?|图片来源.{0,20})[)）]?[。.]?\Z")
_CAPTION_LENGTH = 150

_WRITERS = (
    r"(?:本报|本刊|本网|新华社|人民日报|特约|实习|见习|首席|全媒体)*"
    r"(?:记者|通讯员|评论员|撰稿人?|作者|编辑|责编|责任编辑|编审|校对|美编|版式|摄影|文|图)"
)
_BYLINE = re.compile(
    rf"[□■●○◎◆◇★☆（(【\[—\-]*\s*(?:{_WRITERS}\s*[/／：:丨|\s\u3000]|来源\s*[：:丨|]|记者\S{{2,4}}\Z"
    r"|(?:本报|本刊|新华社)记者|By [A-Z])"
)
_BYLINE_LENGTH = 60

_DATELINE = re.compile(
    r"[（(【]?(?:(?:本报|本刊|本网)(?:讯|电|消息|\S{2,6}\d{1,2}月\d{1,2}日(?:讯|电))"
    r"|(?:新华社|中新社|中新网|人民网)\S{0,8}\d{1,2}月\d{1,2}日(?:讯|电|消息)?)[】）)]?"
    r"(?:\s*[（(](?:本报|见习|实习)*(?:记者|通讯员)[^（()）]{1,30}[)）])?"
)
_SIGN_OFF = re.compile(r"\s*[（(][^（()）。，；]{1,16}[)）]\Z")

_INNER_STOP = re.compile("[，。！？；]|[,.;] ")
_ENDED = re.compile(r"(?:[。！？；：…!?;:]|[^\d]\.|—)[”’」』）》】)\]\"']*\Z|[）)】\]]\Z")
_ENUMERATION = re.compile(
    r"[一二三四五六七八九十]{1,2}是|首先|其次|再次|最后|第[一二三四五六七八九十]，"
)

_PULL_QUOTE_LENGTH = range(12, 160)
_PULL_QUOTE_LIKENESS = 0.85
_SHORTEST_MATCH = 3
_ANCHOR = 6
_LONGEST_PAGE = 200_000

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
    return Source(source.text, tuple(_joined(source.text, blocks)))


def _classified(text: str, block: Block) -> list[Block]:
    """`block` as caption, byline or text; a dateline before its text is a byline of its own."""
    if block.role is not Role.TEXT:
        return [block]
    words = join(text, block.spans)
    if len(words) <= _CAPTION_LENGTH and (_CAPTION.match(words) or _CREDIT.search(words)):
        return [replace(block, role=Role.CAPTION)]
    if len(words) <= _BYLINE_LENGTH and _BYLINE.match(words) and not re.search("[。，；]", words):
        return [replace(block, role=Role.BYLINE)]
    if found := _DATELINE.match(words):
        return _cut(block, found.end(), Role.BYLINE, Role.TEXT)
    return [block]


def _signed_off(text: str, blocks: list[Block]) -> list[Block]:
    """`blocks` with the writer's short name in brackets, at an article's end, made a byline."""
    signed: list[Block] = []
    for number, block in enumerate(blocks):
        following = next((b for b in blocks[number + 1 :] if b.role is not Role.MARKUP), None)
        last = following is None or following.role is Role.HEADING
        if block.role is Role.TEXT and last:
            words = join(text, block.spans)
            found = _SIGN_OFF.search(words)
            if found and (found.start() == 0 or _ENDED.search(words[: found.start()])):
                signed.extend(_cut(block, found.start(), Role.TEXT, Role.BYLINE))
                continue
        signed.append(block)
    return signed


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
    texts = [join(text, block.spans) if block.role is Role.TEXT else "" for block in blocks]
    if sum(map(len, texts)) > _LONGEST_PAGE:
        return blocks
    told: list[Block] = []
    for number, (block, words) in enumerate(zip(blocks, texts, strict=True)):
        # Without separators, since what it repeats may itself be broken by a column's end.
        others = "".join(texts[:number]) + "".join(texts[number + 1 :])
        if _is_pull_quote(words.strip(), others) and texts.count(words) == 1:
            told.append(replace(block, role=Role.PULL_QUOTE))
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
        if open_at is not None and block.role is Role.TEXT:
            first = result[open_at]
            if _goes_on(text, first, block):
                result[open_at] = replace(first, spans=_glued(text, first.spans, block.spans))
                if _is_whole(text, result[open_at]):
                    open_at = None
                continue
        if block.role not in _ASIDE:
            open_at = len(result) if block.role in {Role.TEXT, Role.ITEM} else None
            if open_at is not None and _is_whole(text, block):
                open_at = None
        result.append(block)
    return result


def _is_whole(text: str, block: Block) -> bool:
    """Whether the block ends as a sentence, a list's lead-in or a bracket does."""
    tail = text[max(block.spans[-1].start, block.spans[-1].end - 8) : block.spans[-1].end]
    return bool(_ENDED.search(tail))


def _goes_on(text: str, first: Block, second: Block) -> bool:
    """Whether `second` continues the sentence that `first` leaves open."""
    head, tail = join(text, first.spans), join(text, second.spans)
    if mark(tail) or _ENUMERATION.match(tail):
        return False
    if _is_latin(head[-1]) and _is_latin(tail[0]):
        return tail[0].islower() or head[-1] == ","
    return bool(_INNER_STOP.search(head) and _INNER_STOP.search(tail))


def _glued(text: str, first: tuple[Span, ...], second: tuple[Span, ...]) -> tuple[Span, ...]:
    """The spans of both; between Latin words one white space of the source stays."""
    end, start = first[-1].end, second[0].start
    if _is_latin(text[end - 1]) and _is_latin(text[start]) and text[end].isspace():
        return (*first[:-1], Span(first[-1].start, end + 1), *second)
    return (*first, *second)


def _is_latin(sign: str) -> bool:
    return sign.isascii() and not sign.isspace()
