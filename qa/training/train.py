"""Training: batches of like length, AdamW, a linear schedule, checkpoints to go on from.

Windows are read one by one, and those of one question together: their scores are compared with one
another when an answer is chosen, so they share one probability (Clark and Gardner (2018), "Simple
and effective multi-paragraph reading comprehension").
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

from index.model import prepare
from index.pieces import Pieces, pieces
from qa import inputs
from qa.inputs import Inputs
from qa.network import Array
from qa.training.examples import Example
from qa.training.network import Network, batch

_CHECKPOINT = "checkpoint.safetensors"
_HEADS = ("marks", "edges", "answers")
_POOL = 40
"""Batches whose examples are sorted by length together, so that little is padded."""
_BETWEEN_CHECKPOINTS = 240.0
"""Seconds."""
_LOGGED = 25
"""Steps to a line of the log."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does; rates are peaks, reached after `warmup` of the steps, that fall to zero.

    `share` is the part of the examples that is read, each once.
    """

    layers: int = 8
    share: float = 1.0
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


Group = tuple[Lesson, ...]
"""The windows that are read for one question; at most one of them answers it."""


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


def batches(groups: Sequence[Group], size: int, seed: int) -> list[list[Group]]:
    """All groups once, in an order that the seed fixes, those of like length together.

    A batch has `size` lessons, or a few more: a group stays whole.
    """
    chance = random.Random(seed)
    order = list(groups)
    chance.shuffle(order)
    found: list[list[Group]] = []
    for pool in _filled(order, size * _POOL):
        parts = list(_filled(sorted(pool, key=_longest), size))
        chance.shuffle(parts)
        found += parts
    return found


def _filled(groups: Iterable[Group], size: int) -> Iterator[list[Group]]:
    """Runs of groups that have `size` lessons together."""
    filling: list[Group] = []
    for group in groups:
        filling.append(group)
        if sum(map(len, filling)) >= size:
            yield filling
            filling = []
    if filling:
        yield filling


def _longest(group: Group) -> int:
    return max(len(one.inputs.ids) for one in group)


def loss(network: Network, groups: Sequence[Group]) -> torch.Tensor:
    """Cross-entropy of first and last token, by window and by group, and of answerability.

    "No answer" is token 0 of a window; in a group it is one more choice, that every window's scores
    are measured against.
    """
    lessons = [one for group in groups for one in group]
    edges, answers = network(batch([one.inputs for one in lessons]))
    targets = torch.tensor([(one.first, one.last) for one in lessons])
    alone = functional.cross_entropy(edges, targets)
    sizes = [len(group) for group in groups]
    parts = zip(edges.split(sizes), targets.split(sizes), strict=True)
    compared = torch.stack([together(*part) for part in parts]).mean()
    known = (targets[:, 0] > 0).float()
    return alone / 2 + compared / 2 + functional.binary_cross_entropy_with_logits(answers, known)


def together(edges: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of the windows of one question: scores [w, n, 2] and tokens [w, 2]."""
    scores = (edges[:, 1:] - edges[:, :1]).flatten(0, 1)
    choices = torch.cat([scores.new_zeros(1, 2), scores])
    window = int(targets[:, 0].argmax())
    chosen = targets[window] + window * (edges.shape[1] - 1) if targets[window, 0] else targets[0]
    return functional.cross_entropy(choices[None], chosen[None])


