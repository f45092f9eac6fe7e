"""What the reader owes to data and to trained layers: short runs of stage one, and the shipped one.

    python tests/bench/reader_curves.py ../shared WORK [--every N]

Each run reads a share of the examples once, with so many of the encoder's layers trained, and
ends with its learning rate at zero; WORK keeps data, index and checkpoints, so a stopped bench goes
on. Lines tell exact match and F1 on every so-manieth question of CMRC 2018 dev, its own passage
given; and F1 on five times that share of the notices' questions, of the words that are likeliest by
the shipped calibration, where nothing is left unanswered.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path

import reader

from index.build import update
from index.embed import PackagedModel
from index.search import Index
from qa import network
from qa.answer import PASSAGES
from qa.choose import calibration, candidates
from qa.evaluate import Row, f1, read_questions
from qa.reader import Reader, load
from qa.training import examples
from qa.training.data import LAWS, PLANS, SEED, material
from qa.training.data import examples as made_of
from qa.training.found import find
from qa.training.train import Plan, tensors, train
from qa.windows import LIMIT

RUNS = ((8, 0.05), (12, 0.05), (4, 0.05), (8, 0.1))
"""Trained layers, and the share of the examples."""


def main(shared: Path, work: Path, every: int) -> None:
    data = work / "train.jsonl"
    if not data.exists():
        with tempfile.TemporaryDirectory() as unpacked:
            kept, _ = material(shared, Path(unpacked), LAWS, SEED)
            examples.write(data, made_of(kept, PLANS, SEED))
    update(work / "notices", [shared / "corpora" / "policy-notices"], PackagedModel())
    index = Index(work / "notices")
    rows = read_questions(shared / "eval" / "policy-notices.jsonl")
    noticed = [row for row in rows if row.answerable][:: max(1, every // 5)]
    asked = reader.questions(shared / "eval" / "cmrc2018-dev", every)
    alone = list(examples.read(data))
    print(f"{len(alone):,} examples, {len(asked):,} + {len(noticed):,} questions\n{reader.HEAD}")
    for layers, share in RUNS:
        taken = random.Random(SEED).sample(alone, round(share * len(alone)))
        name = f"{layers} layers, {share:.0%}"
        plan = replace(Plan(seed=SEED), layers=layers)
        last = train(([one] for one in taken), plan, work / name)
        with tempfile.TemporaryDirectory() as joined:
            network.join(tensors(last), Path(joined))
            measure(Reader(Path(joined)), name, asked, index, noticed)
    measure(load(), "shipped", asked, index, noticed)


def measure(
    read: Reader, name: str, asked: list[reader.Question], index: Index, noticed: list[Row]
) -> None:
    """Print the two lines of a reader."""
    reader.measure(read, name, asked, [LIMIT])
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
