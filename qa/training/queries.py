"""Teach the model to embed questions: `python -m qa.training.queries ../shared DIR --ship`.

People ask in everyday words, laws and notices answer in official ones. A low-rank adapter (Hu et
al., "LoRA", ICLR 2022) is trained on the question's side alone, against the vectors of all passages
as they stand in an index: every passage that does not answer is a negative, and no index has to be
made anew. Half of what it learns is shipped, which keeps what the model knew: Wortsman et al.,
"Robust fine-tuning of zero-shot models", CVPR 2022.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from rich.progress import track
from safetensors.numpy import save_file
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from index import queries
from index.build import update
from index.embed import PackagedModel
from index.model import prepare
from index.pieces import BEGIN, END, PAD, Pieces, pieces
from index.search import Index
from index.shipped import seal
from qa.training.data import LAWS, SEED, Material, as_file, material
from qa.training.examples import Example
from qa.training.reading_sets import simplified
from qa.training.switching import switched

_RANK = 16
_EPOCHS = 2
_LAW = 3
"""How often everyday questions about the law are read in an epoch: there are few of them."""
_MIXED = 0.2
"""The share of Chinese questions that are asked with an English question word."""
_BATCH = 48
_RATE = 5e-4
_WARM = 20
"""Steps until the rate is at its peak, from which it falls to zero."""
_TEMPERATURE = 0.02
_MOST_TOKENS = 96

_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Parts of the adapter that are measured."""
_SHIPPED = 0.5
"""The part that is shipped: more of it puts no more law first, and less of everything else."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of some `kind`, and the files that answer it."""

    question: str
    files: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Bank:
    """The vectors of all passages [n, dimension], and which of them each file has."""

    vectors: Tensor
    passages: dict[str, list[int]]

    def answering(self, asked: Asked) -> list[int]:
        """The passages that answer a question."""
        return [place for file in asked.files for place in self.passages.get(file, ())]


class Adapted(nn.Module):
    """A linear layer with a low-rank addition, of which `share` counts."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.layer = layer
        self.share = 1.0
        self.down = nn.Parameter(torch.randn(_RANK, layer.in_features) * layer.in_features**-0.5)
        self.up = nn.Parameter(torch.zeros(layer.out_features, _RANK))

    def forward(self, states: Tensor) -> Tensor:
        """The layer's output and the addition."""
        low = functional.linear(states, self.down.to(states.dtype))
        added = functional.linear(low, self.up.to(states.dtype))
        return self.layer(states) + self.share * added


class Encoder:
    """The packaged model, adapted in every linear layer; what it was before stays as it is."""

    def __init__(self) -> None:
        self.network = BertModel.from_pretrained(
            prepare(), add_pooling_layer=False, attn_implementation="eager"
        )
        self.network.requires_grad_(requires_grad=False)
        self.network.to(torch.bfloat16)
        self.adapted: dict[str, Adapted] = {}
        for name, module in list(self.network.named_modules()):
            if isinstance(module, nn.Linear):
                owner, _, last = name.rpartition(".")
                self.adapted[name] = Adapted(module)
                setattr(self.network.get_submodule(owner), last, self.adapted[name])
        self._pieces: Pieces = pieces()

    def parameters(self) -> list[nn.Parameter]:
        """What is trained."""
        return [one for layer in self.adapted.values() for one in (layer.down, layer.up)]

    def count(self, share: float) -> None:
        """Let so much of the adapter count."""
        for layer in self.adapted.values():
            layer.share = share

    def embed(self, questions: Sequence[str]) -> Tensor:
        """Unit vectors [questions, dimension]."""
        cut = [self._pieces.encode(f"query: {one}").ids[: _MOST_TOKENS - 2] for one in questions]
        ids = torch.full((len(cut), max(map(len, cut)) + 2), PAD)
        for row, one in enumerate(cut):
            ids[row, : len(one) + 2] = torch.tensor([BEGIN, *one, END])
        real = (ids != PAD).float()
        states = self.network(input_ids=ids, attention_mask=real).last_hidden_state.float()
        summed = (states * real[..., None]).sum(1)
        return functional.normalize(summed, dim=1)


def run(
    shared: Annotated[Path, typer.Argument(help="The data folder, with train/ and corpora/.")],
    folder: Annotated[Path, typer.Argument(help="Where the index of passages is kept.")],
    to_ship: Annotated[
        bool, typer.Option("--ship", help="Write what the package carries.")
    ] = False,
) -> None:
    """Train, and print how questions that were held out find their passages."""
    with tempfile.TemporaryDirectory() as unpacked:
        kept, held = material(shared, Path(unpacked), LAWS, SEED)
    documents = folder / "queries"
    unseen = _lay_out(held, documents)
    asked = _answered_elsewhere(_lay_out(kept, documents), unseen)
    update(folder / "queries-index", [documents], PackagedModel(), prune=True)
    bank = _bank(Index(folder / "queries-index"))
    torch.manual_seed(SEED)
    encoder = Encoder()
    _train(encoder, asked, _without(bank, unseen), random.Random(SEED))
    kinds = list(dict.fromkeys(one.kind for one in unseen))
    print(f"{len(asked):,} questions read, {len(bank.vectors):,} passages; of questions held out,")
    print("the right passage at 1 / 5 / 10")
    print("part   " + "".join(f"{_headed(kind, unseen):<24}" for kind in kinds))
    for share in _SHARES:
        encoder.count(share)
        found = (
            _recall(encoder, [one for one in unseen if one.kind == kind], bank) for kind in kinds
        )
        print(f"{share:<7.2f}" + "".join(f"{one:<24}" for one in found))
    if to_ship:
        _ship(encoder)


