"""Train the reader: `python -m qa.training ../shared runs/reader --ship`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from qa.training import examples
from qa.training.data import LAWS, PLANS, SEED, material
from qa.training.data import examples as made_of
from qa.training.ship import ship
from qa.training.train import Plan, train


def run(
    shared: Annotated[Path, typer.Argument(help="The data folder, with train/ and corpora/.")],
    folder: Annotated[Path, typer.Argument(help="Where data, checkpoints and log are kept.")],
    to_ship: Annotated[
        bool, typer.Option("--ship", help="Write the weights that the package carries.")
    ] = False,
) -> None:
    """Make the data, train for one epoch, and keep checkpoints; a stopped run goes on.

    What `python -m qa.training.calibrate` needs is held out: no passage, law or article of it is
    trained on.
    """
    data = folder / "train.jsonl"
    if not data.exists():
        with tempfile.TemporaryDirectory() as unpacked:
            kept, _ = material(shared, Path(unpacked), LAWS, SEED)
            print(f"{examples.write(data, made_of(kept, PLANS, SEED)):,} examples to train on")
    last = train(list(examples.read(data)), Plan(seed=SEED), folder)
    if to_ship:
        ship(last)


if __name__ == "__main__":
    typer.run(run)
