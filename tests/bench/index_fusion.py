"""What each signal should weigh, by how long documents are: fitted to training sets alone.

    python tests/bench/index_fusion.py WORK [--every N]

Short documents: DRCD, CMRC 2018 trial and XQuAD (English questions), the passages of one title as
one document. Long ones: whole laws, as `index_retrieval.py` lays them out, with everyday questions
to the right article; give the folder of the unpacked laws as $POLICYQA_LAWS. Questions and
passages are embedded as the base model does: what was taught (`qa/training/embedding.py`) has read
most of them, and meaning would seem to tell more than it does where it has not.

The weights of the passage's terms and of the document's, meaning weighing 1, each as a number and
what it loses with the logarithm of the documents' length, and what the terms gain with the largest
share of them that a passage holds, are those that make a right passage
likeliest among the candidates (softmax, as in Cao et al., "Learning to rank", ICML 2007), Chinese
reading and law counting the same. Below them, recall at 1 and 5 with them, with what ships, with
that over SQLite's own BM25 of passages in place of `lexical.overlap`, and with some weights that
are the same for all lengths. Reads ../shared.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from index_retrieval import law_files, rows
from rich.progress import track

from index import catalogue, fuse, lexical
from index.build import update
from index.embed import AnyModel
from index.fuse import Scores, Signals, z_scores
from index.model import prepare
from index.search import CANDIDATES, Index, Snapshot, looked_up
from index.types import Chunk
from qa.training import reading_sets

TRAIN = Path(__file__).parents[3] / "shared" / "train"
SETS = ("drcd", "cmrc2018-trial", "xquad-en-zh")
FIXED = ((0.75, 0.25), (0.5, 0.25), (0.5, 0.0))
STEPS = 300
DEPTH = 10_000

Right = Callable[[Chunk, tuple[str, ...]], bool]
"""Whether a passage, which stands in files of these names, answers."""
Told = tuple[Scores, Scores, bool]
"""z-scores of the signals, length, share of terms and z-scores of SQLite's BM25 (candidates, 6),
which are right, and whether the terms are a dictionary's."""


def reading(folder: Path) -> list[tuple[str, Right]]:
    """Write the reading sets as documents; gives their questions."""
    texts: dict[str, dict[str, None]] = defaultdict(dict)
    asked: list[tuple[str, Right]] = []
    for name in SETS:
        for one in map(reading_sets.simplified, reading_sets.load(TRAIN / name, name)):
            file = f"{name}-{one.title}".replace("/", "_") + ".md"
            texts[file][one.passage] = None
            asked.append((one.question, _holds(file, one.passage[one.start : one.end])))
    folder.mkdir(parents=True, exist_ok=True)
    for file, passages in texts.items():
        title = file.partition("-")[2].removesuffix(".md")
        (folder / file).write_text(f"# {title}\n\n" + "\n\n".join(passages), "utf-8")
    return asked


def _holds(file: str, answer: str) -> Right:
    return lambda chunk, names: file in names and answer in chunk.text


def _articles(gold: Sequence[dict[str, Any]]) -> Right:
    articles = {(path, one["article"]) for one in gold for path in one["all_doc_ids"]}
    return lambda chunk, names: any((name, chunk.path[-1].split()[0]) in articles for name in names)


def told(snapshot: Snapshot, asked: Sequence[tuple[str, Right]], what: str) -> Iterator[Told]:
    """What the signals say of the candidates of each question, and which of these are right."""
    names = {one.id: one.paths for one in snapshot.documents()}
    for question, right in track(asked, what):
        understood = snapshot.understood(question)
        numbers, signals = snapshot.candidates(question, understood, CANDIDATES)
        chunks = catalogue.chunks(snapshot.connection, numbers)
        found = np.array([right(chunk, names[chunk.document_id]) for chunk in chunks])
        long = np.full(len(found), fuse.length(signals.passages))
        known = lexical.telling(snapshot.connection, "chunk", understood)
        ranking = lexical.best(snapshot.connection, "chunk", known, DEPTH)
        theirs = np.array([ranking.get(number, 0.0) for number in numbers])
        scores = map(z_scores, (signals.meaning, signals.terms, signals.document))
        covered = np.full(len(found), signals.terms.max(initial=0.0))
        columns = np.stack([*scores, long, covered, z_scores(theirs)], 1)
        yield columns, found, looked_up(question, understood)


