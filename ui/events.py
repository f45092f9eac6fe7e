"""What an event of the page brings along: the browser's language, who it is, and what it sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gradio as gr

from ui.words import LANGUAGES, Words, preferred

TITLE = "policyqa"
"""What stands above every message, in any language."""

Changes = Mapping[Any, Any]
"""What an event changes: a component, and its new value or update."""


def language_of(prefs: object, request: gr.Request) -> Words:
    """The language that was chosen, or that the browser asks for."""
    chosen = prefs.get("language") if isinstance(prefs, dict) else ""
    return LANGUAGES.get(str(chosen)) or preferred(request.headers.get("accept-language", ""))


def user_of(request: gr.Request) -> str:
    """Who is logged in, empty where nobody has to."""
    return request.username or ""


def sent_with(event: gr.EventData) -> dict[str, Any]:
    """What the page sent along with an event; it may be anything."""
    sent = event._data  # noqa: SLF001 - Gradio offers attributes only, which raise when missing
    return sent if isinstance(sent, dict) else {}


def number_sent(event: gr.EventData, below: int) -> int | None:
    """The number that the page sent, when it is one from 0 to under `below`."""
    sent = sent_with(event).get("number")
    return sent if isinstance(sent, int) and 0 <= sent < below else None
