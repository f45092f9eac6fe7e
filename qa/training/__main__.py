"""Train the reader: `python -m qa.training ../shared runs/reader`, then `--ship` its weights."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Annotated

import typer

from qa.training import examples
from qa.training.data import make
from qa.training.ship import ship
from qa.training.train import Plan, train

READING = ("drcd", "cmrc", "xquad")
_REPLAYED = 0.5
"""The share of the first stage's DRCD questions that the second stage asks again."""


def run(
    shared: Annotated[Path, typer.Argument(help="The data folder, with train/ and corpora/.")],
    folder: Annotated[Path, typer.Argument(help="Where data, checkpoints and logs are kept.")],
    laws: Annotated[int, typer.Option(help="How many laws are asked about.")] = 600,
    plans: Annotated[int, typer.Option(help="How many plans are made up.")] = 4000,
    seed: Annotated[int, typer.Option(help="Fixes the data and the order of training.")] = 2026,
    to_ship: Annotated[
        bool, typer.Option("--ship", help="Write the weights that the package carries.")
    ] = False,
) -> None:
    """Make the data, train in two stages, and keep checkpoints; a stopped run goes on.

    First the reading sets teach to find words at all, then everything together teaches what
    official text says, in Chinese, English and a mix, and when it says nothing.
    """
    data, held = folder / "train.jsonl", folder / "held-out.jsonl"
    if not data.exists():
        kept, out = make(shared, seed, laws, plans)
        print(f"{examples.write(held, out):,} examples held out")
        print(f"{examples.write(data, kept):,} examples to train on")
    everything = list(examples.read(data))
    chance = random.Random(seed)
    first = [one for one in everything if one.source.startswith(READING)]
    second = [
        one
        for one in everything
        if not one.source.startswith("drcd") or chance.random() < _REPLAYED
    ]
    train(first, Plan(seed=seed), folder / "first", None)
    last = folder / "first" / "checkpoint.safetensors"
    train(second, Plan(rate=1e-4, head_rate=3e-4, seed=seed + 1), folder / "second", last)
    if to_ship:
        ship(folder / "second" / "checkpoint.safetensors")


if __name__ == "__main__":
    typer.run(run)
