"""What the reader owes to data and to trained layers: short runs of stage one, on CMRC 2018 dev.

    python tests/bench/reader_curves.py ../shared WORK [--every N]

Each run reads a share of the examples, once or twice, with so many of the encoder's layers
trained, and ends with its learning rate at zero; WORK keeps data and checkpoints, so a stopped
bench goes on. A line tells exact match and F1, the question's own passage given.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from dataclasses import replace
from pathlib import Path

import reader

from qa import network
from qa.reader import Reader
from qa.training import examples
from qa.training.data import LAWS, PLANS, SEED, material
from qa.training.data import examples as made_of
from qa.training.train import Plan, tensors, train
from qa.windows import LIMIT

RUNS = (
    (8, 0.05, 1),
    (12, 0.05, 1),
    (4, 0.05, 1),
    (8, 0.1, 1),
    (8, 0.05, 2),
    (8, 0.025, 1),
    (2, 0.05, 1),
)
"""Trained layers, the share of the examples, and how often each is read."""


def main(shared: Path, work: Path, every: int) -> None:
    data = work / "train.jsonl"
    if not data.exists():
        with tempfile.TemporaryDirectory() as unpacked:
            kept, _ = material(shared, Path(unpacked), LAWS, SEED)
            examples.write(data, made_of(kept, PLANS, SEED))
    asked = reader.questions(shared / "eval" / "cmrc2018-dev", every)
    alone = list(examples.read(data))
    print(f"{len(alone):,} examples, {len(asked):,} questions\n{reader.HEAD}")
    for layers, share, epochs in RUNS:
        taken = random.Random(SEED).sample(alone, round(share * len(alone)))
        name = f"{layers} layers, {share:.1%}" + f" x {epochs}" * (epochs > 1)
        plan = replace(Plan(seed=SEED), layers=layers)
        last = train(([one] for one in taken * epochs), plan, work / name)
        with tempfile.TemporaryDirectory() as joined:
            network.join(tensors(last), Path(joined))
            reader.measure(Reader(Path(joined)), name, asked, [LIMIT])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--every", type=int, default=20)
    given = parser.parse_args()
    main(given.shared, given.work, given.every)
