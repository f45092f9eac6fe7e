"""HTML: headings, paragraphs, list items and table rows; menus are told from the page's own text.

Parsed with selectolax (the lexbor engine, MIT): it reads broken pages as browsers do and takes a
tenth of the time of a parser in Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.encoding import decode
from ingest.errors import UnreadableFile
from ingest.extract import Piece, assemble, collapse
from ingest.limit import check_tags, look_at_clock
from ingest.types import Role, Source

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-]+)", re.IGNORECASE)
_UNSEEN = frozenset(
    {
        *("script", "style", "noscript", "template", "head", "iframe", "object", "svg", "canvas"),
        *("audio", "video", "map", "math", "select", "option", "textarea", "button", "input"),
    }
)
_ASIDE = frozenset({"nav", "footer", "aside", "menu"})
_ASIDE_NAME = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|submenu|footer|foot|header|head|top|topbar|sidebar|side"
    r"|breadcrumbs?|crumbs?|location|position|share|related|recommend|pagination|pager|copyright|toolbar"
    r"|search|login|links?|friendlink|banner|ads?|advert|comments?|qrcode|skip)(?:$|[\s_-])",
    re.IGNORECASE,
)
_BREAKING = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd"),
        *("details", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "menu", "nav"),
        *("ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead"),
        *("tr", "ul"),
    }
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SITE = re.compile(r"\s*[_|｜\-–—]+\s*[^_|｜\-–—]{1,24}\Z")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NESTING = re.compile(
    r"<(/?)(?:div|span|section|article|table|ul|ol|dl|blockquote|center|form|font|a|b|i|u|em|strong"
    r"|small|big|code|svg|math|object|select|template|button|details|fieldset)\b",
    re.IGNORECASE,
)
_DEEPEST = 3000
_LONG_CELL = 400
_LONG_ASIDE = 1500
_LINKED_SHARE = 0.6
_LINKED_LENGTH = 200


@dataclass(slots=True)
class _Page:
    """What was read so far, and the paragraph that is open."""

    pieces: list[Piece] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    linked: int = 0

    def add(self, words: str, *, link: bool) -> None:
        """Add to the open paragraph."""
        self.text.append(words)
        if link:
            self.linked += len("".join(words.split()))

    def close(self, role: Role, level: int) -> None:
        """End the open paragraph; one that is mostly links is navigation."""
        words = collapse("".join(self.text)).strip()
        if words:
            links = self.linked > _LINKED_SHARE * len(words) and len(words) < _LINKED_LENGTH
            if role in {Role.TEXT, Role.ITEM} and links:
                role = Role.NAVIGATION
            self.pieces.append(Piece(words, role, level))
        self.text.clear()
        self.linked = 0


def html(data: bytes) -> Source:
    """The text of a page as a browser shows it, one block a paragraph.

    Scripts, styles and what is hidden are not part of the text; menus, footers and the like are, as
    `NAVIGATION`. Where the page has one `main` or `article`, all outside of it is navigation.
    """
    text = _decoded(data)
    check_tags(text.count("<"))
    _check_nesting(text)
    parser = LexborHTMLParser(text)
    body = parser.body
    if body is None:
        raise UnreadableFile("it holds no page")
    mains = parser.css("main, article, [role=main]")
    outermost = [node for node in mains if not _has_ancestor_in(node, mains)]
    main = outermost[0] if len(outermost) == 1 and _is_long(outermost[0]) else None
    page = _Page()
    _walk(body, main, page)
    return assemble(page.pieces, _title(parser))


def _check_nesting(text: str) -> None:
    """Refuse a page nested so deeply that parsing, quadratic in the depth, would take minutes."""
    depth = 0
    for tag in _NESTING.finditer(text):
        depth += -1 if tag[1] else 1
        if depth > _DEEPEST:
            raise UnreadableFile("its parts are nested too deeply")


def _decoded(data: bytes) -> str:
    """The page's characters: by byte order mark, its own declaration, or as `decode` guesses."""
    declared = _CHARSET.search(data[:4096])
    if declared and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        name = declared[1].decode("ascii").lower()
        # Pages in GBK often say GB2312, which is a part of GB18030 as GBK is.
        name = "gb18030" if name in {"gb2312", "gbk", "gb_2312-80"} else name
        try:
            return data.decode(name)
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data)


