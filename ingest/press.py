"""How newspapers and official pages mark what is not their running text.

Each function looks at the words of one line or paragraph alone, without knowing the page.
"""

from __future__ import annotations

import re

from ingest.marks import mark
from ingest.types import Role

_CAPTION = re.compile(
    r"(?:图为|图\s?[一二三四五六七八九十0-9①-⑨]{1,3}\s?[：:为是 \u3000]"
    r"|[上下左右本题]图(?:为|是|：|:|\s)|图片(?:：|:|说明)|[▲△▼▽◀▶◄►↑↓←→]|Photo:|Figure \d)"
)
_CREDIT = re.compile(
    r"(?:[\s\u3000]\S{1,6}摄影?|供图|制图|资料图片?|图片来源.{0,20})[)）]?[。.]?\Z"
)
_CAPTION_LENGTH = 150

_WRITERS = (
    r"(?:本报|本刊|本网|新华社|人民日报|特约|实习|见习|首席|全媒体)*"
    r"(?:记者|通讯员|评论员|撰稿人?|作者|编辑|责编|责任编辑|编审|校对|美编|版式|摄影|文|图)"
)
_BYLINE = re.compile(
    rf"[□■●○◎◆◇★☆（(【\[—\-]*\s*(?:{_WRITERS}\s*[/／：:丨|\s\u3000]|来源\s*[：:丨|]"
    r"|(?:发布|发文|更新)?(?:时间|日期)\s*[：:]\s*(?:19|20)\d\d[-/.年].*(?:来源|浏览|阅读|字体|字号|打印)"
    r"|记者\S{2,4}\Z|(?:本报|本刊|新华社)记者|By [A-Z][a-z]+ [A-Z])"
)
_BYLINE_LENGTH = 60

_DATELINE = re.compile(
    r"[（(【]?(?:(?:本报|本刊|本网)(?:综合)?(?:讯|电|消息|\S{2,6}\d{1,2}月\d{1,2}日(?:讯|电))"
    r"|(?:新华社|中新社|中新网|人民网)\S{0,8}\d{1,2}月\d{1,2}日(?:讯|电|消息)?)[】）)]?"
    r"(?:\s*[（(](?:本报|见习|实习)*(?:记者|通讯员)[^（()）]{1,30}[)）])?"
)
_SIGN_OFF = re.compile(r"\s*[（(【][^（()）。，；]{1,16}[)）】]\Z")
_TURN = re.compile(
    r"[（(【［\[]?\s?(?:上接|下转|紧接|转)第?\s?[一二三四五六七八九十A-Z0-9]{1,4}\s?版[^。，；]{0,12}[)）】］\]]?"
)

_PAGE_NUMBER = re.compile(
    r"(?:[-—–－·•]{1,2}\s?\d{1,4}\s?[-—–－·•]{1,2}"
    r"|第\s?\d{1,4}\s?页(?:[\s/，,]*共\s?\d{1,4}\s?页)?|\d{1,4}\s?/\s?\d{1,4}"
    r"|Page \d+(?: of \d+)?)\Z"
)
_RUNNING_HEAD = re.compile(
    r"(?:第?[A-Z]?\d{0,2}版?[：:\s]*)?(?:19|20)\d\d\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日\s*"
    r"(?:星期|周)[一二三四五六日天]"
)
_LINE_LENGTH = 45

_STOPS = re.compile(r"[。；！？;]|[，,、：:]\Z|[.!?]\Z")


def role_of(words: str) -> Role | None:
    """What a whole line is beside running text, told by its words; None where it may be text."""
    role = None
    if len(words) <= _CAPTION_LENGTH and (_CAPTION.match(words) or _CREDIT.search(words)):
        role = Role.CAPTION
    elif len(words) > _BYLINE_LENGTH:
        role = None
    elif _PAGE_NUMBER.match(words):
        role = Role.PAGE_NUMBER
    elif _TURN.fullmatch(words) or (len(words) <= _LINE_LENGTH and _RUNNING_HEAD.match(words)):
        role = Role.RUNNING_HEAD
    elif _BYLINE.match(words) and not re.search("[。，；]", words):
        role = Role.BYLINE
    return role


def dateline(words: str) -> int:
    """How many characters the dateline (本报讯, 新华社北京5月6日电) before a text takes, or 0."""
    found = _DATELINE.match(words)
    return found.end() if found else 0


def sign_off(words: str) -> int | None:
    """Where the writer's name in brackets behind a text begins, or None: …。(川讯)."""
    found = _SIGN_OFF.search(words)
    if found and (found.start() == 0 or words[found.start() - 1] in "。！？”…"):
        return found.start()
    return None


def turn(words: str) -> tuple[int, int] | None:
    """The range of a note that sends the reader to another page, (下转第三版), at either end."""
    for found in _TURN.finditer(words):
        if found.group()[0] in "（(【［[" and (found.start() == 0 or found.end() == len(words)):
            return found.span()
    return None


def is_headline(words: str) -> bool:
    """Whether a line may be a headline: short, without a stop, without a number before it."""
    return (
        1 < len(words) <= _LINE_LENGTH
        and not _STOPS.search(words)
        and not words.isnumeric()
        and mark(words) is None
        and role_of(words) is None
        and not dateline(words)
    )
