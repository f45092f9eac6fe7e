"""Rivals: a question's window among those that the product would read beside it.

A window is chosen among others, so the reader must learn to compare: the material is indexed and
asked, and what is found without holding the answer stands against what holds it. Compare the
passages that a retriever mistakes in Karpukhin et al. (2020), "Dense passage retrieval for
open-domain question answering".
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rich.progress import track

from index.build import update
from index.embed import PackagedModel
from index.search import Index, Snapshot
from qa.answer import PASSAGES
from qa.places import Place, places
from qa.training import everyday
from qa.training.data import Material, as_file, of_law
from qa.training.examples import Example
from qa.training.found import find
from qa.training.reading_sets import simplified
from qa.training.switching import switched

_LAWS = 60
"""Laws that are indexed and asked about: each is long to embed."""

_READ, _RIVALS = 10, 3
"""How many of the best windows rivals are drawn from, and how many for a question."""

_MIXED, _HANDFUL, _ABSENT = 0.25, 0.3, 0.25
"""Shares of questions: asked in both languages; asked of a handful of documents, where rivals are
easier; given rivals only, where silence is right."""

_AROUND = 6
"""Characters before and behind an answer that tell which of several equal ones is meant."""


@dataclass(frozen=True, slots=True)
class Sought:
    """A question that the `answer` in the file `doc` answers, as an example over its window."""

    example: Example
    doc: str


def groups(kept: Material, folder: Path, seed: int) -> Iterator[list[Example]]:
    """Each question's windows: the one that answers it, if it is there, and its rivals.

    The material is written and indexed in `folder`, where a stopped run goes on.
    """
    chance = random.Random(seed)
    sought = _lay_out(kept, folder / "documents", chance)
    update(folder / "index", [folder / "documents"], PackagedModel(), prune=True)
    index = Index(folder / "index")
    for one in track(sought, "Finding rivals"):
        asked = one
        if chance.random() < _MIXED and (mixed := switched(one.example, chance)):
            asked = replace(one, example=mixed)
        with index.snapshot() as snapshot:
            found = _group(snapshot, asked, chance)
        if found:
            yield found


def _lay_out(kept: Material, folder: Path, chance: random.Random) -> list[Sought]:
    """Write the material as files; gives the questions about it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    laws = chance.sample(kept.laws, min(_LAWS, len(kept.laws)))
    return [
        *_passages(kept, folder),
        *_articles(kept, folder, chance),
        *(one for path in laws for one in _law(path, folder, chance)),
    ]


def _passages(kept: Material, folder: Path) -> Iterator[Sought]:
    for source, questions in kept.sets.items():
        for one in map(simplified, questions):
            name = as_file(folder, one.title, one.passage)
            example = Example(
                one.question, one.title, one.passage, one.start, one.end, f"{source}-rivals"
            )
            yield Sought(example, name)


def _articles(kept: Material, folder: Path, chance: random.Random) -> Iterator[Sought]:
    for row in kept.everyday:
        names = [as_file(folder, gold["name"], gold["text"]) for gold in row["gold"][:2]]
        for one in everyday.examples([row], chance):
            for gold, name in zip(row["gold"][:2], names, strict=True):
                if one.answer and one.answer in gold["text"]:
                    yield Sought(replace(one, source="everyday-rivals"), name)


def _law(path: Path, folder: Path, chance: random.Random) -> Iterator[Sought]:
    shutil.copy(path, folder)
    for one in of_law(path, chance):
        if one.answer:
            yield Sought(replace(one, source=f"{one.source}-rivals"), path.name)


def _group(snapshot: Snapshot, sought: Sought, chance: random.Random) -> list[Example]:
    """Nothing where the window that answers is not found, or nothing rivals it."""
    given = sought.example
    found = find(snapshot, given.question)
    hits = found.hits
    if chance.random() < _HANDFUL:
        hits = found.alone_among(found.handful(sought.doc, chance))
    worth = places(found.question, hits[:PASSAGES], found.documents, _READ)
    rivals = [
        Example(given.question, place.window.context, place.window.text, -1, -1, given.source)
        for place in worth
        if given.answer not in place.window.text
    ]
    holding = [
        held
        for place in worth
        if sought.doc in found.documents[place.hit.chunk.document_id].paths
        and (held := _holding(place, given))
    ]
    if not rivals or not holding:
        return []
    chosen = chance.sample(rivals, min(_RIVALS, len(rivals)))
    if chance.random() >= _ABSENT:
        chosen.insert(0, holding[0])
    return [replace(one, terms=found.question.terms) for one in chosen]


def _holding(place: Place, given: Example) -> Example | None:
    """The example over the window of a place, if that holds the answer."""
    first = max(given.start - _AROUND, 0)
    around = given.text[first : given.end + _AROUND]
    start = place.window.text.find(around)
    start = start + given.start - first if start >= 0 else place.window.text.find(given.answer)
    if start < 0:
        return None
    end = start + len(given.answer)
    return replace(
        given, context=place.window.context, text=place.window.text, start=start, end=end
    )
