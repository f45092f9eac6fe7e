"""Fit what an answer's confidence is made of, on material that training held out.

    python -m qa.training.calibrate ../shared runs/reader --ship

The passages and laws that were held out are indexed among others of their kind, and their questions
are asked as they are, and those that no other document answers once more, with the document that
does taken out of what was found.
Logistic regression gives each feature of a candidate its weight; everything that is printed comes
from folds that the weights were not fitted on.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.progress import track
from sklearn.linear_model import LogisticRegression

from index.build import update
from index.embed import PackagedModel
from index.search import Index, Snapshot
from qa.answer import PASSAGES
from qa.choose import CALIBRATION, Calibration, Candidate, Question, candidates
from qa.evaluate import f1
from qa.reader import load
from qa.training.data import LAWS, SEED, Material, material, of_law
from qa.training.reading_sets import simplified

_OTHERS = 500
"""Passages of training that are indexed too, so that there is something to search among."""

_ASKED = {"read": 240, "everyday": 60, "law": 120}
"""Questions of each kind, at most."""

_RIGHT = 0.5
"""An answer is right that comes from the right document with at least this F1."""

_FOLDS = 5
_THRESHOLDS = tuple(step / 100 for step in range(5, 81))
_SILENCE = 0.9
"""The share of questions without an answer that are to be left alone: of the thresholds that do so,
the lowest answers most."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question whose `answer` stands in the file `doc`; `lang` is zh or en.

    `alone` tells that no other document answers it; another law may well answer one about a law.
    """

    question: str
    answer: str
    doc: str
    lang: str
    alone: bool


@dataclass(frozen=True, slots=True)
class Read:
    """A candidate that was read for question number `asked`, with or without the right document."""

    asked: int
    answerable: bool
    features: tuple[float, ...]
    right: bool


def run(
    shared: Annotated[Path, typer.Argument(help="The data folder, with train/ and corpora/.")],
    folder: Annotated[
        Path, typer.Argument(help="Where the index is built and what was read kept.")
    ],
    to_ship: Annotated[
        bool, typer.Option("--ship", help="Write what the package carries.")
    ] = False,
) -> None:
    """Fit the weights and the threshold, and print how they do on questions not fitted on."""
    documents = folder / "calibration"
    with tempfile.TemporaryDirectory() as unpacked:
        kept, held = material(shared, Path(unpacked), LAWS, SEED)
        asked = _lay_out(kept, held, documents, random.Random(SEED))
    update(folder / "index", [documents], PackagedModel(), prune=True)
    read = list(_read(Index(folder / "index"), asked))
    lines = (json.dumps(asdict(one)) for one in read)
    (folder / "read.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    fitted = fit(read)
    confidences = held_out(read)
    _print(asked, read, confidences)
    best = next(one for one in _THRESHOLDS if shares(read, confidences, one)[1] >= _SILENCE)
    chosen = Calibration(fitted.weights, fitted.bias, best)
    print(json.dumps(asdict(chosen)))
    if to_ship:
        CALIBRATION.write_text(json.dumps(asdict(chosen), indent=2) + "\n", "utf-8")


def _lay_out(kept: Material, held: Material, folder: Path, chance: random.Random) -> list[Asked]:
    """Write the documents as files; gives the questions that those held out answer."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    asked = {
        "read": list(_passages(kept, held, folder, chance)),
        "everyday": list(_articles(kept, held, folder)),
        "law": list(_laws(held, folder, chance)),
    }
    return [
        one
        for kind, found in asked.items()
        for one in chance.sample(found, min(_ASKED[kind], len(found)))
    ]


def _passages(
    kept: Material, held: Material, folder: Path, chance: random.Random
) -> Iterator[Asked]:
    for source, questions in held.sets.items():
        for one in map(simplified, questions):
            name = _write(folder, one.title, one.passage)
            lang = "en" if source == "xquad" else "zh"
            yield Asked(one.question, one.passage[one.start : one.end], name, lang, alone=True)
    others = {one.passage: one for questions in kept.sets.values() for one in questions}
    for passage in chance.sample(sorted(others), _OTHERS):
        one = simplified(others[passage])
        _write(folder, one.title, one.passage)


def _articles(kept: Material, held: Material, folder: Path) -> Iterator[Asked]:
    for row in kept.everyday + held.everyday:
        gold = row["gold"][0]
        name = _write(folder, gold["name"], gold["text"])
        if row in held.everyday:
            yield Asked(row["question"], gold["text"], name, "zh", alone=False)