def train(
    asked: Iterable[Sequence[Example]],
    plan: Plan,
    folder: Path,
    trained: Mapping[str, Array] | None = None,
) -> Path:
    """Train, keeping checkpoints and `log.jsonl` in `folder`; gives the last checkpoint.

    `asked` are the windows of one question each, that are to be told from one another. Training
    begins where the tensors `trained` were left, if they are given; a run that stopped goes on from
    its last checkpoint.
    """
    torch.manual_seed(plan.seed)
    network = Network(prepare(), plan.layers)
    if trained is not None:
        network.take(trained)
    cutter = pieces()
    groups = [group for one in asked if (group := _group(cutter, one))]
    # Small steps are lost in bfloat16, so they are made in float32 and the network gets a copy.
    exact = {name: nn.Parameter(one.detach().clone()) for name, one in network.trained().items()}
    network.to(_precision())
    optimiser = torch.optim.AdamW(
        [
            {"params": [value], "base": _rate(name, plan), "weight_decay": _decay(name)}
            for name, value in exact.items()
        ],
        lr=plan.rate,
        betas=(0.9, 0.98),
        eps=1e-6,
        fused=True,
    )
    steps = batches(groups, plan.batch_size, plan.seed)
    total = math.ceil(len(steps) * plan.share)
    begin = _resume(folder, exact, optimiser)
    _copy(exact, network)
    folder.mkdir(parents=True, exist_ok=True)
    network.train()
    saved, begun, recent = time.monotonic(), time.monotonic(), []
    tokens = 0
    with (folder / "log.jsonl").open("a", encoding="utf-8", buffering=1) as log:
        log.write(json.dumps({"groups": len(groups), "steps": total, "from": begin}) + "\n")
        for step, taken in enumerate(steps[begin:total], begin):
            share = _schedule(step / total, plan)
            for part in optimiser.param_groups:
                part["lr"] = part["base"] * share
            value = loss(network, taken)
            network.zero_grad()
            value.backward()
            for name, parameter in network.trained().items():
                exact[name].grad = None if parameter.grad is None else parameter.grad.float()
            torch.nn.utils.clip_grad_norm_(exact.values(), 1.0)
            optimiser.step()
            _copy(exact, network)
            tokens += sum(len(one.inputs.ids) for group in taken for one in group)
            recent.append(value.item())
            if len(recent) == _LOGGED:
                line = {
                    "step": step + 1,
                    "loss": round(sum(recent) / len(recent), 4),
                    "rate": share * plan.rate,
                    "tokens_per_s": round(tokens / (time.monotonic() - begun)),
                }
                log.write(json.dumps(line) + "\n")
                recent.clear()
            if time.monotonic() - saved > _BETWEEN_CHECKPOINTS:
                _save(folder, exact, optimiser, step + 1)
                saved = time.monotonic()
    _save(folder, exact, optimiser, max(begin, total))
    return folder / _CHECKPOINT


def _group(cutter: Pieces, examples: Iterable[Example]) -> Group:
    made = (lesson(cutter, example) for example in examples)
    return tuple(one for one in made if one is not None)


def _rate(name: str, plan: Plan) -> float:
    return plan.head_rate if name.startswith(_HEADS) else plan.rate


def _decay(name: str) -> float:
    return 0.01 if name.endswith("weight") and "LayerNorm" not in name else 0.0


def _schedule(done: float, plan: Plan) -> float:
    if done < plan.warmup:
        return done / plan.warmup
    return (1 - done) / (1 - plan.warmup)


def _precision() -> torch.dtype:
    """What the network is read in: bfloat16 where the processor multiplies it 2.5 times as fast."""
    return torch.bfloat16 if torch.cpu.get_capabilities().get("amx_bf16") else torch.float32


def _copy(exact: Mapping[str, nn.Parameter], network: Network) -> None:
    with torch.no_grad():
        for name, parameter in network.trained().items():
            parameter.copy_(exact[name])


def _save(
    folder: Path, exact: Mapping[str, nn.Parameter], optimiser: torch.optim.AdamW, step: int
) -> None:
    tensors = {name: value.detach() for name, value in exact.items()}
    for name, value in exact.items():
        for moment in ("exp_avg", "exp_avg_sq"):
            tensors[f"{moment}:{name}"] = optimiser.state[value][moment]
    draft = folder / "checkpoint.draft"
    save_file(tensors, draft, metadata={"step": str(step)})
    draft.replace(folder / _CHECKPOINT)


def tensors(checkpoint: Path) -> dict[str, Array]:
    """What was trained, by name, as a checkpoint holds it."""
    with safe_open(checkpoint, "np") as file:
        names = [name for name in file.keys() if ":" not in name]  # noqa: SIM118 - not a mapping
        return {name: file.get_tensor(name) for name in names}


def _resume(folder: Path, exact: Mapping[str, nn.Parameter], optimiser: torch.optim.AdamW) -> int:
    """The step at which the run stopped, everything set as it was; 0 for a new run."""
    path = folder / _CHECKPOINT
    if not path.exists():
        return 0
    with safe_open(path, "pt") as file:
        step = int(file.metadata()["step"])
        with torch.no_grad():
            for name, value in exact.items():
                value.copy_(file.get_tensor(name))
                optimiser.state[value] = {
                    "step": torch.tensor(float(step)),
                    "exp_avg": file.get_tensor(f"exp_avg:{name}"),
                    "exp_avg_sq": file.get_tensor(f"exp_avg_sq:{name}"),
                }
    return step
