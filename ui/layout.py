"""What stands where on the page. Nothing here does anything yet: `ui.chat` gives it its events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from ingest.read import LARGEST_FILE
from qa.answer import LONGEST_QUESTION
from ui import page
from ui.turns import Talk, talks_to_text
from ui.upload import MOST_FILES
from ui.words import Words

STATIC = Path(__file__).with_name("static")

_FONTS = ("Noto Sans SC", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "system-ui")
"""Fonts that systems bring along; none is fetched."""


def theme() -> gr.themes.Base:
    """Fonts and the colour of the main button; the login page has these and no style sheet."""
    return gr.themes.Base(font=_FONTS, font_mono=("ui-monospace", "monospace")).set(
        button_primary_background_fill="#0b5a6b",
        button_primary_background_fill_hover="#0b5a6b",
        button_primary_background_fill_dark="#7cc8d6",
        button_primary_background_fill_hover_dark="#7cc8d6",
        button_primary_text_color_dark="#0d1b1e",
    )


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything on the page that shows or does something."""

    prefs: gr.BrowserState
    talk: gr.BrowserState
    past: gr.BrowserState
    brand: gr.HTML
    language: gr.Button
    theme: gr.Button
    user: gr.HTML
    ask_tab: gr.Tab
    new: gr.Button
    earlier: gr.HTML
    export_markdown: gr.Button
    export_docx: gr.Button
    exported: gr.JSON
    welcome: gr.HTML
    transcript: gr.HTML
    answered: gr.HTML
    within: gr.Accordion
    document: gr.Dropdown
    issuer: gr.Dropdown
    year: gr.Dropdown
    question: gr.Textbox
    before: gr.Textbox
    send: gr.Button
    source: gr.HTML
    documents_tab: gr.Tab
    upload: gr.File
    names: gr.JSON
    refresh: gr.Button
    progress: gr.HTML
    table: gr.HTML


def build(words: Words, key: str) -> Parts:
    """Lay the page out, inside the `gr.Blocks` that is open; `key` names this index's storage."""

    def kept(name: str, default: object) -> gr.BrowserState:
        return gr.BrowserState(
            default, storage_key=f"policyqa-{key}-{name}", secret=f"policyqa-{key}"
        )

    parts: dict[str, Any] = {
        "prefs": kept("prefs", {"language": ""}),
        "talk": kept("talk", Talk().to_text()),
        "past": kept("past", talks_to_text(())),
    }
    with gr.Row(elem_id="top"):
        parts["brand"] = gr.HTML(
            brand(words), elem_id="brand", js_on_load=_script("brand"), apply_default_css=False
        )
        parts["user"] = gr.HTML("", elem_id="user", apply_default_css=False)
        parts["language"] = gr.Button(words.other, elem_id="language", size="sm", min_width=60)
        parts["theme"] = gr.Button("◐", elem_id="theme", size="sm", min_width=40)
    with gr.Tabs(elem_id="tabs"):
        with gr.Tab(words.ask_tab, id="ask", elem_id="ask-tab") as parts["ask_tab"]:
            _ask(parts, words)
        with gr.Tab(words.documents_tab, id="documents") as parts["documents_tab"]:
            _documents(parts, words)
    return Parts(**parts)


