"""Training: batches of like length, AdamW, a linear schedule, checkpoints to go on from."""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch.nn import functional

from index.model import packed, prepare
from qa import inputs
from qa.inputs import Inputs
from qa.pieces import Pieces, pieces
from qa.training.examples import Example
from qa.training.network import Network, batch

_CHECKPOINT = "checkpoint.safetensors"
_HEADS = ("marks", "edges", "answers")
_POOL = 40
"""Batches whose examples are sorted by length together, so that little is padded."""
_BETWEEN_CHECKPOINTS = 240.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does; rates are peaks, reached after `warmup` of the steps, that fall to zero."""

    layers: int = 8
    epochs: float = 1.0
    batch_size: int = 24
    rate: float = 1.5e-4
    head_rate: float = 1e-3
    warmup: float = 0.05
    seed: int = 2026


@dataclass(frozen=True, slots=True)
class Lesson:
    """An example made ready: what is read, and the tokens to find (0 and 0: no answer)."""

    inputs: Inputs
    first: int
    last: int


def lesson(cutter: Pieces, example: Example) -> Lesson | None:
    """None where the answer lies beyond the tokens that are read."""
    given = inputs.prepare(cutter, example.question, example.window, example.terms)
    if example.start < 0:
        return Lesson(given, 0, 0)
    touching = [
        token
        for token, (start, end) in enumerate(given.ranges, given.first)
        if start < example.end and end > example.start
    ]
    if not touching or given.ranges[-1][1] < example.end:
        return None
    return Lesson(given, touching[0], touching[-1])


def batches(lessons: Sequence[Lesson], size: int, seed: int) -> Iterator[list[Lesson]]:
    """All lessons once, in an order that the seed fixes, those of like length together."""
    chance = random.Random(seed)
    order = list(range(len(lessons)))
    chance.shuffle(order)
    for begin in range(0, len(order), size * _POOL):
        pool = sorted(order[begin : begin + size * _POOL], key=lambda i: len(lessons[i].inputs.ids))
        parts = [pool[place : place + size] for place in range(0, len(pool), size)]
        chance.shuffle(parts)
        for part in parts:
            yield [lessons[index] for index in part]


def loss(network: Network, lessons: Sequence[Lesson]) -> torch.Tensor:
    """Cross-entropy of first and last token ("no answer": token 0) and of answerability."""
    edges, answers = network(batch([one.inputs for one in lessons]))
    first = torch.tensor([one.first for one in lessons])
    last = torch.tensor([one.last for one in lessons])
    spans = functional.cross_entropy(edges[..., 0], first) + functional.cross_entropy(
        edges[..., 1], last
    )
    known = (first > 0).float()
    return spans / 2 + functional.binary_cross_entropy_with_logits(answers, known)


def train(examples: Sequence[Example], plan: Plan, folder: Path) -> Path:
    """Train on `examples`, keeping checkpoints and `log.jsonl` in `folder`; gives the last one.

    A run that stopped goes on from its last checkpoint.
    """
    torch.manual_seed(plan.seed)
    network = Network(prepare(), plan.layers)
    cutter = pieces(packed())
    made = (lesson(cutter, example) for example in examples)
    lessons = [one for one in made if one is not None]
    parameters = network.trained()
    optimiser = torch.optim.AdamW(
        [
            {"params": [parameters[name]], "base": _rate(name, plan), "weight_decay": _decay(name)}
            for name in parameters
        ],
        lr=plan.rate,
        betas=(0.9, 0.98),
        eps=1e-6,
        fused=True,
    )
    per_epoch = math.ceil(len(lessons) / plan.batch_size)
    total = math.ceil(per_epoch * plan.epochs)
    step = _resume(folder, network, optimiser)
    folder.mkdir(parents=True, exist_ok=True)
    log = (folder / "log.jsonl").open("a", encoding="utf-8", buffering=1)
    log.write(json.dumps({"lessons": len(lessons), "steps": total, "from": step}) + "\n")
    network.train()
    saved, begun, recent = time.monotonic(), time.monotonic(), []
    tokens = 0
    while step < total:
        epoch, skip = divmod(step, per_epoch)
        for place, group in enumerate(batches(lessons, plan.batch_size, plan.seed + epoch)):
            if place < skip:
                continue
            if step >= total:
                break
            share = _schedule(step / total, plan)
            for part in optimiser.param_groups:
                part["lr"] = part["base"] * share
            value = loss(network, group)
            optimiser.zero_grad()
            value.backward()
            torch.nn.utils.clip_grad_norm_(parameters.values(), 1.0)
            optimiser.step()
            step += 1
            tokens += sum(len(one.inputs.ids) for one in group)
            recent.append(value.item())
            if step % 25 == 0:
                line = {
                    "step": step,
                    "loss": round(sum(recent) / len(recent), 4),
                    "rate": share * plan.rate,
                    "tokens_per_s": round(tokens / (time.monotonic() - begun)),
                }
                log.write(json.dumps(line) + "\n")
                recent.clear()
            if time.monotonic() - saved > _BETWEEN_CHECKPOINTS:
                _save(folder, network, optimiser, step)
                saved = time.monotonic()
    _save(folder, network, optimiser, step)
    log.close()
    return folder / _CHECKPOINT


def _rate(name: str, plan: Plan) -> float:
    return plan.head_rate if name.startswith(_HEADS) else plan.rate


def _decay(name: str) -> float:
    return 0.01 if name.endswith("weight") and "LayerNorm" not in name else 0.0


def _schedule(done: float, plan: Plan) -> float:
    if done < plan.warmup:
        return done / plan.warmup
    return (1 - done) / (1 - plan.warmup)


def _save(folder: Path, network: Network, optimiser: torch.optim.AdamW, step: int) -> None:
    tensors = {name: value.detach() for name, value in network.trained().items()}
    for name, value in network.trained().items():
        for moment in ("exp_avg", "exp_avg_sq"):
            tensors[f"{moment}:{name}"] = optimiser.state[value][moment]
    draft = folder / "checkpoint.draft"
    save_file(tensors, draft, metadata={"step": str(step)})
    draft.replace(folder / _CHECKPOINT)


def _resume(folder: Path, network: Network, optimiser: torch.optim.AdamW) -> int:
    """The step at which the run stopped, everything set as it was; 0 for a new run."""
    path = folder / _CHECKPOINT
    if not path.exists():
        return 0
    with safe_open(path, "pt") as file:
        step = int(file.metadata()["step"])
        with torch.no_grad():
            for name, value in network.trained().items():
                value.copy_(file.get_tensor(name))
                optimiser.state[value] = {
                    "step": torch.tensor(float(step)),
                    "exp_avg": file.get_tensor(f"exp_avg:{name}"),
                    "exp_avg_sq": file.get_tensor(f"exp_avg_sq:{name}"),
                }
    return step