def _headed(kind: str, unseen: Sequence[Asked]) -> str:
    return f"{kind} ({sum(one.kind == kind for one in unseen)})"


def _lay_out(given: Material, folder: Path) -> list[Asked]:
    """Write the passages and articles as files; gives the questions about them."""
    folder.mkdir(parents=True, exist_ok=True)
    asked = [
        Asked(one.question, (as_file(folder, one.title, one.passage),), kind)
        for kind, questions in given.sets.items()
        for one in map(simplified, questions)
    ]
    for row in given.everyday:
        files = tuple(as_file(folder, gold["name"], gold["text"]) for gold in row["gold"])
        asked.append(Asked(row["question"], files, "law"))
    return asked


def _answered_elsewhere(asked: Sequence[Asked], unseen: Sequence[Asked]) -> list[Asked]:
    """The questions that not only files of the `unseen` ones answer."""
    held_out = {file for one in unseen for file in one.files}
    return [one for one in asked if not held_out.issuperset(one.files)]


def _bank(index: Index) -> Bank:
    with index.snapshot() as snapshot:
        names, vectors = snapshot.vectors()
    passages: dict[str, list[int]] = {}
    for place, paths in enumerate(names):
        for path in paths:
            passages.setdefault(path, []).append(place)
    return Bank(torch.from_numpy(vectors), passages)


def _without(bank: Bank, unseen: Sequence[Asked]) -> Bank:
    """The bank with the vectors of what is held out at zero, where they teach nothing."""
    vectors = bank.vectors.clone()
    for one in unseen:
        vectors[bank.answering(one)] = 0.0
    return Bank(vectors, bank.passages)


def _train(encoder: Encoder, asked: Sequence[Asked], bank: Bank, chance: random.Random) -> None:
    steps = [step for _ in range(_EPOCHS) for step in _steps(asked, chance)]
    optimiser = torch.optim.AdamW(encoder.parameters(), lr=_RATE, weight_decay=0.01)
    encoder.network.train()
    for number, step in enumerate(track(steps, "Training")):
        for part in optimiser.param_groups:
            part["lr"] = _RATE * min(1, number / _WARM) * (1 - number / len(steps))
        value = loss(
            encoder.embed([question for question, _ in step]), [one for _, one in step], bank
        )
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
    encoder.network.eval()  # type: ignore[no-untyped-call]


def _steps(asked: Sequence[Asked], chance: random.Random) -> Iterator[list[tuple[str, Asked]]]:
    """An epoch in batches: each question as it is asked this time."""
    order = [one for one in asked for _ in range(_LAW if one.kind == "law" else 1)]
    chance.shuffle(order)
    for start in range(0, len(order), _BATCH):
        yield [(_said(one, chance), one) for one in order[start : start + _BATCH]]


def _said(asked: Asked, chance: random.Random) -> str:
    if asked.kind == "xquad" or chance.random() >= _MIXED:
        return asked.question
    mixed = switched(Example(asked.question, "", "", -1, -1, asked.kind), chance)
    return mixed.question if mixed else asked.question


def loss(embedded: Tensor, asked: Sequence[Asked], bank: Bank) -> Tensor:
    """The mean negative log-probability that a passage is one that answers, among all passages."""
    scores = embedded @ bank.vectors.T / _TEMPERATURE
    right = torch.zeros_like(scores, dtype=torch.bool)
    for row, one in enumerate(asked):
        right[row, bank.answering(one)] = True
    answering = scores.masked_fill(~right, float("-inf"))
    return (scores.logsumexp(1) - answering.logsumexp(1)).mean()


def _recall(encoder: Encoder, asked: Sequence[Asked], bank: Bank) -> str:
    """The shares of questions with a right passage among the first one, five and ten."""
    before: list[int] = []
    for start in range(0, len(asked), _BATCH):
        part = asked[start : start + _BATCH]
        with torch.no_grad():
            scores = encoder.embed([one.question for one in part]) @ bank.vectors.T
        for row, one in zip(scores, part, strict=True):
            before.append(int((row > row[bank.answering(one)].max()).sum()))
    return " / ".join(f"{np.mean([place < depth for place in before]):.3f}" for depth in (1, 5, 10))


def _ship(encoder: Encoder) -> None:
    """Write the adapter, the part of it that counts taken into `up`."""
    tensors = {}
    for name, layer in encoder.adapted.items():
        tensors[name + queries.DOWN] = layer.down.detach().numpy().astype(np.float16)
        tensors[name + queries.UP] = (_SHIPPED * layer.up.detach().numpy()).astype(np.float16)
    save_file(tensors, queries.WEIGHTS)
    seal(queries.WEIGHTS)


if __name__ == "__main__":
    typer.run(run)
