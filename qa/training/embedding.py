"""Teach the model to embed: `python -m qa.training.embedding ../shared DIR --ship`.

People ask in everyday words, laws and notices answer in official ones. Low-rank adapters (Hu et
al., "LoRA", ICLR 2022) are trained in two stages. First the question's side alone, against the
vectors of all passages as the base model gives them. Then both sides, among the passages of a batch
and those that the first stage ranks high without an answer: Karpukhin et al., "Dense passage
retrieval", EMNLP 2020. Half of each stage is kept, and with it what the model knew: Wortsman et
al., "Robust fine-tuning of zero-shot models", CVPR 2022.
"""

from __future__ import annotations

import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import numpy as np
import torch
import typer
from rich.progress import track
from safetensors.torch import load_file, save_file
from torch import Tensor

from index.shipped import seal
from index.taught import PASSAGES, QUESTIONS, UP
from qa.training.data import LAWS, SEED, material
from qa.training.encoder import PADDED, Encoder
from qa.training.examples import Example
from qa.training.lesson import LAW, Asked, Lesson, read_lesson
from qa.training.switching import switched

_EPOCHS = 2
"""Of the first stage."""
_LAW_AGAIN = 3
"""How often everyday questions about the law are read in an epoch of it: there are few of them."""
_MIXED = 0.2
"""The share of Chinese questions that are asked with an English question word."""
_BATCH = 48
_RATE, _BOTH_RATE = 5e-4, 3e-4
_WARM = 20
"""Steps until the rate is at its peak, from which it falls to zero."""
_TEMPERATURE = 0.02
_KEPT = 0.5
"""The part of each stage that is kept: more puts no more law first, or less of the rest."""

_READ = 0.35
"""The part of the reading sets' passages that the second stage takes; of the law it takes all."""
_A_PASSAGE = 3
"""Questions about one passage that the second stage takes."""
_PASSAGES = 40
"""Passages of a batch of the second stage."""
_ANSWERING = 2
"""Passages that answer a question, at most."""
_LAW_RIVALS, _READ_RIVALS, _NEAREST = 4, 1, 30
"""Passages without an answer beside those of a question, out of so many that are nearest."""
_QUESTION_TOKENS, _PASSAGE_TOKENS = 96, 224
"""What is read of a text in training, to save time; a passage is embedded whole."""
_Step = TypeVar("_Step")