def _ask(parts: dict[str, Any], words: Words) -> None:
    with gr.Row(elem_id="desk"):
        with gr.Column(elem_id="shelf", scale=0, min_width=0):
            parts["new"] = gr.Button(words.new, elem_id="new", size="sm")
            parts["earlier"] = gr.HTML(
                "", elem_id="earlier", js_on_load=_script("earlier"), apply_default_css=False
            )
            parts["export_markdown"] = gr.Button(words.export_markdown, size="sm", elem_id="to-md")
            parts["export_docx"] = gr.Button(words.export_docx, size="sm", elem_id="to-docx")
            parts["exported"] = gr.JSON(visible="hidden")
        with gr.Column(elem_id="talk", scale=1, min_width=0):
            # Its examples come late, and must not take the place of a turn: it stands by itself.
            parts["welcome"] = gr.HTML("", elem_id="welcome", apply_default_css=False)
            parts["transcript"] = gr.HTML(
                page.transcript(Talk(), words),
                elem_id="transcript",
                js_on_load=_script("transcript"),
                apply_default_css=False,
            )
            # One answer on its way into the transcript, which is not drawn anew for it.
            parts["answered"] = gr.HTML(
                html_template="", js_on_load=_script("answered"), visible="hidden"
            )
            with gr.Column(elem_id="composer"):
                parts["within"] = gr.Accordion(words.within, open=False, elem_id="within")
                with parts["within"], gr.Row():
                    for name in ("document", "issuer", "year"):
                        parts[name] = gr.Dropdown(
                            [("", "")],
                            value="",
                            label=getattr(words, name),
                            elem_id=f"scope-{name}",
                            min_width=120,
                        )
                with gr.Row(elem_id="line"):
                    parts["question"] = gr.Textbox(
                        label=words.question,
                        show_label=False,
                        placeholder=words.placeholder,
                        lines=1,
                        max_lines=5,
                        max_length=LONGEST_QUESTION,
                        autofocus=True,
                        elem_id="question",
                        html_attributes=gr.InputHTMLAttributes(
                            enterkeyhint="send", autocomplete="off"
                        ),
                        scale=1,
                    )
                    parts["before"] = gr.Textbox(visible="hidden")
                    parts["send"] = gr.Button(
                        words.send, variant="primary", elem_id="send", scale=0, min_width=84
                    )
        with gr.Column(elem_id="source", scale=1, min_width=0):
            parts["source"] = gr.HTML(
                "", elem_id="source-panel", js_on_load=_script("source"), apply_default_css=False
            )


def _documents(parts: dict[str, Any], words: Words) -> None:
    with gr.Column(elem_id="holdings"):
        parts["upload"] = gr.File(
            label=upload_label(words),
            file_count="multiple",  # of any type: what is not read is told in words, file by file
            elem_id="upload",
            height=150,
        )
        parts["names"] = gr.JSON(visible="hidden")
        parts["progress"] = gr.HTML("", elem_id="progress", apply_default_css=False)
        parts["table"] = gr.HTML(
            "", elem_id="table", js_on_load=_script("documents"), apply_default_css=False
        )
        parts["refresh"] = gr.Button(words.refresh, size="sm", elem_id="refresh", scale=0)


def upload_label(words: Words) -> str:
    """What the upload field says of itself."""
    hint = words.upload_hint.format(MOST_FILES, LARGEST_FILE >> 20)
    return f"{words.upload} — {hint}"


def brand(words: Words) -> str:
    """The name and what it promises."""
    return (
        f'<h1 data-lang="{words.code}" data-theme="{words.theme}">policyqa</h1>'
        f'<span class="small">{words.tagline}</span>'
    )


def user(name: str, words: Words) -> str:
    """Who is logged in, with the way out; nothing where nobody has to."""
    if not name:
        return ""
    out = f'<a href="logout">{words.log_out}</a>'
    return f'<span class="small">{escape(words.logged_in.format(name))}</span> {out}'


def in_language(parts: Parts, words: Words) -> Mapping[Any, Any]:
    """Every label on the page in one language."""
    return {
        parts.brand: brand(words),
        parts.language: words.other,
        parts.ask_tab: gr.Tab(label=words.ask_tab),
        parts.documents_tab: gr.Tab(label=words.documents_tab),
        parts.new: words.new,
        parts.export_markdown: words.export_markdown,
        parts.export_docx: words.export_docx,
        parts.question: gr.Textbox(label=words.question, placeholder=words.placeholder),
        parts.send: words.send,
        parts.upload: gr.File(label=upload_label(words)),
        parts.refresh: words.refresh,
    }


def spoken(parts: Parts) -> Sequence[Any]:
    """The components that `in_language` changes."""
    return [
        parts.brand, parts.language, parts.ask_tab, parts.documents_tab, parts.new,
        parts.export_markdown, parts.export_docx, parts.question, parts.send, parts.upload,
        parts.refresh,
    ]  # fmt: skip


def _script(name: str) -> str:
    return (STATIC / f"{name}.js").read_text("utf-8")
