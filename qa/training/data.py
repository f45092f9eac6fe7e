"""The reader's training data: reading sets, laws, everyday questions, and made-up plans.

Everything comes from `train/` and `corpora/laws.tar.xz` of the data folder; nothing under `eval/`,
no report, no notice and not the seed document is read here.
"""

from __future__ import annotations

import functools
import random
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import rjieba

from index import glossary
from ingest.chunk import chunk
from ingest.errors import UnreadableFile
from ingest.metadata import this_year
from ingest.read import read
from qa.training import clauses, everyday, plans, reading_sets, rules
from qa.training.examples import Example
from qa.training.switching import switched
from qa.windows import LIMIT, Window, cut, place

_LIMITS = (60, 100, LIMIT, LIMIT)
_HELD_OUT = 20
"""One passage, law or plan in so many is held out."""


def make(shared: Path, seed: int, laws: int, planned: int) -> tuple[list[Example], list[Example]]:
    """The examples to train on and those held out, from the data folder `shared`.

    `laws` is the number of laws that are asked about, `planned` that of made-up plans. What is held
    out shares no passage, law or plan with what is trained on.
    """
    chance = random.Random(seed)
    groups = [
        *_reading(shared / "train", seed),
        *_laws(shared / "corpora" / "laws.tar.xz", laws, chance),
        *_everyday(shared / "train" / "law-questions.jsonl", seed),
        *_in_groups(plans.examples(planned, seed), 200),
    ]
    chance.shuffle(groups)
    held = [one for group in groups[::_HELD_OUT] for one in group]
    kept = [one for number, group in enumerate(groups) if number % _HELD_OUT for one in group]
    frequency = _frequency([*held, *kept])
    return [_with_terms(one, frequency) for one in kept], [
        _with_terms(one, frequency) for one in held
    ]


def _reading(folder: Path, seed: int) -> Iterator[list[Example]]:
    chance = random.Random(seed)
    for name, source in (("drcd", "drcd"), ("cmrc2018-trial", "cmrc"), ("xquad-en-zh", "xquad")):
        asked = reading_sets.load(folder / name, source)
        if source == "drcd":
            both = [chance.choice((one, reading_sets.simplified(one) or one)) for one in asked]
            asked = both
        by_passage: dict[str, list[Example]] = {}
        for one, examples in reading_sets.examples(asked, seed):
            group = by_passage.setdefault(one.title + one.passage[:40], [])
            for example in examples:
                mixed = switched(example, chance) if source != "xquad" else None
                group.append(mixed if mixed and chance.random() < 0.25 else example)
        yield from by_passage.values()


def _laws(archive: Path, count: int, chance: random.Random) -> Iterator[list[Example]]:
    """Questions about `count` laws, each law a group of its own."""
    with tempfile.TemporaryDirectory() as folder, tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
        paths = sorted(Path(folder).rglob("*.md"))
        for path in chance.sample(paths, min(count, len(paths))):
            try:
                document = read(path, path.name)
            except UnreadableFile:
                continue
            limit = chance.choice(_LIMITS)
            year = this_year(document.metadata)
            windows = [
                Window(place(passage.path, year), text)
                for passage in chunk(document, len)
                for start, end in cut(passage.text, limit)
                if len(text := passage.text[start:end].strip()) > _SHORTEST
            ]
            if windows:
                yield [
                    *clauses.examples(windows, 6, chance, "law"),
                    *rules.examples(windows, 7, chance, "law"),
                ]


_SHORTEST = 12


def _everyday(path: Path, seed: int) -> Iterator[list[Example]]:
    by_question: dict[str, list[Example]] = {}
    for example in everyday.examples(path, seed):
        by_question.setdefault(example.question, []).append(example)
    yield from by_question.values()


def _in_groups(examples: Iterable[Example], size: int) -> Iterator[list[Example]]:
    group: list[Example] = []
    for example in examples:
        group.append(example)
        if len(group) == size:
            yield group
            group = []
    yield group


def _frequency(examples: Iterable[Example]) -> Counter[str]:
    """How often each word stands in the windows; the glossary chooses translations by it."""
    texts = {example.text for example in examples}
    return Counter(word for text in texts for word in rjieba.cut(text))


def _with_terms(example: Example, frequency: Counter[str]) -> Example:
    expanded = glossary.expand(example.question, functools.partial(_count, frequency))
    return replace(example, terms=expanded[len(example.question) :].strip())


def _count(frequency: Counter[str], word: str) -> int:
    """The frequency of a word, or of the rarest of its parts where it is no single word."""
    return frequency[word] or min((frequency[part] for part in rjieba.cut(word)), default=0)
