"""The conversation as HTML: words of documents and questions are escaped text, never markup."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from html import escape

from ui.export import facts, turn_markdown
from ui.turns import Place, Talk, Turn
from ui.words import Words


def transcript(talk: Talk, words: Words) -> str:
    """The conversation, and out of sight the turn that the page shows while it waits.

    The page adds turns of its own, of which Gradio does not know; it draws anew only what differs
    from what it drew last, so no two drawings are alike.
    """
    turns = "".join(turn(one, words) for one in talk.turns)
    return f'<div class="drawn" data-drawing="{uuid.uuid4().hex}">{turns}</div>{_asking(words)}'


def _asking(words: Words) -> str:
    return (
        f'<article class="asking" hidden>{_asked("", words)}'
        f'<p class="reading" role="status"><span class="dots" aria-hidden="true">'
        f"<i></i><i></i><i></i></span>{escape(words.reading)}</p></article>"
    )


def welcome(words: Words, examples: Sequence[str], *, empty: bool) -> str:
    """What stands where no turn is yet: what to ask, or that there is no document."""
    title, more = (words.empty, words.empty_more) if empty else (words.welcome, words.welcome_more)
    body = f"<h2>{escape(title)}</h2><p>{escape(more)}</p>"
    if examples:
        chips = "".join(
            f'<li><button type="button" class="example" data-say="{escape(example)}">'
            f"{escape(example)}</button></li>"
            for example in examples
        )
        body += f'<p class="small">{escape(words.try_these)}</p><ul class="examples">{chips}</ul>'
    return f'<section class="welcome">{body}</section>'


def turn(one: Turn, words: Words) -> str:
    """A question with its answer, or with the statement that there is none."""
    body = _found(one, words) if one.found else _not_found(one, words)
    return (
        f'<article class="turn" data-turn="{escape(one.id)}" '
        f'data-understood="{escape(one.understood)}">{_asked(one.asked, words)}'
        f"{_understood(one, words)}{body}{_tools(one, words)}</article>"
    )


def _asked(question: str, words: Words) -> str:
    return (
        f'<h3 class="asked"><span class="unseen">{escape(words.you)}: </span>'
        f"<span>{escape(question)}</span></h3>"
    )


def _understood(one: Turn, words: Words) -> str:
    if one.understood == one.asked:
        return ""
    return (
        f'<p class="understood">{escape(words.understood)} <b>{escape(one.understood)}</b> '
        f'<button type="button" class="link" data-edit="{escape(one.understood)}">'
        f"{escape(words.correct_it)}</button> "
        f'<button type="button" class="link" data-literally="{escape(one.asked)}">'
        f"{escape(words.literally)}</button></p>"
    )


def _found(one: Turn, words: Words) -> str:
    cited = "".join(
        f"<li>{_citation(place, number, words)}</li>" for number, place in enumerate(one.cited, 1)
    )
    others = [place for place in one.nearest if not any(_holds(place, it) for it in one.cited)]
    return (
        f'<p class="answer"><span class="unseen">{escape(words.answer)}: </span>'
        f"<mark>{escape(one.text)}</mark></p>"
        f'<p class="small">{escape(words.confidence.format(one.confidence))} · '
        f"{escape(words.seconds.format(one.seconds))}"
        f"{' · ' + escape(one.within) if one.within else ''}</p>"
        f'<ol class="cited" aria-label="{escape(words.evidence)}">{cited}</ol>'
        f"{_considered(others, words)}"
    )


def _holds(passage: Place, cited: Place) -> bool:
    first = cited.spans[0][0]
    same = passage.document_id == cited.document_id
    return same and any(start <= first < end for start, end in passage.spans)


def _citation(place: Place, number: int, words: Words) -> str:
    return _place_button(
        place,
        f'<span class="number" aria-hidden="true">{number}</span>'
        f'<q class="quote">{_marked(place)}</q>',
        words,
    )


def _marked(place: Place) -> str:
    before, answer, after = map(escape, place.parts)
    return f"{before}<mark>{answer}</mark>{after}"


def _place_button(place: Place, inner: str, words: Words) -> str:
    where = " · ".join(map(escape, facts(place, words)))
    path = ' <span class="step">›</span> '.join(map(escape, place.heading_path))
    return (
        f'<button type="button" class="place" title="{escape(words.open_source)}" '
        f'data-document="{escape(place.document_id)}" '
        f'data-spans="{escape(json.dumps(place.spans))}" '
        f'data-answer="{escape(json.dumps((place.at, place.at + len(place.answer))))}">{inner}'
        f'<span class="path">{path}</span>'
        f'<span class="where">{where}</span></button>'
    )


def _considered(places: Sequence[Place], words: Words) -> str:
    if not places:
        return ""
    return (
        f'<details class="considered"><summary>{escape(words.considered.format(len(places)))}'
        f"</summary>{_passages(places, words)}</details>"
    )


def _passages(places: Sequence[Place], words: Words) -> str:
    rows = "".join(
        "<li>"
        + _place_button(
            place,
            f'<span class="quote">{escape(place.quote)}</span><span class="scores">'
            f"{escape(words.scores.format(place.score, place.dense, place.lexical))}</span>",
            words,
        )
        + "</li>"
        for place in places
    )
    return f'<ul class="passages">{rows}</ul>'


def _not_found(one: Turn, words: Words) -> str:
    counts = (f"{one.documents:,}", f"{one.chunks:,}")
    searched = (
        words.searched_within.format(one.within, *counts)
        if one.within
        else words.searched.format(*counts)
    )
    nearest = (
        f'<p class="small">{escape(words.nearest)}</p>{_passages(one.nearest[:3], words)}'
        if one.nearest
        else ""
    )
    return (
        f'<div class="not-found"><p class="answer">{escape(words.not_found)}</p>'
        f'<p class="small">{escape(searched)}</p>{nearest}</div>'
    )


def _tools(one: Turn, words: Words) -> str:
    def vote(value: int, sign: str, label: str) -> str:
        return (
            f'<button type="button" class="tool vote" data-vote="{value}" '
            f'aria-pressed="{str(one.vote == value).lower()}" aria-label="{escape(label)}" '
            f'title="{escape(label)}">{sign}</button>'
        )

    return (
        f'<div class="tools"><button type="button" class="tool" '
        f'data-copy="{escape(turn_markdown(one, words))}" data-done="{escape(words.copied)}">'
        f"{escape(words.copy)}</button>{vote(1, _UP, words.good)}{vote(-1, _DOWN, words.bad)}"
        f'<form class="note" hidden><input name="note" maxlength="1000" '
        f'aria-label="{escape(words.note)}" placeholder="{escape(words.note)}">'
        f'<button type="submit" class="tool">{escape(words.keep_note)}</button></form></div>'
    )


def _icon(path: str) -> str:
    return (
        '<svg viewBox="0 0 24 24" width="16" height="16" fill="none" stroke="currentColor" '
        f'stroke-width="2" stroke-linejoin="round" aria-hidden="true"><path d="{path}"/></svg>'
    )


_UP = _icon("M7 11v9H4v-9zM7 11l4-8a2 2 0 0 1 2 2v4h6l-1.5 9.5a2 2 0 0 1-2 1.5H7")
_DOWN = _icon("M17 13V4h3v9zM17 13l-4 8a2 2 0 0 1-2-2v-4H5l1.5-9.5a2 2 0 0 1 2-1.5H17")


def history(talks: Sequence[Talk], words: Words) -> str:
    """The earlier conversations, newest first."""
    if not talks:
        return f'<p class="small">{escape(words.no_earlier)}</p>'
    rows = "".join(
        f'<li><button type="button" class="past" data-open="{number}">{escape(talk.title)}'
        f'</button><button type="button" class="forget" data-forget="{number}" '
        f'aria-label="{escape(words.forget)}: {escape(talk.title)}" '
        f'title="{escape(words.forget)}">×</button></li>'
        for number, talk in enumerate(talks)
    )
    return f'<ul class="talks" aria-label="{escape(words.earlier)}">{rows}</ul>'
