"""The documents on the page: what there is, and what an upload, a removal and a refresh do."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

import gradio as gr

from ingest.errors import PolicyQAError
from ui import documents
from ui.events import Changes, language_of, sent_with
from ui.layout import Parts
from ui.library import Library
from ui.reasons import in_words
from ui.scope import choices, scope
from ui.upload import MOST_FILES, take
from ui.words import Words

_TICK = 0.2
"""Seconds between two looks at how far an upload has come."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """The events of the documents tab over one library."""

    library: Library
    parts: Parts

    def show(self, words: Words, chosen: Sequence[str]) -> dict[Any, Any]:
        """The list of documents, and the scopes that they offer; what was `chosen` stays so."""
        parts = self.parts
        listed = self.library.documents()
        offered = choices(listed, words)
        labels = (words.document, words.issuer, words.year)
        fields = (parts.document, parts.issuer, parts.year)
        return {
            parts.table: documents.table(listed, words),
            **{
                field: gr.Dropdown(
                    choices=some, value=value if value in dict(some).values() else "", label=label
                )
                for field, some, label, value in zip(fields, offered, labels, chosen, strict=True)
            },
        }

    def say_scope(self, prefs: object, request: gr.Request, *chosen: str) -> Changes:
        """Say what questions are kept to, which a closed fold would hide."""
        return {self.parts.within: self.within(language_of(prefs, request), *chosen)}

    def within(self, words: Words, *chosen: str) -> gr.Accordion:
        """The fold of the scopes, its label telling what was `chosen`."""
        _, within = scope(*chosen)
        return gr.Accordion(label=words.within_only.format(within) if within else words.within)

    def refreshed_list(self, prefs: object, request: gr.Request, *chosen: str) -> Changes:
        """The documents as they are now."""
        return self.show(language_of(prefs, request), chosen)

    def upload(
        self,
        paths: list[str] | None,
        names: object,
        prefs: object,
        request: gr.Request,
        *chosen: str,
    ) -> Iterator[Changes]:
        """Take files in and index them, telling how far it has come; others go on asking."""
        parts, words = self.parts, language_of(prefs, request)
        given = names if isinstance(names, list) else []
        files = [
            (path, str(name or path))
            for path, name in itertools.zip_longest(paths or [], given)
            if path
        ]
        if len(files) > MOST_FILES:
            text = words.too_many.format(MOST_FILES, len(files))
            yield {parts.progress: documents.message(text, wrong=True), parts.upload: None}
            return
        refused = take(self.library.uploads, files)
        if len(refused) == len(files):
            yield {parts.progress: documents.outcome(None, refused, words), parts.upload: None}
            return
        yield from self._take_in(refused, words, chosen)

    def refresh(self, prefs: object, request: gr.Request, *chosen: str) -> Iterator[Changes]:
        """Bring the index in step with the upload folder, which others may have changed."""
        self.library.uploads.mkdir(parents=True, exist_ok=True)
        yield from self._take_in([], language_of(prefs, request), chosen)

    def _take_in(
        self, refused: list[tuple[str, str]], words: Words, chosen: Sequence[str]
    ) -> Iterator[Changes]:
        parts, progress = self.parts, documents.Progress(words)
        with ThreadPoolExecutor(1) as worker:
            update = worker.submit(self.library.take_in, progress.step)
            while not update.done():
                yield {parts.progress: progress.html()}
                wait([update], timeout=_TICK)
        try:
            said = documents.outcome(update.result(), refused, words)
        except PolicyQAError as error:
            said = documents.message(in_words(str(error), words), wrong=True)
        yield {parts.progress: said, parts.upload: None, **self.show(words, chosen)}

    def remove(
        self, prefs: object, request: gr.Request, event: gr.EventData, *chosen: str
    ) -> Changes:
        """Take a document out of the index."""
        words = language_of(prefs, request)
        title = self.library.remove(str(sent_with(event).get("document")))
        said = words.removed.format(title) if title else words.gone
        return {self.parts.progress: documents.message(said), **self.show(words, chosen)}
