"""What the embedding model is taught from: passages, and questions that they answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.embed import PackagedModel
from ingest.chunk import MAX_TOKENS as MAX_PASSAGE
from ingest.chunk import chunk, embedded_text
from ingest.read import read
from qa.training import reading_sets
from qa.training.data import Material, as_file
from qa.training.reading_sets import simplified

LAW = "law"
"""The kind of everyday questions about the law."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of some `kind`, and the passages that answer it, by their numbers."""

    question: str
    right: tuple[int, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """The passages, and the questions to train on and those held out.

    The first `read` passages are of the reading sets, the others of laws: neither kind of question
    is asked of the other's passages.
    """

    texts: list[str]
    read: int
    kept: list[Asked]
    held: list[Asked]

    def elsewhere(self, kind: str) -> slice:
        """The passages that questions of that kind are not asked of."""
        return slice(0, self.read) if kind == LAW else slice(self.read, None)


def read_lesson(kept: Material, held: Material, folder: Path) -> Lesson:
    """Cut passages as the product does: the reading sets', and the laws' that are asked about."""
    texts: list[str] = []
    places: dict[str, list[int]] = defaultdict(list)  # of the passages of a file or an article
    model, written = PackagedModel(), folder / "reading"
    written.mkdir()
    files = {_file(written, one) for given in (kept, held) for one in _reading(given)}
    for name in sorted(files):
        for _, text in _passages(written / name, model):
            places[name].append(len(texts))
            texts.append(text)
    read = len(texts)
    for name in sorted(
        {gold["doc_id"] for row in kept.everyday + held.everyday for gold in row["gold"]}
    ):
        for heading, text in _passages(folder / "laws" / name, model):
            places[_article(name, heading)].append(len(texts))
            texts.append(text)
    unseen = list(_asked(held, written, places))
    out = {place for one in unseen for place in one.right}
    seen = [one for one in _asked(kept, written, places) if not out.issuperset(one.right)]
    return Lesson(texts, read, seen, unseen)


def _reading(given: Material) -> Iterator[reading_sets.Asked]:
    return (simplified(one) for asked in given.sets.values() for one in asked)


def _file(folder: Path, asked: reading_sets.Asked) -> str:
    return as_file(folder, asked.title, asked.passage)


def _passages(path: Path, model: PackagedModel) -> Iterator[tuple[str, str]]:
    """The last heading of each passage of a file, and what is embedded of it."""
    document = read(path, path.name)
    for one in chunk(document, model.count_tokens, min(MAX_PASSAGE, model.max_tokens)):
        yield one.path[-1] if one.path else "", embedded_text(document, one)


def _article(name: str, heading: str) -> str:
    return f"{name} {heading.split(maxsplit=1)[0] if heading else ''}"


def _asked(given: Material, written: Path, places: dict[str, list[int]]) -> Iterator[Asked]:
    """The questions that passages answer."""
    for kind, questions in given.sets.items():
        for one in map(simplified, questions):
            yield Asked(one.question, tuple(places[_file(written, one)]), kind)
    for row in given.everyday:
        articles = {_article(name, g["article"]) for g in row["gold"] for name in g["all_doc_ids"]}
        right = sorted(place for one in articles for place in places.get(one, ()))
        if right:
            yield Asked(row["question"], tuple(right), LAW)
