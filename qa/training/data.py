"""The reader's training data: reading sets, laws, everyday questions, and made-up plans.

Everything comes from `train/` and `corpora/laws.tar.xz` of the data folder; nothing under `eval/`,
no report, no notice and not the seed document is read here.
"""

from __future__ import annotations

import functools
import hashlib
import random
import re
import tarfile
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import rjieba

from index import glossary
from ingest.chunk import chunk
from ingest.errors import UnreadableFile
from ingest.metadata import place
from ingest.read import read
from qa.training import clauses, everyday, plans, reading_sets, rules
from qa.training.everyday import Row
from qa.training.examples import Example
from qa.training.reading_sets import Asked, simplified
from qa.training.switching import switched
from qa.windows import LIMIT, Window, cut

SEED, LAWS, PLANS = 2026, 1000, 5700
"""What fixes the data, how many laws are asked about, how many plans are made up."""

_LIMITS = (60, 100, LIMIT, LIMIT)
_SHORTEST = 12
"""Characters of the shortest window of a law that is asked about."""

_HELD_OUT = 20
"""One passage, law or article in so many is held out."""

_SETS = (("drcd", "drcd"), ("cmrc2018-trial", "cmrc"), ("xquad-en-zh", "xquad"))
_MIXED = 0.25
"""The share of Chinese questions that are asked with an English question word."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Material:
    """What questions are taken from or made of: reading sets by name, laws, everyday questions."""

    sets: dict[str, list[Asked]]
    laws: list[Path]
    everyday: list[Row]


def material(shared: Path, unpacked: Path, laws: int, seed: int) -> tuple[Material, Material]:
    """What to train on and what to hold out, from the data folder `shared`.

    The archive of laws is unpacked to the folder `unpacked`, and `laws` of them are asked about.
    The two parts share no passage, no law (in any of its versions) and no everyday question's
    article; whatever is chosen on one of them has not been seen in the other.
    """
    chance = random.Random(seed)
    kept: dict[str, list[Asked]] = {}
    held: dict[str, list[Asked]] = {}
    for folder, name in _SETS:
        asked = reading_sets.load(shared / "train" / folder, name)
        kept[name], held[name] = _split(asked, lambda one: one.passage, chance)
    with tarfile.open(shared / "corpora" / "laws.tar.xz") as tar:
        tar.extractall(unpacked, filter="data")
    paths = sorted(unpacked.rglob("*.md"))
    asked_about = chance.sample(paths, min(laws, len(paths)))
    kept_laws, held_laws = _split(asked_about, law_title, chance)
    rows = everyday.load(shared / "train" / "law-questions.jsonl")
    kept_rows, held_rows = _split(rows, lambda row: row["gold"][0]["name"], chance)
    return Material(kept, kept_laws, kept_rows), Material(held, held_laws, held_rows)


def examples(given: Material, planned: int, seed: int) -> list[Example]:
    """Questions over windows of the material and of made-up plans, with twins without an answer."""
    chance = random.Random(seed)
    made = [
        *_read(given.sets, chance),
        *(one for path in given.laws for one in of_law(path, chance)),
        *everyday.examples(given.everyday, chance),
        *plans.examples(planned, chance),
    ]
    frequency = Counter(word for text in {one.text for one in made} for word in rjieba.cut(text))
    return [_with_terms(one, frequency) for one in made]


def of_law(path: Path, chance: random.Random) -> Iterator[Example]:
    """Questions about a law; none where it cannot be read."""
    try:
        document = read(path, path.name)
    except UnreadableFile:
        return
    limit = chance.choice(_LIMITS)
    windows = [
        Window(place(passage.path, document.metadata), text)
        for passage in chunk(document, len)
        for start, end in cut(passage.text, limit)
        if len(text := passage.text[start:end].strip()) > _SHORTEST
    ]
    if windows:
        yield from clauses.examples(windows, 6, chance, "law")
        yield from rules.examples(windows, 7, chance, "law")


def _split(
    things: Sequence[_T], group: Callable[[_T], Hashable], chance: random.Random
) -> tuple[list[_T], list[_T]]:
    """What is kept and what is held out, those of one group together."""
    groups = list(dict.fromkeys(map(group, things)))
    chance.shuffle(groups)
    out = set(groups[::_HELD_OUT])
    held = [one for one in things if group(one) in out]
    return [one for one in things if group(one) not in out], held


def as_file(folder: Path, title: str, text: str) -> str:
    """Write a document; gives its file's name, which its content fixes."""
    name = hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()[:16] + ".md"
    (folder / name).write_text(f"# {title}\n\n{text}\n", "utf-8")
    return name


def law_title(path: Path) -> str:
    """A law's title, the same for all its versions."""
    return re.sub(r"[（(].*", "", path.stem)


def _read(sets: dict[str, list[Asked]], chance: random.Random) -> Iterator[Example]:
    for name, original in sets.items():
        asked = original
        if name == "drcd":
            asked = [chance.choice((one, simplified(one))) for one in original]
        for example in reading_sets.examples(asked, chance):
            mixed = switched(example, chance) if name != "xquad" else None
            yield mixed if mixed and chance.random() < _MIXED else example


def _with_terms(example: Example, frequency: Counter[str]) -> Example:
    expanded = glossary.expand(example.question, functools.partial(_count, frequency))
    return replace(example, terms=expanded[len(example.question) :].strip())


def _count(frequency: Counter[str], word: str) -> int:
    """The frequency of a word, or of the rarest of its parts where it is no single word."""
    return frequency[word] or min((frequency[part] for part in rjieba.cut(word)), default=0)
