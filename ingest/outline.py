"""The outline of a document: which blocks are headings, and what stands under each.

A heading has a rank, a pair that compares as the headings nest: the level of the format (1 to 6
for # and h1 to h6; `_IN_TEXT` for headings that only their number tells) and the kind of number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ingest.marks import Kind, Mark, mark
from ingest.types import READ, Block, Role, Section, Source, Span, join

_IN_TEXT = 7
_NEIGHBOUR = 5
"""The kind that nests a heading under an article that the page set on the same level."""

_HEADING_LENGTH = 60
_RUN_IN_LENGTH = 42
_TITLE_LENGTH = 80
_TITLE_WITHIN = 8

_STOP_INSIDE = re.compile("[。；！？!?;]")
_ENDS_OPEN = re.compile(r"[，、；。！？,;]\Z")
_RUN_IN = re.compile(r"[^。；！？\s]{2,40}?(?:。|[ \t\u3000]+)(?=\S)")
_SENTENCE_HEADING = re.compile(r"[^。；！？]{2,40}。\Z")
_REFERENCE = re.compile(r"(?:规定|的|第|款|中|所|、|至|和|或|及|与|以|，|。|；|修改|删去)")
_HEADED_ARTICLE = re.compile(r"\s*【[^】]{1,30}】")
_APPENDIX = re.compile(r"附\s?(?:件|录|表)\s?[0-9一二三四五六七八九十]{0,3}\Z")
_DOCUMENT_KIND = re.compile(
    r"(?:通知|意见|办法|方案|规定|条例|报告|公告|决定|决议|通告|通报|函|批复|规划|计划|纲要|细则|要点"
    r"|措施|指南|解读|若干政策|政策|规则|章程|宣言|讲话|公报|命令|令|议案|纪要|标准|规范|法)"
    r"(?:\s?[（(][^（()）]{1,12}[)）])*\Z"
)
_NUMBER = re.compile(r"[〔\[［(（【]\s?(?:19|20)\d\d\s?[〕\]］)）】]\s?(?:第\s?)?\d+\s?号")
_NEWS_LEAD = re.compile(r".{0,12}?(?:近日|日前|\d月\d|\d日|昨日|今日|记者|获悉|消息)")
_LONE_PAIR = re.compile(r"(?<![一-龥])([一-龥])\s+([一-龥])(?![一-龥])")


@dataclass(slots=True)
class _Entry:
    """A block, and what it is as a heading: rank and words, or neither."""

    block: Block
    rank: tuple[int, int] | None = None
    words: str = ""
    kind: Kind | None = None
    article: bool = False


def outline(source: Source, name: str) -> tuple[str, tuple[Section, ...]]:
    """The title and the sections of a repaired source; `name` is the title where it has none.

    Each block stands in one section, in order; a heading's block is its section's first.
    """
    entries = [_Entry(block) for block in source.blocks]
    title = _find_title(source.text, entries) or name
    _find_headings(source.text, entries)
    _drop_hollow(entries)
    _find_articles(source.text, entries)
    return title, tuple(_sections(source.text, title, entries))


def heading_text(words: str) -> str:
    """A heading as a path shows it: one line, 总　则 closed up, no full stop at its end."""
    return _LONE_PAIR.sub(r"\1\2", " ".join(words.split())).rstrip("。：:")


def _find_title(text: str, entries: Sequence[_Entry]) -> str:
    """The title's words; its entries become headings of rank (0, 0) where the format named none."""
    formatted = next((e for e in entries if e.block.role in {Role.HEADING, Role.TITLE}), None)
    if formatted is not None:
        words = join(text, formatted.block.spans)
        if not mark(words) and (formatted.block.level <= 1 or _is_first(entries, formatted)):
            formatted.block = replace(formatted.block, role=Role.TITLE)
            formatted.rank = (0, 0)
            formatted.words = heading_text(words)
            return formatted.words
    return _title_of_text(text, entries)


def _is_first(entries: Sequence[_Entry], formatted: _Entry) -> bool:
    for entry in entries:
        if entry is formatted:
            return True
        if entry.block.role in READ:
            return False
    return False


