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
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

import numpy as np
import torch
import typer
from rich.progress import track
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from index.embed import PackagedModel
from index.model import MAX_TOKENS, prepare
from index.pieces import BEGIN, END, PAD, Pieces, pieces
from index.shipped import seal
from index.taught import DOWN, PASSAGES, QUESTIONS, UP, Side
from ingest.chunk import MAX_TOKENS as MAX_PASSAGE
from ingest.chunk import chunk, embedded_text
from ingest.read import read
from qa.training import reading_sets
from qa.training.data import LAWS, SEED, Material, as_file, material
from qa.training.examples import Example
from qa.training.reading_sets import simplified
from qa.training.switching import switched

_RANK = 16
_EPOCHS = 2
"""Of the first stage."""
_LAW = 3
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
_PADDED = 10
"""Passages that are embedded together, those of like length."""

_LAW_KIND = "law"
_Step = TypeVar("_Step")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of some `kind`, and the passages that answer it, by their numbers."""

    question: str
    right: tuple[int, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """The passages, and the questions to train on and those held out.

    The first `read` passages are of the reading sets, the others of laws: neither kind of question
    is asked of the other's passages.
    """

    texts: list[str]
    read: int
    kept: list[Asked]
    held: list[Asked]

    def elsewhere(self, kind: str) -> slice:
        """The passages that questions of that kind are not asked of."""
        return slice(0, self.read) if kind == _LAW_KIND else slice(self.read, None)


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
    """The packaged model for one side, adapted in every linear layer; the rest stays as it is."""

    def __init__(self, side: Side) -> None:
        self.network = BertModel.from_pretrained(
            prepare(), add_pooling_layer=False, attn_implementation="eager"
        )
        self.network.requires_grad_(requires_grad=False)
        self.network.to(torch.bfloat16)
        self.side = side
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

    def tensors(self) -> dict[str, Tensor]:
        """The adapter by its layers' names, what counts of it taken into `up`."""
        found = {}
        for name, layer in self.adapted.items():
            found[name + DOWN] = layer.down.detach().clone()
            found[name + UP] = layer.share * layer.up.detach()
        return found

    def take(self, tensors: dict[str, Tensor]) -> None:
        """Be adapted as `tensors` tell, as another encoder gave them."""
        for name, layer in self.adapted.items():
            layer.down = nn.Parameter(tensors[name + DOWN])
            layer.up = nn.Parameter(tensors[name + UP])

    def count(self, share: float) -> None:
        """Let so much of the adapter count."""
        for layer in self.adapted.values():
            layer.share = share

    def embed(self, texts: Sequence[str], most_tokens: int = MAX_TOKENS) -> Tensor:
        """Unit vectors [texts, dimension], of the first `most_tokens` of each text."""
        read = [self._pieces.encode(self.side.prompt + one).ids[: most_tokens - 2] for one in texts]
        ids = torch.full((len(read), max(map(len, read)) + 2), PAD)
        for row, one in enumerate(read):
            ids[row, : len(one) + 2] = torch.tensor([BEGIN, *one, END])
        real = (ids != PAD).float()
        states = self.network(input_ids=ids, attention_mask=real).last_hidden_state.float()
        summed = (states * real[..., None]).sum(1)
        return functional.normalize(summed, dim=1)

    def embed_all(self, texts: Sequence[str], what: str) -> Tensor:
        """As `embed`, of many, in batches of like length and with a bar."""
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        found = torch.zeros(len(texts), PackagedModel.dimension)
        with torch.no_grad():
            for start in track(range(0, len(order), _PADDED), what):
                part = order[start : start + _PADDED]
                found[part] = self.embed([texts[place] for place in part])
        return found


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
        lesson = _lesson(*material(shared, Path(unpacked), LAWS, SEED), Path(unpacked))
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


def _lesson(kept: Material, held: Material, folder: Path) -> Lesson:
    """Cut passages as the product does: the reading sets', and the laws' that are asked about."""
    texts: list[str] = []
    places: dict[str, list[int]] = defaultdict(list)  # of the passages of a file or an article
    model, written = PackagedModel(), folder / "reading"
    written.mkdir()
    files = {_file(written, one) for given in (kept, held) for one in _reading(given)}
    for name in sorted(files):
        for _, text in _passages(written / name, model):
            places[name].append(len(texts))
            texts.append(text)
    read = len(texts)
    for name in sorted(
        {gold["doc_id"] for row in kept.everyday + held.everyday for gold in row["gold"]}
    ):
        for heading, text in _passages(folder / "laws" / name, model):
            places[_article(name, heading)].append(len(texts))
            texts.append(text)
    unseen = list(_asked(held, written, places))
    out = {place for one in unseen for place in one.right}
    seen = [one for one in _asked(kept, written, places) if not out.issuperset(one.right)]
    return Lesson(texts, read, seen, unseen)


def _reading(given: Material) -> Iterator[reading_sets.Asked]:
    return (simplified(one) for asked in given.sets.values() for one in asked)


def _file(folder: Path, asked: reading_sets.Asked) -> str:
    return as_file(folder, asked.title, asked.passage)


def _passages(path: Path, model: PackagedModel) -> Iterator[tuple[str, str]]:
    """The last heading of each passage of a file, and what is embedded of it."""
    document = read(path, path.name)
    for one in chunk(document, model.count_tokens, min(MAX_PASSAGE, model.max_tokens)):
        yield one.path[-1] if one.path else "", embedded_text(document, one)


def _article(name: str, heading: str) -> str:
    return f"{name} {heading.split(maxsplit=1)[0] if heading else ''}"


def _asked(given: Material, written: Path, places: dict[str, list[int]]) -> Iterator[Asked]:
    """The questions that passages answer."""
    for kind, questions in given.sets.items():
        for one in map(simplified, questions):
            yield Asked(one.question, tuple(places[_file(written, one)]), kind)
    for row in given.everyday:
        articles = {_article(name, g["article"]) for g in row["gold"] for name in g["all_doc_ids"]}
        right = sorted(place for one in articles for place in places.get(one, ()))
        if right:
            yield Asked(row["question"], tuple(right), _LAW_KIND)


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
        parts = (order[start : start + _PADDED] for start in range(0, len(order), _PADDED))
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
    order = [one for one in asked for _ in range(_LAW if one.kind == _LAW_KIND else 1)]
    chance.shuffle(order)
    for start in range(0, len(order), _BATCH):
        yield [(_said(one, chance), one) for one in order[start : start + _BATCH]]


def _batches(
    lesson: Lesson, nearest: Sequence[Sequence[int]], chance: random.Random
) -> Iterator[tuple[list[Asked], list[int]]]:
    """Questions and passages that belong together: answering ones, and rivals of each question."""
    together: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for number, one in enumerate(lesson.kept):
        alone = (number,) if one.kind == _LAW_KIND else ()
        together[one.right + alone].append(number)
    groups = list(together.values())
    chance.shuffle(groups)
    asked: list[Asked] = []
    numbers: set[int] = set()
    for group in groups:
        law = lesson.kept[group[0]].kind == _LAW_KIND
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
