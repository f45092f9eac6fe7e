"""Which headings begin an article of their own, on a page that holds several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.headings import IN_TEXT, Line, tidy
from ingest.press import is_headline
from ingest.types import READ, Role

_NEIGHBOUR = 5
"""The kind that nests a heading under an article that the page set on the same level."""

_ASIDE = frozenset({Role.MARKUP, Role.CAPTION, Role.PAGE_NUMBER, Role.RUNNING_HEAD})
_NEWS_LEAD = re.compile(r".{0,12}?(?:近日|日前|\d月\d|\d日|昨日|今日|记者|获悉|消息)")
_HEADLINE_LINES = 3


def find_articles(lines: Sequence[Line]) -> None:
    """Set `opens_article` on the headings that begin an article of their own.

    A heading does where a byline or a dateline (本报讯) follows it, or where the text before it was
    signed off. On a page with such articles, another heading of their level that opens like news
    is one too; one that does not belongs to the article before it. Headings on the level of the
    document's own title, with text in between, begin articles on any page.
    """
    if not any(line.block.role is Role.HEADING and line.block.level for line in lines):
        _raise_headlines(lines)
    shown = [line for line in lines if line.block.role not in _ASIDE]
    main: int | None = None
    level_of_articles = 0
    signed = read = False
    for number, line in enumerate(shown):
        if line.rank is None:
            signed = line.block.role is Role.BYLINE and read
            read |= line.block.role in READ
            continue
        level = line.block.level
        if main is None:
            main = level
        elif line.block.role is Role.HEADING and level and line.kind is None:
            following = shown[number + 1] if number + 1 < len(shown) else None
            opens = following is not None and following.block.role is Role.BYLINE
            if following is not None and level <= level_of_articles:
                opens |= bool(_NEWS_LEAD.match(following.words))
            if opens or signed or (level <= main and read):
                line.opens_article = True
                line.block = replace(line.block, role=Role.TITLE)
                level_of_articles = max(level, level_of_articles)
            elif level in {level_of_articles, main}:
                line.rank = (level, _NEIGHBOUR)
        signed = False
        read = line.block.role in READ


def _raise_headlines(lines: Sequence[Line]) -> None:
    """On a page without formatted headings, make headings of the headlines that open articles."""
    shown = [line for line in lines if line.block.role not in _ASIDE]
    read = False
    for number, line in enumerate(shown):
        if line.block.role is Role.TEXT and read and is_headline(line.words):
            last = number
            while (
                last + 1 < min(len(shown), number + _HEADLINE_LINES)
                and shown[last + 1].block.role is Role.TEXT
                and is_headline(shown[last + 1].words)
            ):
                last += 1
            following = shown[last + 1] if last + 1 < len(shown) else None
            before = shown[number - 1].block.role is Role.BYLINE
            if following is not None and (
                following.block.role is Role.BYLINE or (before and following.block.role in READ)
            ):
                _raise(shown[number : last + 1])
                read = False
                continue
        read |= line.block.role in READ


def _raise(headline: Sequence[Line]) -> None:
    """Make one title of the lines of a headline."""
    for line in headline:
        line.block = replace(line.block, role=Role.TITLE)
    headline[0].rank, headline[0].opens_article = (IN_TEXT, 0), True
    headline[0].title = tidy(" ".join(line.words for line in headline))
