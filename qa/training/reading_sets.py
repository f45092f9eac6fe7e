"""Examples from published reading sets: DRCD, CMRC 2018 trial, XQuAD English to Chinese.

Each question gives the window that answers it and windows that do not: the one of the same passage
and the one of the other passages that share most with the question.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from opencc import OpenCC

from qa.training.examples import Example
from qa.training.overlap import nearest, shared
from qa.windows import Window, cut

_LIMITS = (50, 80, 110, 140, 140)
_LONGEST = 220


@dataclass(frozen=True, slots=True)
class Asked:
    """A question over a passage, with the answer's place in the passage."""

    question: str
    title: str
    passage: str
    start: int
    end: int
    source: str


def load(folder: Path, source: str) -> list[Asked]:
    """The questions of a set in the layout of `corpus.jsonl` and `questions.jsonl`."""
    passages = {row["id"]: row for row in _rows(folder / "corpus.jsonl")}
    asked = []
    for row in _rows(folder / "questions.jsonl"):
        passage = passages[row["doc"]]
        answer = row["answers"][0].strip(" \u3000，。；、")
        start = passage["text"].find(answer, max(row["answer_start"][0], 0))
        if answer and start >= 0:
            title = passage["title"].replace("_", " ")
            end = start + len(answer)
            asked.append(Asked(row["question"], title, passage["text"], start, end, source))
    return asked


def simplified(asked: Asked) -> Asked:
    """The same question in simplified characters, unless its passage would change in length."""
    convert = OpenCC("t2s").convert
    question, title, passage = map(convert, (asked.question, asked.title, asked.passage))
    if len(passage) != len(asked.passage):
        return asked
    return replace(asked, question=question, title=title, passage=passage)


def examples(asked: Sequence[Asked], chance: random.Random) -> Iterator[Example]:
    """Every question with its window, and with one or two windows that do not answer it."""
    pool = _pool(asked)
    closest = nearest([one.question for one in asked], [window.text for _, window in pool])
    for one, near in zip(asked, closest, strict=True):
        yield from _of(one, [pool[index] for index in near], chance)


def _of(one: Asked, near: Sequence[tuple[str, Window]], chance: random.Random) -> Iterator[Example]:
    ranges = cut(one.passage, chance.choice(_LIMITS))
    context = one.title if chance.random() < 0.85 else ""
    holding = _holding(ranges, one)
    if holding is None:
        return
    first, last = holding
    text = one.passage[first:last]
    yield Example(one.question, context, text, one.start - first, one.end - first, one.source)
    answer = one.passage[one.start : one.end]
    silent = [
        one.passage[a:b]
        for a, b in ranges
        if (b <= first or a >= last) and answer not in one.passage[a:b]
    ]
    if silent and chance.random() < 0.8:
        best = max(silent, key=lambda text: shared(one.question, text))
        text = best if chance.random() < 0.6 else chance.choice(silent)
        yield Example(one.question, context, text, -1, -1, f"{one.source}-same")
    if chance.random() < 0.5:
        strange = [
            window
            for passage, window in near
            if passage != one.passage and answer not in window.text
        ]
        if strange:
            window = chance.choice(strange[:3])
            yield Example(one.question, window.context, window.text, -1, -1, f"{one.source}-other")


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _holding(ranges: Sequence[tuple[int, int]], one: Asked) -> tuple[int, int] | None:
    """The range that holds the answer, or the few that do together."""
    touching = [(a, b) for a, b in ranges if a < one.end and b > one.start]
    first, last = touching[0][0], touching[-1][1]
    return (first, last) if last - first <= _LONGEST else None


def _pool(asked: Sequence[Asked]) -> list[tuple[str, Window]]:
    passages = dict.fromkeys((one.passage, one.title) for one in asked)
    return [
        (passage, Window(title, passage[a:b]))
        for passage, title in passages
        for a, b in cut(passage)
    ]