def run(
    shared: Annotated[Path, typer.Argument(help="The data folder, with train/ and corpora/.")],
    folder: Annotated[Path, typer.Argument(help="Where what each stage gives is kept.")],
    to_ship: Annotated[
        bool, typer.Option("--ship", help="Write what the package carries.")
    ] = False,
) -> None:
    """Train, and print how questions that were held out find their passages, after each stage.

    A stage whose outcome stands in the folder is not run again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as unpacked:
        lesson = read_lesson(*material(shared, Path(unpacked), LAWS, SEED), Path(unpacked))
    print(
        f"{len(lesson.kept):,} questions read, {len(lesson.texts):,} passages; of those held out,"
    )
    print("the right passage at 1 / 5 / 10")
    torch.manual_seed(SEED)
    questions, passages = Encoder(QUESTIONS), Encoder(PASSAGES)
    base = passages.embed_all(lesson.texts, "Embedding")
    kinds = list(dict.fromkeys(one.kind for one in lesson.held))
    print("stage     " + "".join(f"{_headed(kind, lesson.held):<24}" for kind in kinds))
    _report("none", questions, base, lesson)
    bank = base.clone()
    bank[[place for one in lesson.held for place in one.right]] = 0.0  # there they teach nothing
    first = folder / "questions.safetensors"
    if not first.exists():
        train_questions(questions, lesson, bank, random.Random(SEED))
        questions.count(_KEPT)
        save_file(questions.tensors(), first)
    questions.count(1.0)
    questions.take(load_file(first))
    _report("questions", questions, base, lesson)
    second = folder / "both.safetensors"
    if not second.exists():
        train_both(questions, passages, lesson, bank, random.Random(SEED))
        sides = {"questions.": questions, "passages.": passages}
        save_file(
            {at + n: t for at, one in sides.items() for n, t in one.tensors().items()}, second
        )
    both = load_file(second)
    questions.take(_halfway(load_file(first), _of_side(both, "questions.")))
    passages.take(_of_side(both, "passages."))
    passages.count(_KEPT)
    _report("both", questions, passages.embed_all(lesson.texts, "Embedding"), lesson)
    if to_ship:
        _ship(questions)
        _ship(passages)


def _of_side(both: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name[len(prefix) :]: one for name, one in both.items() if name.startswith(prefix)}


def _halfway(before: dict[str, Tensor], after: dict[str, Tensor]) -> dict[str, Tensor]:
    """An adapter that changes each layer as two do, by `_KEPT` as the second."""
    found = {}
    for name, last in after.items():
        if name.endswith(UP):
            found[name] = torch.cat([(1 - _KEPT) * before[name], _KEPT * last], 1)
        else:
            found[name] = torch.cat([before[name], last])
    return found


def train_questions(encoder: Encoder, lesson: Lesson, bank: Tensor, chance: random.Random) -> None:
    """The first stage: every passage that does not answer is a negative."""
    steps = [step for _ in range(_EPOCHS) for step in _steps(lesson.kept, chance)]
    for step in _optimised([encoder], _RATE, steps, "Questions"):
        asked = [one for _, one in step]
        loss(
            encoder.embed([said for said, _ in step], _QUESTION_TOKENS),
            bank,
            [one.right for one in asked],
        ).backward()


def train_both(
    questions: Encoder, passages: Encoder, lesson: Lesson, bank: Tensor, chance: random.Random
) -> None:
    """The second stage: the passages of a batch are told from one another."""
    steps = list(_batches(lesson, _nearest(questions, lesson, bank), chance))
    for asked, numbers in _optimised([questions, passages], _BOTH_RATE, steps, "Both sides"):
        order = sorted(numbers, key=lambda number: len(lesson.texts[number]))
        place = {number: column for column, number in enumerate(order)}
        parts = (order[start : start + PADDED] for start in range(0, len(order), PADDED))
        columns = [
            passages.embed([lesson.texts[number] for number in part], _PASSAGE_TOKENS)
            for part in parts
        ]
        said = questions.embed([_said(one, chance) for one in asked], _QUESTION_TOKENS)
        right = [[place[number] for number in one.right if number in place] for one in asked]
        loss(said, torch.cat(columns), right).backward()


def _optimised(
    encoders: Sequence[Encoder], rate: float, steps: Sequence[_Step], what: str
) -> Iterator[_Step]:
    """Each step, for the caller to leave gradients, which are then followed."""
    parameters = [one for encoder in encoders for one in encoder.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=rate, weight_decay=0.01)
    for encoder in encoders:
        encoder.network.train()
    for number, step in enumerate(track(steps, what)):
        for part in optimiser.param_groups:
            part["lr"] = rate * min(1, (number + 1) / _WARM) * (1 - number / len(steps))
        optimiser.zero_grad()
        yield step
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
    for encoder in encoders:
        encoder.network.eval()  # type: ignore[no-untyped-call]


def _steps(asked: Sequence[Asked], chance: random.Random) -> Iterator[list[tuple[str, Asked]]]:
    """An epoch in batches: each question as it is asked this time."""
    order = [one for one in asked for _ in range(_LAW_AGAIN if one.kind == LAW else 1)]
    chance.shuffle(order)
    for start in range(0, len(order), _BATCH):
        yield [(_said(one, chance), one) for one in order[start : start + _BATCH]]


def _batches(
    lesson: Lesson, nearest: Sequence[Sequence[int]], chance: random.Random
) -> Iterator[tuple[list[Asked], list[int]]]:
    """Questions and passages that belong together: answering ones, and rivals of each question."""
    together: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for number, one in enumerate(lesson.kept):
        alone = (number,) if one.kind == LAW else ()
        together[one.right + alone].append(number)
    groups = list(together.values())
    chance.shuffle(groups)
    asked: list[Asked] = []
    numbers: set[int] = set()
    for group in groups:
        law = lesson.kept[group[0]].kind == LAW
        if not law and chance.random() > _READ:
            continue
        for number in chance.sample(group, min(_A_PASSAGE, len(group))):
            one = lesson.kept[number]
            asked.append(one)
            numbers.update(chance.sample(one.right, min(_ANSWERING, len(one.right))))
        numbers.update(chance.sample(nearest[group[0]], _LAW_RIVALS if law else _READ_RIVALS))
        if len(numbers) >= _PASSAGES:
            yield asked, sorted(numbers)
            asked, numbers = [], set()
    if asked:
        yield asked, sorted(numbers)


def _nearest(questions: Encoder, lesson: Lesson, bank: Tensor) -> list[list[int]]:
    """For each question the passages that are nearest without answering it."""
    found: list[list[int]] = []
    for scores, one in _scored(questions, lesson.kept, bank, lesson):
        scores[list(one.right)] = -1.0
        found.append(scores.topk(min(_NEAREST, len(scores))).indices.tolist())
    return found


def _scored(
    questions: Encoder, asked: Sequence[Asked], bank: Tensor, lesson: Lesson
) -> Iterator[tuple[Tensor, Asked]]:
    """Cosines of each question with all passages, -1 where it is not asked."""
    for start in range(0, len(asked), _BATCH):
        part = asked[start : start + _BATCH]
        with torch.no_grad():
            scores = questions.embed([one.question for one in part], _QUESTION_TOKENS) @ bank.T
        for row, one in zip(scores, part, strict=True):
            row[lesson.elsewhere(one.kind)] = -1.0
            yield row, one


def _said(asked: Asked, chance: random.Random) -> str:
    if asked.kind == "xquad" or chance.random() >= _MIXED:
        return asked.question
    mixed = switched(Example(asked.question, "", "", -1, -1, asked.kind), chance)
    return mixed.question if mixed else asked.question


def loss(questions: Tensor, passages: Tensor, right: Sequence[Sequence[int]]) -> Tensor:
    """The mean negative log-probability that a passage is one that answers, among all passages.

    Unit vectors of questions and passages, and for each question the rows of those that answer.
    """
    scores = questions @ passages.T / _TEMPERATURE
    answers = torch.zeros_like(scores, dtype=torch.bool)
    for row, places in enumerate(right):
        answers[row, list(places)] = True
    answering = scores.masked_fill(~answers, float("-inf"))
    return (scores.logsumexp(1) - answering.logsumexp(1)).mean()


def _report(stage: str, questions: Encoder, bank: Tensor, lesson: Lesson) -> None:
    """Print the shares of questions with a right passage among the first one, five and ten."""
    before: dict[str, list[int]] = defaultdict(list)
    for scores, one in _scored(questions, lesson.held, bank, lesson):
        before[one.kind].append(int((scores > scores[list(one.right)].max()).sum()))
    found = (
        " / ".join(f"{np.mean(np.array(b) < depth):.3f}" for depth in (1, 5, 10))
        for b in before.values()
    )
    print(f"{stage:<10}" + "".join(f"{one:<24}" for one in found))


def _headed(kind: str, unseen: Sequence[Asked]) -> str:
    return f"{kind} ({sum(one.kind == kind for one in unseen)})"


def _ship(encoder: Encoder) -> None:
    save_file({name: one.half() for name, one in encoder.tensors().items()}, encoder.side.weights)
    seal(encoder.side.weights)


if __name__ == "__main__":
    typer.run(run)
