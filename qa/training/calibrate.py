"""Fit what an answer's confidence is made of, on material that training held out.

    python -m qa.training.calibrate ../shared runs/reader --ship

The passages and laws that were held out are indexed among others of their kind, and their questions
are asked of the whole index and of a handful of documents, for a confidence must hold in both.
Those that no other document answers are asked twice more, without the document that does.
Logistic regression gives each feature of a candidate its weight; everything that is printed comes
from folds that the weights were not fitted on.
"""

from __future__ import annotations

import itertools
import json
import random
import shutil
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.progress import track
from sklearn.linear_model import LogisticRegression

from index.build import update
from index.embed import PackagedModel
from index.search import Index
from qa.answer import PASSAGES
from qa.choose import ANY_MODEL, CALIBRATION, Calibration, candidates
from qa.evaluate import f1
from qa.reader import load
from qa.training.data import LAWS, SEED, Material, as_file, material, of_law
from qa.training.found import find
from qa.training.reading_sets import simplified

_OTHERS = 500
"""Passages of training that are indexed too, so that there is something to search among."""

_ASKED = {"read": 400, "everyday": 60, "law": 120}
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
    """A candidate that was read for question number `asked`.

    `few` tells whether only a handful of documents was searched, `answerable` whether the right one
    was among them.
    """

    asked: int
    few: bool
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
    index = folder / "calibration-index"  # apart from what training searches for rivals
    update(index, [documents], model := PackagedModel(), prune=True)
    read = list(_read(Index(index), asked, random.Random(SEED)))
    lines = (json.dumps(asdict(one)) for one in read)
    (folder / "read.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    chosen = {}
    for name, taken in ((model.name, read), (ANY_MODEL, list(map(_without_cosine, read)))):
        confidences = held_out(taken)
        print(f"\nembedding model: {name}")
        _print(asked, taken, confidences)
        best = next(at for at in _THRESHOLDS if shares(taken, confidences, at)[1] >= _SILENCE)
        chosen[name] = asdict(replace(fit(taken), threshold=best))
        print(json.dumps(chosen[name]))
    if to_ship:
        CALIBRATION.write_text(json.dumps(chosen, indent=2) + "\n", "utf-8")


def _without_cosine(one: Read) -> Read:
    """The candidate with its cosine, the fourth feature, at zero, so that it weighs nothing."""
    return replace(one, features=(*one.features[:3], 0.0, *one.features[4:]))


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
            name = as_file(folder, one.title, one.passage)
            lang = "en" if source == "xquad" else "zh"
            yield Asked(one.question, one.passage[one.start : one.end], name, lang, alone=True)
    others = {one.passage: one for questions in kept.sets.values() for one in questions}
    for passage in chance.sample(sorted(others), _OTHERS):
        one = simplified(others[passage])
        as_file(folder, one.title, one.passage)


def _articles(kept: Material, held: Material, folder: Path) -> Iterator[Asked]:
    for row in kept.everyday + held.everyday:
        gold = row["gold"][0]
        name = as_file(folder, gold["name"], gold["text"])
        if row in held.everyday:
            yield Asked(row["question"], gold["text"], name, "zh", alone=False)


def _laws(held: Material, folder: Path, chance: random.Random) -> Iterator[Asked]:
    for path in held.laws:
        shutil.copy(path, folder)
        for one in of_law(path, chance):
            if one.answer:
                lang = "en" if one.question.isascii() else "zh"
                yield Asked(one.question, one.answer, path.name, lang, alone=False)


def _read(index: Index, asked: Sequence[Asked], chance: random.Random) -> Iterator[Read]:
    for number, one in enumerate(track(asked, "Reading")):
        with index.snapshot() as snapshot:
            found = find(snapshot, one.question)
        everything, others = set(found.documents), set(found.beside(one.doc))
        handful = found.handful(one.doc, chance)
        for few, answerable in itertools.product((False, True), (True, False)):
            if answerable or one.alone:
                held = handful if few else everything
                held = held if answerable else held & others
                best = (found.alone_among(held) if few else found.among(held))[:PASSAGES]
                for read in candidates(found.question, best, found.documents, load()):
                    right = one.doc in found.documents[read.place.hit.chunk.document_id].paths
                    right = right and f1(read.text, [one.answer]) >= _RIGHT
                    yield Read(number, few, answerable, read.features, right)


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


def _tops(read: Sequence[Read], confidences: Sequence[float]) -> list[int]:
    """The likeliest candidate of each question, of each way of asking it."""
    tops: dict[tuple[int, bool, bool], int] = {}
    for place, one in enumerate(read):
        key = one.asked, one.few, one.answerable
        if key not in tops or confidences[place] > confidences[tops[key]]:
            tops[key] = place
    return list(tops.values())


def shares(
    read: Sequence[Read], confidences: Sequence[float], threshold: float
) -> tuple[float, float]:
    """The share of questions answered rightly, and of those without their document left alone."""
    right: list[bool] = []
    silent: list[bool] = []
    for place in _tops(read, confidences):
        told = confidences[place] >= threshold
        if read[place].answerable:
            right.append(told and read[place].right)
        else:
            silent.append(not told)
    return statistics.mean(right), statistics.mean(silent)


def calibration_error(read: Sequence[Read], confidences: Sequence[float]) -> float:
    """The expected calibration error of the likeliest candidates, in ten bins of confidence.

    Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning",
    AAAI 2015.
    """
    tops = _tops(read, confidences)
    given = np.array([confidences[place] for place in tops])
    right = np.array([read[place].right for place in tops])
    bins = np.minimum((given * 10).astype(int), 9)
    gaps = (
        (bins == one).mean() * abs(given[bins == one].mean() - right[bins == one].mean())
        for one in np.unique(bins)
    )
    return float(sum(gaps))


def _print(asked: Sequence[Asked], read: Sequence[Read], confidences: Sequence[float]) -> None:
    foreign, lone = sum(one.lang == "en" for one in asked), sum(one.alone for one in asked)
    print(f"questions                    {len(asked):>6,} ({foreign} in English)")
    print(f"asked without their document {lone:>6,}")
    error = calibration_error(read, confidences)
    print(f"expected calibration error   {error:>6.3f} (10 bins of confidence)")
    print("             whole index            a handful of documents")
    print("threshold   right answers  silence   right answers  silence")
    whole, few = (
        [place for place, one in enumerate(read) if one.few == handful] for handful in (False, True)
    )
    for threshold in _THRESHOLDS[::5]:
        row = [
            share
            for part in (whole, few)
            for share in shares(
                [read[place] for place in part], [confidences[place] for place in part], threshold
            )
        ]
        print(f"{threshold:>9.2f}" + "".join(f"   {share:>10.3f}" for share in row))


if __name__ == "__main__":
    typer.run(run)
