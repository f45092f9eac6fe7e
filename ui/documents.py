"""The documents tab as HTML: the list, and how far an upload has come."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from index.types import Update
from ui.library import Listed
from ui.reasons import in_words
from ui.words import Words


def table(listed: Sequence[Listed], words: Words) -> str:
    """Every document with what it says of itself; its title opens it."""
    if not listed:
        return f'<section class="welcome"><h2>{escape(words.empty)}</h2></section>'
    chunks = sum(one.chunks for one in listed)
    heads = (
        words.column_title,
        words.column_issuer,
        words.column_number,
        words.column_date,
        words.column_size,
        words.column_chunks,
    )
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in heads)
    rows = "".join(_row(one, heads, words) for one in listed)
    holding = words.holding.format(f"{len(listed):,}", f"{chunks:,}")
    return (
        f'<div class="above"><p class="small">{escape(holding)}</p><input type="search" '
        f'aria-label="{escape(words.find)}" placeholder="{escape(words.find)}"></div>'
        f'<table class="documents"><thead><tr>{head}'
        f'<th><span class="unseen">{escape(words.remove)}</span></th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _row(one: Listed, heads: Sequence[str], words: Words) -> str:
    document, about = one.document, one.document.metadata
    identity = escape(document.id)
    cells = (
        about.issuer,
        about.number,
        about.date,
        f"{one.size:,}",
        f"{one.chunks:,}",
    )
    rest = "".join(
        f'<td data-label="{escape(head)}">{escape(cell)}</td>'
        for head, cell in zip(heads[1:], cells, strict=True)
    )
    return (
        f'<tr><th scope="row"><button type="button" class="link" data-document="{identity}">'
        f'{escape(document.title)}</button><span class="small">'
        f"{escape(' · '.join(document.paths))}</span></th>{rest}"
        f'<td><button type="button" class="tool" data-remove="{identity}" '
        f'data-sure="{escape(words.remove_sure)}" '
        f'aria-label="{escape(words.remove)}: {escape(document.title)}">'
        f"{escape(words.remove)}</button></td></tr>"
    )


@dataclass(slots=True)
class Progress:
    """How far an update has come: files read, then chunks embedded, and the time that is left."""

    words: Words
    began: dict[str, float] = field(default_factory=dict)
    done: dict[str, tuple[int, int]] = field(default_factory=dict)

    def step(self, what: str, done: int, of: int) -> None:
        """Note a step of `index.build.update`."""
        self.began.setdefault(what, time.monotonic())
        self.done[what] = (done, of)

    def html(self) -> str:
        """The bar of the step that is under way, with its counts and the seconds left."""
        words = self.words
        if not self.done:
            return f'<div class="progress" role="status"><p>{escape(words.starting)}</p></div>'
        what, (done, of) = list(self.done.items())[-1]
        name = {"reading": words.steps_reading, "embedding": words.steps_embedding}.get(what, what)
        said = [words.files.format(*self.done["reading"])] if "reading" in self.done else []
        if "embedding" in self.done:
            said.append(words.chunks.format(*self.done["embedding"]))
        spent = time.monotonic() - self.began[what]
        if 0 < done < of:
            said.append(words.left.format(max(1, round(spent / done * (of - done)))))
        share = done / of if of else 1.0
        return (
            f'<div class="progress"><p><b>{escape(name)}</b> {escape(" · ".join(said))}</p>'
            f'<div class="bar" role="progressbar" aria-label="{escape(name)}" aria-valuemin="0" '
            f'aria-valuemax="{of}" aria-valuenow="{done}">'
            f'<i style="width:{share:.1%}"></i></div></div>'
        )


def outcome(update: Update | None, refused: Sequence[tuple[str, str]], words: Words) -> str:
    """What an upload came to: the totals, then each file that was left out, and why."""
    lines = []
    if update is not None:
        done = words.indexed.format(update.added, update.changed, update.embedded, update.seconds)
        lines.append(f"<p><b>{escape(done)}</b></p>")
        refused = [*refused, *((one.path, one.reason) for one in update.skipped)]
    lines += [
        f'<p class="refused">{escape(words.skipped.format(name, in_words(reason, words)))}</p>'
        for name, reason in refused
    ]
    return f'<div class="progress" role="status">{"".join(lines)}</div>'


def message(text: str, *, wrong: bool = False) -> str:
    """One line."""
    kind = ' class="refused"' if wrong else ""
    return f'<div class="progress" role="status"><p{kind}>{escape(text)}</p></div>'
