"""The source beside the chat: a document's own text with the cited words marked."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Sequence
from html import escape

from index.types import Indexed
from ingest.types import Span, join, locate
from ui.words import Words

_AROUND = 12_000
"""Characters shown before and after the cited words; more on demand, for books stay readable."""

WIDEST = 100
"""How often the shown part may be widened."""

_SPANS = 200
"""Spans that one citation may have; a browser that sends more means no citation."""


def sound(document: Indexed, spans: object) -> tuple[Span, ...]:
    """Spans as a browser sent them, within the document; none when they are no spans."""
    length = len(document.text)
    found = []
    for pair in spans if isinstance(spans, list) and len(spans) <= _SPANS else []:
        match pair:
            case [int(start), int(end)] if 0 <= start < end <= length:
                found.append(Span(start, end))
            case _:
                return ()
    apart = all(one.end <= two.start for one, two in itertools.pairwise(sorted(found)))
    return tuple(found) if apart else ()


def answering(sent: object) -> tuple[int, int]:
    """The characters of the quote that answer, as a browser sent them; none when it did not."""
    match sent:
        case [int(start), int(end)]:
            return start, end
        case _:
            return 0, 0


def panel(
    document: Indexed,
    spans: Sequence[Span],
    words: Words,
    answer: tuple[int, int] = (0, 0),
    more: int = 0,
) -> str:
    """The document's text around the cited words; `more` times wider than at first.

    `answer` are the characters of the quote that answer. Gradio draws anew only what differs, and
    who opens a place again wants to be led to it, so no two panels are alike.
    """
    about = document.metadata
    facts = [fact for fact in (about.issuer, about.number, about.date, document.paths[0]) if fact]
    around = _AROUND * (1 + more)
    text = document.text
    cited = sorted(spans)
    first, last = (cited[0].start, cited[-1].end) if cited else (0, 0)
    start = text.rfind("\n", 0, max(0, first - around)) + 1 if first > around else 0
    end = text.find("\n", last + around)
    shown = Span(start, len(text) if end < 0 else end)
    pairs = [(span.start, span.end) for span in spans]
    return (
        f'<header data-drawing="{uuid.uuid4().hex}"><div><h2>{escape(document.title)}</h2>'
        f'<p class="small">{" · ".join(map(escape, facts))}</p></div>'
        f'<button type="button" class="close" data-close aria-label="{escape(words.close)}" '
        f'title="{escape(words.close)}">×</button></header>'
        f'<div class="text" tabindex="0" role="region" aria-label="{escape(words.source)}" '
        f'data-document="{escape(document.id)}" data-spans="{escape(json.dumps(pairs))}" '
        f'data-answer="{escape(json.dumps(answer))}">'
        f"{_wider(words.before, more) if start else ''}"
        f'<div class="page">{_marked(text, shown, cited, locate(spans, *answer))}</div>'
        f"{_wider(words.after, more) if shown.end < len(text) else ''}</div>"
    )


def gone(words: Words) -> str:
    """What stands there when the document was removed meanwhile."""
    return (
        f'<header><div><h2>{escape(words.gone)}</h2></div><button type="button" class="close" '
        f'data-close aria-label="{escape(words.close)}">×</button></header>'
    )


def _wider(label: str, more: int) -> str:
    return f'<button type="button" class="wider" data-more="{more + 1}">{escape(label)}</button>'


def _marked(text: str, shown: Span, cited: Sequence[Span], answer: Sequence[Span]) -> str:
    """What is shown of the text: cited words marked, and those of them that answer strongly."""
    parts, at = [], shown.start
    for span in cited:
        parts += [escape(text[at : span.start]), f"<mark>{_stressed(text, span, answer)}</mark>"]
        at = span.end
    return "".join([*parts, escape(text[at : shown.end])])


def _stressed(text: str, cited: Span, answer: Sequence[Span]) -> str:
    for words in answer:
        if cited.start <= words.start and words.end <= cited.end:  # one piece at most: see `locate`
            before, after = Span(cited.start, words.start), Span(words.end, cited.end)
            pieces = (escape(join(text, [piece])) for piece in (before, words, after))
            return "{}<strong>{}</strong>{}".format(*pieces)
    return escape(join(text, [cited]))
