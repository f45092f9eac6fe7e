"""What the reader owes to data, epochs, layers and windows: short runs, and the shipped weights.

    python tests/bench/reader_curves.py ../shared WORK [--every N]

Each run reads a share of stage one's examples, once or twice, with so many of the encoder's layers
trained, and ends with its learning rate at zero; the shipped reader reads windows of several
lengths. WORK keeps data, index and checkpoints, so a stopped bench goes on.
Lines tell exact match and F1 on every so-manieth question of CMRC 2018 dev, its own passage given;
and F1 on five times that share of the notices' questions, of the words that are likeliest by the
shipped calibration, where nothing is left unanswered.
"""

from __future__ import annotations

import argparse
import functools
import random
import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import reader

from index.build import update
from index.embed import PackagedModel
from index.search import Index
from qa import network, places
from qa.answer import PASSAGES
from qa.choose import calibration, candidates
from qa.evaluate import Row, f1, read_questions
from qa.reader import Reader, load
from qa.training import examples
from qa.training.data import LAWS, PLANS, SEED, material
from qa.training.data import examples as made_of
from qa.training.found import find
from qa.training.train import Plan, tensors, train
from qa.windows import LIMIT, cut

RUNS = ((8, 0.05, 1), (8, 0.05, 2), (12, 0.05, 1), (4, 0.05, 1), (8, 0.1, 1))
"""Trained layers, the share of the examples, and how often it is read."""

WINDOWS = (80, LIMIT, 200)


def main(shared: Path, work: Path, every: int) -> None:
    update(work / "notices", [shared / "corpora" / "policy-notices"], PackagedModel())
    index = Index(work / "notices")
    rows = read_questions(shared / "eval" / "policy-notices.jsonl")
    noticed = [row for row in rows if row.answerable][:: max(1, every // 5)]
    asked = reader.questions(shared / "eval" / "cmrc2018-dev", every)
    print(f"{len(asked):,} + {len(noticed):,} questions\n{reader.HEAD}")
    for name, checkpoint in runs(shared, work):
        with tempfile.TemporaryDirectory() as joined:
            network.join(tensors(checkpoint), Path(joined))
            measure(Reader(Path(joined)), name, asked, index, noticed, LIMIT)
    for limit in WINDOWS:
        measure(load(), "shipped", asked, index, noticed, limit)


def runs(shared: Path, work: Path) -> Iterator[tuple[str, Path]]:
    """Train each run; gives its name and its last checkpoint."""
    data = work / "train.jsonl"
    if not data.exists():
        with tempfile.TemporaryDirectory() as unpacked:
            kept, _ = material(shared, Path(unpacked), LAWS, SEED)
            examples.write(data, made_of(kept, PLANS, SEED))
    alone = list(examples.read(data))
    for layers, share, epochs in RUNS:
        taken = random.Random(SEED).sample(alone, round(share * len(alone))) * epochs
        name = f"{layers} layers, {share:.0%}" + (f", {epochs} epochs" if epochs > 1 else "")
        plan = replace(Plan(seed=SEED), layers=layers)
        yield name, train(([one] for one in taken), plan, work / name)


def measure(
    read: Reader,
    name: str,
    asked: list[reader.Question],
    index: Index,
    noticed: list[Row],
    limit: int,
) -> None:
    """Print the two lines of a reader that reads windows of that length."""
    reader.measure(read, name, asked, [limit])
    with patch.object(places, "cut", functools.partial(cut, limit=limit)):
        scores = [f1(likeliest(read, index, row.question), list(row.answers)) for row in noticed]
    print(f"{'  over the notices':<45}   {statistics.mean(scores):>5.3f}", flush=True)


def likeliest(read: Reader, index: Index, question: str) -> str:
    """The words that would answer if nothing were left unanswered."""
    with index.snapshot() as snapshot:
        given = find(snapshot, question)
        weighed = calibration(snapshot.embedder().name)
    found = candidates(given.question, given.hits[:PASSAGES], given.documents, read)
    return max(found, key=lambda one: weighed.confidence(one.features)).text if found else ""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--every", type=int, default=20)
    given = parser.parse_args()
    main(given.shared, given.work, given.every)
