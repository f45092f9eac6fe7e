"""The same functions for programs: over Gradio's API and as MCP tools."""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import gradio as gr
from gradio.events import api

from index.types import Scope
from ingest.errors import PolicyQAError
from ui.events import TITLE, language_of
from ui.library import Library
from ui.reasons import in_words
from ui.words import ENGLISH

_MOST_PASSAGES = 50

_log = logging.getLogger("policyqa")


def told(does: Callable[..., Any]) -> Callable[..., Any]:
    """The function, raising what a user may see as a message and all else as plain words.

    The page's functions have `prefs` and `request`, which tell the language; programs are told in
    English. The whole of an unexpected error goes to the log of the window that runs the chat.
    """
    named_as = inspect.signature(does)

    def plain(error: Exception, values: tuple[Any, ...], named: dict[str, Any]) -> gr.Error:
        given = named_as.bind(*values, **named).arguments
        words = language_of(given["prefs"], given["request"]) if "request" in given else ENGLISH
        if isinstance(error, PolicyQAError):
            text = in_words(str(error), words)
            return gr.Error(text, duration=8, title=TITLE, print_exception=False)
        _log.error("%s failed", does.__name__, exc_info=error)
        return gr.Error(words.wrong, title=TITLE, print_exception=False)

    if inspect.isgeneratorfunction(does):

        @functools.wraps(does)
        def stream(*values: Any, **named: Any) -> Iterator[Any]:  # noqa: ANN401 - as `does` has them
            try:
                yield from does(*values, **named)
            except gr.Error:
                raise
            except Exception as error:  # noqa: BLE001 - every error is told in words
                raise plain(error, values, named) from None

        return stream

    @functools.wraps(does)
    def call(*values: Any, **named: Any) -> Any:  # noqa: ANN401 - as `does` has them
        try:
            return does(*values, **named)
        except gr.Error:
            raise
        except Exception as error:  # noqa: BLE001 - every error is told in words
            raise plain(error, values, named) from None

    return call


def offer(library: Library) -> None:
    """Add `ask`, `search` and `documents` to the `gr.Blocks` that is open."""

    def ask(question: str, document: str = "", issuer: str = "", year: int = 0) -> dict[str, Any]:
        """Answer a question with the exact words of the indexed policy documents.

        Args:
            question: The question, in Chinese, English or a mix; at most 1000 characters.
            document: Only documents whose file name or title holds this; empty for all.
            issuer: Only documents whose issuer's name holds this; empty for all.
            year: Only documents of, or about, this year; 0 for all.

        Returns:
            found, text (the answering words), confidence (0 to 1), citations (quote, character
            spans in the source, line, page, doc, also (other documents with the same words), title,
            heading_path, score) and seconds.

        """
        return library.answer(question, Scope(issuer, year or None, document)).to_json()

    def search(
        query: str, limit: int = 5, document: str = "", issuer: str = "", year: int = 0
    ) -> list[dict[str, Any]]:
        """Rank the passages of the indexed policy documents that are about a query.

        Args:
            query: Words or a question.
            limit: How many passages, from 1 to 50.
            document: Only documents whose file name or title holds this; empty for all.
            issuer: Only documents whose issuer's name holds this; empty for all.
            year: Only documents of, or about, this year; 0 for all.

        Returns:
            The passages, best first: quote, spans, doc, title, heading_path, date, line, page,
            score, dense (cosine), lexical (share of the words) and also (the file's other names).

        """
        scope = Scope(issuer, year or None, document)
        found = library.search(query, max(1, min(_MOST_PASSAGES, limit)), scope)
        return [asdict(place) for place in found]

    def documents() -> list[dict[str, Any]]:
        """List the indexed policy documents.

        Returns:
            For each document: id, title, files, issuer, number, date, years, characters, passages.

        """
        return [
            {
                "id": one.document.id,
                "title": one.document.title,
                "files": list(one.document.paths),
                **asdict(one.document.metadata),
                "characters": one.size,
                "passages": one.chunks,
            }
            for one in library.documents()
        ]

    for tool in (ask, search, documents):
        # Without the queue MCP calls the function; with it, it calls its own server, and not as who
        # logged in.
        api(told(tool), api_name=tool.__name__, queue=False)