def _title_of_text(text: str, entries: Sequence[_Entry]) -> str:
    """The title of a text without format: its first line that reads like one."""
    first: list[_Entry] = []
    for entry in entries:
        if entry.block.role is Role.TEXT:
            words = join(text, entry.block.spans)
            if len(words) > _TITLE_LENGTH or mark(words) or _ENDS_OPEN.search(words):
                break
            first.append(entry)
        elif entry.block.role is Role.HEADING:
            break
        if len(first) == _TITLE_WITHIN:
            break
    candidates = [e for e in first if not _NUMBER.search(join(text, e.block.spans))]
    chosen = next(
        (e for e in candidates if _DOCUMENT_KIND.search(join(text, e.block.spans))),
        next(
            (e for e in candidates[:1] if not join(text, e.block.spans).endswith(("：", ":"))), None
        ),
    )
    if chosen is None:
        return ""
    lines = [chosen]
    if join(text, chosen.block.spans).startswith("关于") and chosen is not entries[0]:
        before = entries[entries.index(chosen) - 1]
        if before in candidates and not _DOCUMENT_KIND.search(join(text, before.block.spans)):
            lines = [before, chosen]
    spans = tuple(span for line in lines for span in line.block.spans)
    words = heading_text(join(text, spans))
    for line in lines[1:]:
        line.block = replace(line.block, role=Role.TITLE)
    lines[0].block = replace(lines[0].block, role=Role.TITLE)
    lines[0].rank, lines[0].words = (0, 0), words
    return words


def _find_headings(text: str, entries: Sequence[_Entry]) -> None:
    """Give each heading its rank and words, and each numbered item its role."""
    article = 0
    for entry in entries:
        if entry.rank is not None or entry.block.role not in {Role.HEADING, Role.TEXT}:
            continue
        words = join(text, entry.block.spans).strip()
        found = mark(words)
        if entry.block.role is Role.HEADING:
            rank = (entry.block.level, int(found.kind) if found else 0)
            _make_heading(entry, rank, words, found.kind if found else None)
            article = 0
        elif found is not None:
            article = _read_marked(entry, words, found, article)
        elif _APPENDIX.match(words):
            _make_heading(entry, (_IN_TEXT, 0), words)
            article = 0


def _read_marked(entry: _Entry, words: str, found: Mark, article: int) -> int:
    """Read a text that begins with a number; `article` is the number of the open 第…条, or 0.

    Gives the number of the article that is open behind it.
    """
    if found.kind is Kind.ARTICLE:
        if not _starts_article(words, found, article):
            return article
        _make_article(entry, words, found)
        return found.number
    if found.kind < Kind.ARTICLE:
        if not _is_line_heading(words) or "，" in words:
            return article
        _make_heading(entry, (_IN_TEXT, int(found.kind)), words, found.kind)
        return 0
    if article:
        entry.block = replace(entry.block, role=Role.ITEM)
    else:
        _read_numbered(entry, words, found)
    return article


def _make_article(entry: _Entry, words: str, found: Mark) -> None:
    """第…条 heads its paragraph and stays in its text, as the words after it do."""
    headed = _HEADED_ARTICLE.match(words, found.end)
    entry.rank, entry.kind = (_IN_TEXT, int(Kind.ARTICLE)), Kind.ARTICLE
    entry.words = heading_text(words[: headed.end() if headed else found.end])


def _make_heading(
    entry: _Entry, rank: tuple[int, int], words: str, kind: Kind | None = None
) -> None:
    entry.block = replace(entry.block, role=Role.HEADING)
    entry.rank, entry.words, entry.kind = rank, heading_text(words), kind


def _starts_article(words: str, found: Mark, last: int) -> bool:
    """Whether 第…条 starts an article of a law rather than referring to one."""
    if found.spaced:
        return not _REFERENCE.match(words[found.end :].lstrip()[:2]) or found.number == last + 1
    return found.number == last + 1 and not _REFERENCE.match(words, found.end)


def _is_line_heading(words: str) -> bool:
    return (
        len(words) <= _HEADING_LENGTH
        and not _STOP_INSIDE.search(words)
        and not _ENDS_OPEN.search(words)
    )