def features(one: Told) -> Scores:
    """The scores, those of the words once more by length, and the terms' by the share of them."""
    scores, _, _ = one
    return np.hstack(
        [scores[:, :3], scores[:, 1:3] * scores[:, 3:4], scores[:, 1:2] * scores[:, 4:5]]
    )


def fitted(groups: Sequence[Sequence[Told]]) -> Scores:
    """The weights of the features that make right passages likeliest, each group counting once."""
    weights = torch.zeros(6, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=STEPS, line_search_fn="strong_wolfe")
    given = [
        [(torch.from_numpy(features(one)), torch.from_numpy(one[1])) for one in group]
        for group in groups
    ]

    def closure() -> float:
        optimiser.zero_grad()
        means = []
        for group in given:
            losses = []
            for feature, right in group:
                scores = feature @ weights
                losses.append(scores.logsumexp(0) - scores[right].logsumexp(0))
            means.append(torch.stack(losses).mean())
        loss = torch.stack(means).sum()
        loss.backward()
        return float(loss.detach())

    optimiser.step(closure)
    return weights.detach().numpy()


def recall(group: Sequence[Told], score: Callable[[Told], Scores]) -> str:
    """The shares of questions with a right passage first, and among the first five."""
    ranked = [one[1][np.argsort(-score(one), kind="stable")] for one in group]
    first, five = (np.mean([right[:depth].any() for right in ranked]) for depth in (1, 5))
    return f"{first:.3f} / {five:.3f}"


def shipped(one: Told, terms: int = 1) -> Scores:
    """The score of the product, with the `terms` of that column."""
    scores, _, from_dictionary = one
    of_passages = Signals(scores[:, 0], scores[:, 4], scores[:, 2], np.exp(scores[:, 3]))
    weights = fuse.weights(of_passages, looked_up=from_dictionary)
    return scores[:, [0, terms, 2]] @ np.array(weights)


def by_sqlite(one: Told) -> Scores:
    """The same with SQLite's BM25 of passages."""
    return shipped(one, terms=5)


def fixed(terms: float, document: float) -> Callable[[Told], Scores]:
    """The score by weights that are the same for all lengths."""
    return lambda one: one[0][:, :3] @ np.array([1.0, terms, document])


def main(work: Path, every: int) -> None:
    """Print the fitted weights, and what they and others find."""
    questions = rows("train/law-questions.jsonl")
    laws = [(row["question"], _articles(row["gold"])) for row in questions]
    short = reading(work / "reading")
    update(work / "index-reading", [work / "reading"], model := AnyModel(str(prepare())))
    update(work / "index-laws", [law_files(work, questions)], model)
    with Index(work / "index-reading", model).snapshot() as snapshot:
        read = list(told(snapshot, short[::every], "Short documents"))
    with Index(work / "index-laws", model).snapshot() as snapshot:
        law = list(told(snapshot, laws, "Long documents"))
    groups = {
        "reading": [one for one in read if not one[2]],
        "english": [one for one in read if one[2]],
        "law": law,
    }
    known = {name: [one for one in group if one[1].any()] for name, group in groups.items()}
    weights = fitted([known["reading"], known["law"]])
    found = weights / weights[0]
    print(f"terms    {found[1]:.2f} - {-found[3]:.2f} per e times the length, ", end="")
    print(f"+ {found[5]:.2f} by the largest share of them")
    print(f"document {found[2]:.2f} - {-found[4]:.2f} per e times the length")
    ways: dict[str, Callable[[Told], Scores]] = {
        "fitted": lambda one: features(one) @ weights,
        "shipped": shipped,
        "sqlite": by_sqlite,
        **{f"{terms}, {document}": fixed(terms, document) for terms, document in FIXED},
    }
    print(f"{'at 1 / 5':<12}" + "".join(f"{f'{k} ({len(v)})':<18}" for k, v in groups.items()))
    for name, score in ways.items():
        print(f"{name:<12}" + "".join(f"{recall(one, score):<18}" for one in groups.values()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--every", type=int, default=4)
    given = parser.parse_args()
    main(given.work, given.every)
