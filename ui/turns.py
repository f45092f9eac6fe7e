"""A conversation as the browser keeps it: questions, answers, and where their words stand.

A browser's storage is the user's own to change, so what comes back from it is read field by field
and anything that does not fit is let go.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

LONGEST = 40
"""Questions in one conversation; the next one begins another."""

ROOM = 2_000_000
"""Bytes of earlier conversations. A browser gives a page some 5 million characters, and encrypted
text takes four for every three bytes."""


@dataclass(frozen=True, slots=True)
class Place:
    """Words of a document and where they stand; `spans` count characters of its source text.

    `answer` are those of the words that answer, from character `at` of the quote on; empty in a
    passage that was only considered.
    `also` names the other files in which the same words are known to stand.
    `score`, `dense` and `lexical` are those of the passage (see `index.types.Hit`), zero where
    they are not known.
    """

    quote: str
    spans: tuple[tuple[int, int], ...]
    document_id: str
    doc: str
    title: str
    heading_path: tuple[str, ...]
    date: str
    line: int
    page: int | None
    score: float
    dense: float = 0.0
    lexical: float = 0.0
    answer: str = ""
    at: int = 0
    also: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[str, str, str]:
        """The quote before, in and after the words that answer."""
        end = self.at + len(self.answer)
        return self.quote[: self.at], self.quote[self.at : end], self.quote[end:]


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer. `understood` is the question that was answered.

    `within` says in words which documents were searched, empty for all of them; `documents` and
    `chunks` count what the index held. `vote` is 1, 0 or -1.
    """

    id: str
    asked: str
    understood: str
    text: str
    confidence: float
    cited: tuple[Place, ...]
    nearest: tuple[Place, ...]
    seconds: float
    within: str
    documents: int
    chunks: int
    vote: int = 0

    @property
    def found(self) -> bool:
        """Whether the documents hold an answer."""
        return bool(self.cited)

    def judged(self, vote: int) -> Turn:
        """The same turn with a thumb up (1) or down (-1)."""
        return dataclasses.replace(self, vote=vote)


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation. `user` is who logged in, empty where nobody has to."""

    turns: tuple[Turn, ...] = ()
    user: str = ""

    @property
    def title(self) -> str:
        """The first question."""
        return self.turns[0].asked if self.turns else ""

    def to_text(self) -> str:
        """What the browser keeps, as text: Gradio's page would copy an object field by field."""
        return _text(dataclasses.asdict(self))


def talks_to_text(talks: Sequence[Talk]) -> str:
    """The newest of the earlier conversations, as many as the browser has room for."""
    rows = [talk.to_text() for talk in talks]
    sizes = itertools.accumulate(len(row.encode("utf-8", "replace")) for row in rows)
    return f"[{','.join(row for row, size in zip(rows, sizes, strict=True) if size <= ROOM)}]"


def talk_from_text(text: object, user: str) -> Talk:
    """The conversation that a browser kept; an empty one when it fits not, or is another user's."""
    return _talk(_read(text), user)


def talks_from_text(text: object, user: str) -> tuple[Talk, ...]:
    """The earlier conversations that a browser kept, newest first."""
    rows = _read(text)
    talks = (_talk(row, user) for row in (rows if isinstance(rows, list) else []))
    return tuple(talk for talk in talks if talk.turns)


def turn_to_text(turn: Turn) -> str:
    """One turn, for the browser to put into its conversation."""
    return _text(dataclasses.asdict(turn))


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _read(text: object) -> object:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _talk(row: object, user: str) -> Talk:
    try:
        if not isinstance(row, dict) or row["user"] != user:
            return Talk(user=user)
        return Talk(tuple(map(_turn, row["turns"]))[-LONGEST:], user)
    except (KeyError, TypeError, ValueError, AttributeError):
        return Talk(user=user)


def replace(turns: Sequence[Turn], changed: Turn) -> tuple[Turn, ...]:
    """The turns with the one of the same id changed."""
    return tuple(changed if turn.id == changed.id else turn for turn in turns)


def _turn(row: dict[str, Any]) -> Turn:
    return Turn(
        id=str(row["id"]),
        asked=str(row["asked"]),
        understood=str(row["understood"]),
        text=str(row["text"]),
        confidence=float(row["confidence"]),
        cited=tuple(map(_place, row["cited"])),
        nearest=tuple(map(_place, row["nearest"])),
        seconds=float(row["seconds"]),
        within=str(row["within"]),
        documents=int(row["documents"]),
        chunks=int(row["chunks"]),
        vote=max(-1, min(1, int(row["vote"]))),
    )


def _place(row: dict[str, Any]) -> Place:
    return Place(
        quote=str(row["quote"]),
        spans=tuple((int(start), int(end)) for start, end in row["spans"]),
        document_id=str(row["document_id"]),
        doc=str(row["doc"]),
        title=str(row["title"]),
        heading_path=tuple(map(str, row["heading_path"])),
        date=str(row["date"]),
        line=int(row["line"]),
        page=None if row["page"] is None else int(row["page"]),
        score=float(row["score"]),
        dense=float(row["dense"]),
        lexical=float(row["lexical"]),
        answer=str(row["answer"]),
        at=int(row["at"]),
        also=tuple(map(str, row.get("also", ()))),  # conversations kept before have none
    )
