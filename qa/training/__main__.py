"""Train the reader: `python -m qa.training ../shared runs/reader --ship`."""

from __future__ import annotations

import itertools
import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from qa.training import examples, rivals
from qa.training.data import LAWS, PLANS, SEED, material
from qa.training.data import examples as made_of
from qa.training.examples import Example
from qa.training.ship import mean, ship
from qa.training.train import Plan, tensors, train

_AGAIN = 6000
"""Examples of the first stage that the second reads once more, lest what they teach be lost."""

_SECOND = Plan(rate=1e-4, head_rate=5e-4, share=0.65, seed=SEED)


def run(
    shared: Annotated[Path, typer.Argument(help="The data folder, with train/ and corpora/.")],
    folder: Annotated[Path, typer.Argument(help="Where data, checkpoints and log are kept.")],
    to_ship: Annotated[
        bool, typer.Option("--ship", help="Write the mean of both stages, which is shipped.")
    ] = False,
) -> None:
    """Make the data, train in two stages, and keep checkpoints; a stopped run goes on.

    The first stage reads windows one by one, the second a question's window among its rivals. What
    `python -m qa.training.calibrate` needs is held out: no passage, law or article of it is trained
    on.
    """
    first, second = folder / "train.jsonl", folder / "rivals.jsonl"
    if not second.exists():
        with tempfile.TemporaryDirectory() as unpacked:
            kept, _ = material(shared, Path(unpacked), LAWS, SEED)
            print(f"{examples.write(first, made_of(kept, PLANS, SEED)):,} examples to train on")
            found = itertools.chain.from_iterable(rivals.groups(kept, folder, SEED))
            print(f"{examples.write(second, found):,} windows to tell from one another")
    alone = list(examples.read(first))
    one = train(([one] for one in alone), Plan(seed=SEED), folder / "first")
    two = train(_second(alone, second), _SECOND, folder / "second", tensors(one))
    if to_ship:
        ship(mean(one, two))


def _second(alone: Sequence[Example], rivalled: Path) -> Iterator[Sequence[Example]]:
    yield from ([one] for one in random.Random(SEED).sample(alone, min(_AGAIN, len(alone))))
    for _, windows in itertools.groupby(examples.read(rivalled), key=lambda one: one.question):
        yield list(windows)


if __name__ == "__main__":
    typer.run(run)