def _has_ancestor_in(node: LexborNode, nodes: list[LexborNode]) -> bool:
    ids = {other.mem_id for other in nodes}
    parent = node.parent
    while parent is not None:
        if parent.mem_id in ids:
            return True
        parent = parent.parent
    return False


def _is_long(node: LexborNode) -> bool:
    return len(collapse(node.text())) > _LINKED_LENGTH


@dataclass(frozen=True, slots=True)
class _Context:
    """What text right in an element is."""

    role: Role = Role.TEXT
    level: int = 0
    link: bool = False
    breaking: bool = True


def _walk(body: LexborNode, main: LexborNode | None, page: _Page) -> None:
    """Read the tree without recursion: pages nest as deeply as their makers like."""
    contexts = [_Context(Role.TEXT if main is None else Role.NAVIGATION)]
    stack: list[LexborNode | None] = [body]
    while stack:
        look_at_clock()
        node = stack.pop()
        context = contexts[-1]
        if node is None:
            contexts.pop()
            if context.breaking:
                page.close(context.role, context.level)
            continue
        if node.is_text_node:
            page.add(node.text_content or "", link=context.link)
            continue
        tag = node.tag or ""
        if not node.is_element_node or tag in _UNSEEN or _is_hidden(node):
            continue
        is_main = main is not None and node.mem_id == main.mem_id
        inner = _Context() if is_main else _context_of(node, tag, context)
        if inner.breaking:
            page.close(context.role, context.level)
        if tag == "table" and inner.role is Role.TEXT and _is_data_table(node):
            page.pieces.extend(_rows(node))
            continue
        contexts.append(inner)
        stack.append(None)
        stack.extend(reversed(list(node.iter(include_text=True))))


def _context_of(node: LexborNode, tag: str, outer: _Context) -> _Context:
    link, breaking = outer.link or tag == "a", tag in _BREAKING
    if outer.role is Role.NAVIGATION or _is_aside(node, tag):
        return _Context(Role.NAVIGATION, 0, link, breaking)
    if tag in _HEADINGS:
        return _Context(Role.HEADING, _HEADINGS[tag], link, breaking)
    if tag in {"figcaption", "caption"}:
        return _Context(Role.CAPTION, 0, link, breaking)
    if tag in {"li", "dd"}:
        return _Context(Role.ITEM, 0, link, breaking)
    return _Context(outer.role, outer.level, link, breaking)


def _is_hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    style = attributes.get("style") or ""
    return "hidden" in attributes or bool(_HIDDEN_STYLE.search(style))


def _is_aside(node: LexborNode, tag: str) -> bool:
    """Whether the element is a menu, a footer or the like, by its tag or by its name."""
    if tag in _ASIDE:
        return True
    attributes = node.attributes
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    if attributes.get("role") in {"navigation", "banner", "contentinfo", "search"}:
        return True
    if tag not in {"header", "form"} and not (tag in _BREAKING and _ASIDE_NAME.search(names)):
        return False
    # A header may hold the title, and a form the whole page.
    return node.css_first("h1, h2") is None and len(collapse(node.text())) < _LONG_ASIDE


def _is_data_table(table: LexborNode) -> bool:
    """Whether a table holds data rather than the page's layout."""
    if table.css_first("td table, th table, h1, h2, h3") is not None:
        return False
    rows = table.css("tr")
    cells = table.css("td, th")
    return (
        len(cells) > len(rows) > 1
        and max((len(cell.text()) for cell in cells), default=0) < _LONG_CELL
    )


def _rows(table: LexborNode) -> Iterator[Piece]:
    """A caption, and the rows with their cells between bars."""
    for caption in table.css("caption"):
        yield Piece(collapse(caption.text()), Role.CAPTION)
    for row in table.css("tr"):
        cells = [collapse(cell.text(separator="\n")).strip() for cell in row.css("td, th")]
        if any(cells):
            yield Piece(" | ".join(cells), Role.ROW)


def _title(parser: LexborHTMLParser) -> str:
    """What the page's properties call it, without the site's name behind it."""
    for selector in ("meta[name=ArticleTitle]", "meta[property='og:title']"):
        found = parser.css_first(selector)
        if found is not None and (content := (found.attributes.get("content") or "").strip()):
            return collapse(content)
    found = parser.css_first("title")
    return _SITE.sub("", collapse(found.text()).strip()) if found is not None else ""
