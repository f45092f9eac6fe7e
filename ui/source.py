"""The source beside the chat: a document's own text with the cited words marked."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from html import escape

from index.types import Indexed
from ui.words import Words

_AROUND = 12_000
"""Characters shown before and after the cited words; more on demand, for books stay readable."""

WIDEST = 100
"""How often the shown part may be widened."""

_SPANS = 200
"""Spans that one citation may have; a browser that sends more means no citation."""


def sound(document: Indexed, spans: object) -> tuple[tuple[int, int], ...]:
    """Spans as a browser sent them, in order, within the document; none when they are no spans."""
    length = len(document.text)
    found = []
    for pair in spans if isinstance(spans, list) and len(spans) <= _SPANS else []:
        if not (isinstance(pair, list) and len(pair) == 2):  # noqa: PLR2004 - start and end
            return ()
        start, end = pair
        if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= length):
            return ()
        found.append((start, end))
    found.sort()
    apart = all(one[1] <= two[0] for one, two in itertools.pairwise(found))
    return tuple(found) if apart else ()


def panel(document: Indexed, spans: Sequence[tuple[int, int]], words: Words, more: int = 0) -> str:
    """The document's text around the cited words; `more` times wider than at first."""
    about = document.metadata
    facts = [fact for fact in (about.issuer, about.number, about.date, document.paths[0]) if fact]
    around = _AROUND * (1 + more)
    text = document.text
    first, last = (spans[0][0], spans[-1][1]) if spans else (0, 0)
    start = text.rfind("\n", 0, max(0, first - around)) + 1 if first > around else 0
    end = text.find("\n", last + around)
    end = len(text) if end < 0 else end
    return (
        f'<header><div><h2>{escape(document.title)}</h2><p class="small">'
        f"{' · '.join(map(escape, facts))}</p></div>"
        f'<button type="button" class="close" data-close aria-label="{escape(words.close)}" '
        f'title="{escape(words.close)}">×</button></header>'
        f'<div class="text" tabindex="0" role="region" aria-label="{escape(words.source)}" '
        f'data-document="{escape(document.id)}" data-spans="{escape(json.dumps(spans))}">'
        f"{_wider(words.before, more) if start else ''}"
        f'<div class="page">{_highlighted(text, spans, start, end)}</div>'
        f"{_wider(words.after, more) if end < len(text) else ''}</div>"
    )


def gone(words: Words) -> str:
    """What stands there when the document was removed meanwhile."""
    return (
        f'<header><div><h2>{escape(words.gone)}</h2></div><button type="button" class="close" '
        f'data-close aria-label="{escape(words.close)}">×</button></header>'
    )


def _wider(label: str, more: int) -> str:
    return f'<button type="button" class="wider" data-more="{more + 1}">{escape(label)}</button>'


def _highlighted(text: str, spans: Sequence[tuple[int, int]], start: int, end: int) -> str:
    parts = []
    at = start
    for one, other in spans:
        parts.append(escape(text[at:one]))
        parts.append(f"<mark>{escape(text[one:other])}</mark>")
        at = other
    parts.append(escape(text[at:end]))
    return "".join(parts)
