"""The chat in the browser: what each click and key does. `ui.layout` says what stands where."""

from __future__ import annotations

import base64
import functools
import hashlib
from typing import Any

import gradio as gr

from ingest.errors import PolicyQAError
from qa.answer import check
from qa.followup import resolve
from qa.reader import load
from qa.suggest import suggest
from ui import export, feedback, layout, page, programs, source
from ui.events import TITLE, Changes, language_of, number_sent, sent_with, user_of
from ui.holdings import Holdings
from ui.library import AT_ONCE, Library
from ui.scope import scope
from ui.turns import (
    LONGEST,
    Talk,
    replace,
    talk_from_text,
    talks_from_text,
    talks_to_text,
    turn_to_text,
)
from ui.words import LANGUAGES, Words

_EXAMPLES = 4
_WAITING = 200


class Chat:
    """The page's events over one library."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._examples: tuple[tuple[int, int], list[str]] = ((0, 0), [])
        key = hashlib.sha256(str(library.folder.resolve()).encode()).hexdigest()[:8]
        with gr.Blocks(
            title=TITLE, fill_width=True, fill_height=True, analytics_enabled=False
        ) as self.blocks:
            self.parts = layout.build(LANGUAGES["zh"], key)
            # Before the page's own events, which would take the names.
            programs.offer(library)
            self._wire()
        self.blocks.queue(max_size=_WAITING, default_concurrency_limit=AT_ONCE)

    def warm(self) -> None:
        """Load what the first question would wait for: the reader, and the model for examples."""
        load()
        self.examples()

    def _wire(self) -> None:
        parts = self.parts
        holdings = self.holdings = Holdings(self.library, parts)
        scopes = [parts.document, parts.issuer, parts.year]
        shelf = [parts.talk, parts.past, parts.transcript, parts.earlier]
        whole = [*layout.spoken(parts), *shelf, *scopes]
        whole += [parts.welcome, parts.prefs, parts.within, parts.table, parts.user]

        def on(event: Any, does: Any, inputs: list[Any], outputs: list[Any], **more: Any) -> Any:  # noqa: ANN401 - Gradio's events are untyped
            return event(
                programs.told(does), inputs, outputs, api_visibility="private",
                show_progress="hidden", **more,
            )  # fmt: skip

        kept = [parts.prefs, parts.talk, parts.past]
        on(self.blocks.load, self.open, kept, whole, queue=False)
        for script in ("page", "messages"):
            self.blocks.load(None, js=_js(script), api_visibility="private")
        on(parts.language.click, self.switch_language, [*kept, *scopes], whole, queue=False)
        parts.theme.click(None, js=_js("theme"), api_visibility="private")
        asking = [parts.question, parts.before, parts.talk, parts.past, parts.prefs, *scopes]
        sent = functools.partial(gr.on, [parts.question.submit, parts.send.click])
        js = _js("asking").replace("LONGEST", str(LONGEST))
        asked = on(
            sent, self.ask, asking, [parts.answered, *shelf], js=js,
            show_progress_on=[parts.answered],
        )  # fmt: skip
        keeping = [parts.answered, parts.talk]
        asked.success(None, keeping, [parts.talk], js=_js("keep"), api_visibility="private")
        asked.failure(None, js=_js("failed"), api_visibility="private")
        looking = [parts.prefs]
        for shown in (parts.transcript, parts.source, parts.table):
            opened = on(shown.select, self.open_source, looking, [parts.source])
            opened.failure(None, js=_js("unopened"), api_visibility="private")
        on(parts.transcript.like, self.judge, [parts.prefs, parts.talk], [parts.talk])
        # A question on its way would be answered into the conversation that is opened meanwhile.
        on(parts.new.click, self.start_anew, kept, shelf, cancels=[asked])
        on(parts.earlier.select, self.open_earlier, kept, shelf, cancels=[asked])
        on(parts.earlier.delete, self.forget, kept, [parts.past, parts.earlier])
        for button, form in ((parts.export_markdown, "md"), (parts.export_docx, "docx")):
            done = on(
                button.click,
                self.export,
                [parts.talk, parts.prefs, gr.State(form)],
                [parts.exported],
            )
            done.then(None, [parts.exported], js=_js("download"), api_visibility="private")
        library = [parts.progress, parts.table, *scopes, parts.upload]
        choosing = [parts.prefs, *scopes]
        for field in scopes:
            on(field.change, holdings.say_scope, choosing, [parts.within], queue=False)
        alone = {"concurrency_id": "writing", "concurrency_limit": 1}
        # Gradio's paths lost the names' punctuation; the browser tells the names beside them.
        adding = [parts.upload, parts.names, *choosing]
        for changed in (
            on(parts.upload.upload, holdings.upload, adding, library, js=_js("names"), **alone),
            on(parts.refresh.click, holdings.refresh, choosing, library, **alone),
            on(parts.table.delete, holdings.remove, choosing, library, **alone),
        ):
            on(changed.then, self.welcome, looking, [parts.welcome])
        listed = [parts.table, *scopes]
        on(parts.documents_tab.select, holdings.refreshed_list, choosing, listed)

    def open(self, prefs: object, talk: object, past: object, request: gr.Request) -> Changes:
        """The page as this browser left it, in the language that it asks for."""
        return self._page(language_of(prefs, request), talk, past, request, "", "", "")

    def welcome(self, prefs: object, request: gr.Request) -> Changes:
        """The welcome again, for other documents bring up other examples."""
        return {self.parts.welcome: self._welcome(language_of(prefs, request))}

    def _welcome(self, words: Words) -> str:
        return page.welcome(words, self.examples(), empty=not self.library.counts()[0])

    def switch_language(
        self, prefs: object, talk: object, past: object, request: gr.Request, *chosen: str
    ) -> Changes:
        """The same page in the other language."""
        other = "en" if language_of(prefs, request).code == "zh" else "zh"
        changes = self._page(LANGUAGES[other], talk, past, request, *chosen)
        return {**changes, self.parts.prefs: {"language": other}}

    def _page(
        self, words: Words, talk: object, past: object, request: gr.Request, *chosen: str
    ) -> Changes:
        parts, user = self.parts, user_of(request)
        mine, talks = talk_from_text(talk, user), talks_from_text(past, user)
        return {
            **layout.in_language(parts, words),
            **self._shelf(mine, talks, words),
            parts.welcome: self._welcome(words),
            **self.holdings.show(words, chosen),
            parts.within: self.holdings.within(words, *chosen),
            parts.user: layout.user(user, words),
        }

    def _shelf(self, talk: Talk, past: tuple[Talk, ...], words: Words) -> dict[Any, Any]:
        parts = self.parts
        return {
            parts.talk: talk.to_text(),
            parts.past: talks_to_text(past),
            parts.transcript: page.transcript(talk, words),
            parts.earlier: page.history(past, words),
        }

    def examples(self) -> list[str]:
        """Questions that the documents answer, found once for each state of the index."""
        state = self.library.counts()
        if self._examples[0] != state:
            try:
                found = suggest(self.library.index, _EXAMPLES) if state[0] else []
            except PolicyQAError:
                found = []
            self._examples = (state, found)
        return self._examples[1]

    def ask(  # noqa: PLR0913, PLR0917 - as many as the page's fields
        self, question: str, before: str, talk: object, past: object, prefs: object,
        document: str, issuer: str, year: str, request: gr.Request,
    ) -> Changes:  # fmt: skip
        """Answer a question; the page adds the turn to its talk.

        `before` is the question that a follow-up leans on. The talk comes along only when it is
        full, to be put on the shelf.
        """
        words, user = language_of(prefs, request), user_of(request)
        if not self.library.counts()[0]:
            raise PolicyQAError(words.empty_more)
        asked = check(question)
        understood = resolve(asked, before)
        chosen, within = scope(document, issuer, year)
        turn = self.library.ask(asked, understood, chosen, within)
        answered = {"turn": turn_to_text(turn), "html": page.turn(turn, words)}
        full = talk_from_text(talk, user)
        if not full.turns:
            return {self.parts.answered: answered}
        gr.Info(words.history_full.format(len(full.turns)), title=TITLE)
        talks = (full, *talks_from_text(past, user))
        return {self.parts.answered: answered, **self._shelf(Talk((turn,), user), talks, words)}

    def open_source(self, prefs: object, request: gr.Request, event: gr.EventData) -> Changes:
        """The document of a citation beside the chat, its words marked."""
        words = language_of(prefs, request)
        data = sent_with(event)
        document = self.library.document(str(data.get("document")))
        if document is None:
            return {self.parts.source: source.gone(words)}
        spans = source.sound(document, data.get("spans"))
        more = data.get("more")
        wider = more if isinstance(more, int) and 0 <= more <= source.WIDEST else 0
        answer = source.answering(data.get("answer"))
        return {self.parts.source: source.panel(document, spans, words, answer, wider)}

    def judge(
        self, prefs: object, talk: object, request: gr.Request, event: gr.EventData
    ) -> Changes:
        """Keep a thumb up or down, with its note; the page shows it by itself."""
        words, user, data = language_of(prefs, request), user_of(request), sent_with(event)
        mine = talk_from_text(talk, user)
        vote = 1 if data.get("vote") == 1 else -1
        for turn in mine.turns:
            if turn.id == data.get("turn"):
                feedback.keep(self.library.folder, turn, vote, str(data.get("note", "")), user)
                mine = Talk(replace(mine.turns, turn.judged(vote)), user)
        if data.get("note"):
            gr.Info(words.thanks, title=TITLE)
        return {self.parts.talk: mine.to_text()}

    def start_anew(self, prefs: object, talk: object, past: object, request: gr.Request) -> Changes:
        """Put the conversation on the shelf and begin another."""
        user = user_of(request)
        mine, talks = talk_from_text(talk, user), talks_from_text(past, user)
        kept = (mine, *talks) if mine.turns else talks
        return self._shelf(Talk(user=user), kept, language_of(prefs, request))

    def open_earlier(
        self, prefs: object, talk: object, past: object, request: gr.Request, event: gr.EventData
    ) -> Changes:
        """Take a conversation from the shelf; the open one goes there."""
        user, words = user_of(request), language_of(prefs, request)
        mine, talks = talk_from_text(talk, user), talks_from_text(past, user)
        number = number_sent(event, len(talks))
        if number is None:
            return self._shelf(mine, talks, words)
        others = talks[:number] + talks[number + 1 :]
        return self._shelf(talks[number], (mine, *others) if mine.turns else others, words)

    def forget(
        self, prefs: object, _talk: object, past: object, request: gr.Request, event: gr.EventData
    ) -> Changes:
        """Drop a conversation from the shelf."""
        talks = talks_from_text(past, user_of(request))
        number = number_sent(event, len(talks))
        if number is not None:
            talks = talks[:number] + talks[number + 1 :]
        return {
            self.parts.past: talks_to_text(talks),
            self.parts.earlier: page.history(talks, language_of(prefs, request)),
        }

    def export(self, talk: object, prefs: object, form: str, request: gr.Request) -> Changes:
        """The conversation as a file, which the browser saves; none is kept here."""
        words = language_of(prefs, request)
        mine = talk_from_text(talk, user_of(request))
        if not mine.turns:
            gr.Info(words.nothing_to_export, title=TITLE)
            return {self.parts.exported: None}
        content, kind = (
            (export.talk_markdown(mine, words).encode("utf-8", "replace"), "text/markdown")
            if form == "md"
            else (export.talk_docx(mine, words), export.DOCX)
        )
        file = {"name": f"policyqa.{form}", "type": kind}
        return {self.parts.exported: {**file, "base64": base64.b64encode(content).decode()}}


def _js(name: str) -> str:
    return (layout.STATIC / f"{name}.js").read_text("utf-8")