def _laws(held: Material, folder: Path, chance: random.Random) -> Iterator[Asked]:
    for path in held.laws:
        shutil.copy(path, folder)
        for one in of_law(path, chance):
            if one.answer:
                lang = "en" if one.question.isascii() else "zh"
                yield Asked(one.question, one.answer, path.name, lang, alone=False)


def _write(folder: Path, title: str, text: str) -> str:
    """Write a document; gives its file's name, which its content fixes."""
    name = hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()[:16] + ".md"
    (folder / name).write_text(f"# {title}\n\n{text}\n", "utf-8")
    return name


def _read(index: Index, asked: Sequence[Asked]) -> Iterator[Read]:
    for number, one in enumerate(track(asked, "Reading")):
        with index.snapshot() as snapshot:
            for answerable in (True, False) if one.alone else (True,):
                for found in _candidates(snapshot, one, without="" if answerable else one.doc):
                    words = found.window.text[found.reading.start : found.reading.end]
                    files = snapshot.document(found.hit.chunk.document_id).paths
                    right = answerable and one.doc in files and f1(words, [one.answer]) >= _RIGHT
                    yield Read(number, answerable, found.features, right)


def _candidates(snapshot: Snapshot, asked: Asked, without: str) -> list[Candidate]:
    """What is read for a question, with one document's passages left out."""
    understood = snapshot.understood(asked.question)
    found = snapshot.rank(asked.question, understood, PASSAGES * 4 if without else PASSAGES)
    documents = {hit.chunk.document_id for hit in found}
    known = {identity: snapshot.document(identity) for identity in documents}
    hits = [hit for hit in found if without not in known[hit.chunk.document_id].paths][:PASSAGES]
    return candidates(Question.of(asked.question, understood), hits, known, load())


def fit(read: Sequence[Read]) -> Calibration:
    """The weights that tell right candidates from wrong ones; the threshold is not chosen yet."""
    model = LogisticRegression(C=10.0, max_iter=1000)
    model.fit([one.features for one in read], [one.right for one in read])
    weights = tuple(round(float(weight), 3) for weight in model.coef_[0])
    return Calibration(weights, round(float(model.intercept_[0]), 3), 0.0)


def held_out(read: Sequence[Read]) -> list[float]:
    """Each candidate's confidence, by weights fitted on other questions."""
    confidences = [0.0] * len(read)
    for fold in range(_FOLDS):
        fitted = fit([one for one in read if one.asked % _FOLDS != fold])
        for place, one in enumerate(read):
            if one.asked % _FOLDS == fold:
                confidences[place] = fitted.confidence(one.features)
    return confidences


def _tops(read: Sequence[Read], confidences: Sequence[float]) -> dict[tuple[int, bool], int]:
    """The likeliest candidate of each question, with and without its document."""
    tops: dict[tuple[int, bool], int] = {}
    for place, one in enumerate(read):
        key = one.asked, one.answerable
        if key not in tops or confidences[place] > confidences[tops[key]]:
            tops[key] = place
    return tops


def shares(
    read: Sequence[Read], confidences: Sequence[float], threshold: float
) -> tuple[float, float]:
    """The share of questions answered rightly, and of those without their document left alone."""
    right: list[bool] = []
    silent: list[bool] = []
    for (_, answerable), place in _tops(read, confidences).items():
        told = confidences[place] >= threshold
        if answerable:
            right.append(told and read[place].right)
        else:
            silent.append(not told)
    return statistics.mean(right), statistics.mean(silent)


def _print(asked: Sequence[Asked], read: Sequence[Read], confidences: Sequence[float]) -> None:
    tops = list(_tops(read, confidences).values())
    given = np.array([confidences[place] for place in tops])
    right = np.array([read[place].right for place in tops])
    bins = np.minimum((given * 10).astype(int), 9)
    error = sum(
        (bins == one).mean() * abs(given[bins == one].mean() - right[bins == one].mean())
        for one in np.unique(bins)
    )
    foreign, alone = sum(one.lang == "en" for one in asked), sum(one.alone for one in asked)
    print(f"questions                    {len(asked):>6,} ({foreign} in English)")
    print(f"asked without their document {alone:>6,}")
    print(f"expected calibration error   {error:>6.3f} (10 bins of confidence)")
    print("threshold   right answers   silence without the document")
    for threshold in _THRESHOLDS[::5]:
        answered, silent = shares(read, confidences, threshold)
        print(f"{threshold:>9.2f}   {answered:>13.3f}   {silent:>28.3f}")


if __name__ == "__main__":
    typer.run(run)