def _read_numbered(entry: _Entry, words: str, found: Mark) -> None:
    """一、（一）1.（1）①: a line of its own, a sentence that heads its paragraph, or an item."""
    rank = (_IN_TEXT, int(found.kind))
    if _is_line_heading(words):
        _make_heading(entry, rank, words, found.kind)
        return
    run_in = _RUN_IN.match(words, found.end) or _SENTENCE_HEADING.match(words, found.end)
    if run_in and found.kind < Kind.DIGIT_BRACKET and run_in.end() <= _RUN_IN_LENGTH:
        # The sentence stays in the text: it may be what an answer quotes.
        entry.rank, entry.kind = rank, found.kind
        entry.words = heading_text(words[: run_in.end()])
    else:
        entry.block = replace(entry.block, role=Role.ITEM)


def _drop_hollow(entries: Sequence[_Entry]) -> None:
    """Make items of numbered lines that nothing stands under: tables of contents, short lists."""
    for number, entry in enumerate(entries):
        if entry.rank is None or entry.rank[0] != _IN_TEXT or entry.block.role is not Role.HEADING:
            continue
        if not _has_body(entries, number):
            entry.block = replace(entry.block, role=Role.ITEM)
            entry.rank, entry.words, entry.kind = None, "", None


def _has_body(entries: Sequence[_Entry], number: int) -> bool:
    """Whether text stands under the heading, directly or under a heading below it."""
    rank = entries[number].rank
    for entry in entries[number + 1 :]:
        if entry.rank is not None and rank is not None and entry.rank <= rank:
            return False
        if entry.block.role in READ:
            return True
    return False


def _find_articles(text: str, entries: Sequence[_Entry]) -> None:
    """Mark the headings that begin an article of their own, on a page that holds several.

    A heading does where a byline or a dateline (本报讯) follows it, or where the text before it was
    signed off. Other headings of the same level then belong to the article before them, unless
    they too open like news.
    """
    main: int | None = None
    articles: int | None = None
    previous: _Entry | None = None
    for number, entry in enumerate(entries):
        if entry.rank is None:
            if entry.block.role is not Role.MARKUP:
                previous = entry
            continue
        signed = previous is not None and previous.block.role is Role.BYLINE
        level = entry.block.level
        if main is None:
            main = level
        elif entry.block.role is Role.HEADING and level and entry.kind is None:
            following = [e for e in entries[number + 1 :][:8] if e.block.role is not Role.MARKUP]
            opens = bool(following) and following[0].block.role in {Role.BYLINE, Role.CAPTION}
            if articles is not None and level <= articles and following:
                opens |= bool(_NEWS_LEAD.match(join(text, following[0].block.spans)))
            after_title = previous is None or previous.rank is not None
            if (level <= main and not after_title) or signed or opens:
                entry.article = True
                entry.block = replace(entry.block, role=Role.TITLE)
                articles = max(level, articles or 0)
            elif articles == level or level <= main:
                entry.rank = (level, _NEIGHBOUR)
        previous = entry


def _sections(text: str, title: str, entries: Iterable[_Entry]) -> Iterable[Section]:
    """The sections, in order; `stack` holds the open headings from the article's title down."""
    stack: list[tuple[tuple[int, int], str]] = []
    blocks: list[Block] = []
    head: tuple[str, int, tuple[str, ...]] = (title, 0, (title,))
    for entry in entries:
        if entry.rank is not None:
            signs = _signs_before(text, blocks, entry.block)
            if blocks:
                yield _section(head, blocks)
            blocks = signs
            if entry.article or not stack:
                stack.clear()
            while len(stack) > 1 and stack[-1][0] >= entry.rank:
                stack.pop()
            if not stack and not entry.article and entry.rank != (0, 0):
                stack.append(((0, 0), title))
            stack.append((entry.rank, entry.words))
            head = (entry.words, len(stack), tuple(words for _, words in stack))
        blocks.append(entry.block)
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
    start = next((b.spans[0].start for b in blocks if b.role is not Role.MARKUP), None)
    if start is None:
        start = blocks[0].spans[0].start
    end = max(span.end for block in blocks for span in block.spans)
    return Section(heading, level, path, Span(start, end), tuple(blocks))
