"""Conversations to take along: Markdown for the clipboard and for files, and DOCX."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from ui.turns import Place, Talk, Turn
from ui.words import Words

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
"""The media type of a Word document."""

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~!$&])")
_LINE_START = re.compile(r"^(\s*)([-+>]|\d+[.)])", re.MULTILINE)
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def turn_markdown(turn: Turn, words: Words) -> str:
    """One answer with its citations."""
    lines = [f"**{plain(turn.asked)}**", ""]
    if turn.understood != turn.asked:
        lines += [f"{words.understood}: {plain(turn.understood)}", ""]
    lines += [plain(turn.text) if turn.found else words.not_found, ""]
    for number, place in enumerate(turn.cited, 1):
        lines += [f"{number}. “{plain(place.quote)}”  ", f"   {plain(where(place, words))}"]
    return "\n".join(lines).rstrip() + "\n"


def talk_markdown(talk: Talk, words: Words) -> str:
    """A conversation."""
    turns = "\n---\n\n".join(turn_markdown(turn, words) for turn in talk.turns)
    return f"# {plain(talk.title)}\n\n{turns}"


def talk_docx(talk: Talk, words: Words) -> bytes:
    """A conversation as a Word document."""
    from docx import Document  # noqa: PLC0415 - only an export waits for it
    from docx.enum.text import WD_COLOR_INDEX  # noqa: PLC0415

    made = Document()
    made.add_heading(_xml(talk.title), 0)
    for turn in talk.turns:
        made.add_heading(_xml(turn.asked), 2)
        if turn.understood != turn.asked:
            made.add_paragraph(_xml(f"{words.understood}: {turn.understood}"))
        answer = made.add_paragraph().add_run(_xml(turn.text if turn.found else words.not_found))
        answer.bold = True
        for place in turn.cited:
            quote = made.add_paragraph(style="List Number")
            _, answer, _ = (quote.add_run(_xml(part)) for part in place.parts)
            answer.font.highlight_color = WD_COLOR_INDEX.YELLOW
            made.add_paragraph(_xml(where(place, words)), style="List Continue")
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def where(place: Place, words: Words) -> str:
    """Heading path and facts, in one line."""
    path = [" › ".join(place.heading_path)] if place.heading_path else []
    return " · ".join([*path, *facts(place, words)])


def facts(place: Place, words: Words) -> Sequence[str]:
    """Document, date, page, line and copies, as far as they are known."""
    found = (
        place.doc,
        place.date,
        "" if place.page is None else words.page.format(place.page),
        words.line.format(place.line),
        words.also.format(words.comma.join(place.also)) if place.also else "",
    )
    return [fact for fact in found if fact]


def plain(text: str) -> str:
    """Text in one line in which no character means anything to Markdown."""
    escaped = _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
    return _LINE_START.sub(r"\1\\\2", escaped)


def _xml(text: str) -> str:
    """Text without the control characters that no XML may hold."""
    return _NOT_XML.sub("�", text)
