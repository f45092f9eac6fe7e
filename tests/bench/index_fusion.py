"""What each signal should weigh: recall over a grid of weights, on training sets alone.

    python tests/bench/index_fusion.py WORK [--every N]

DRCD, CMRC 2018 trial and XQuAD (English questions), the passages of one title as one document; and
everyday questions about the law, the articles of one law as one document. For each pair of weights
of the passage's terms and of the document's, meaning weighing 1: the share of questions whose
answer stands in the first passage, and in the first five. The best pair is told for Chinese
questions, reading and law weighing the same, and for English ones. Reads ../shared.
"""

from __future__ import annotations

import argparse
import itertools
from collections import defaultdict
from pathlib import Path

import numpy as np
from rich.progress import track

from index.build import update
from index.embed import PackagedModel
from index.fuse import fuse
from index.search import Index
from qa.training import everyday, reading_sets

TRAIN = Path(__file__).parents[3] / "shared" / "train"
SETS = ("drcd", "cmrc2018-trial", "xquad-en-zh")
TERMS = (0.25, 0.5, 0.75, 1.0, 1.5)
DOCUMENT = (0.0, 0.25, 0.5, 1.0)
CHINESE = ("reading", "law")
FIRST = 100


def lay_out(folder: Path) -> dict[str, list[tuple[str, str, str]]]:
    """Write the documents; gives for each kind its questions, their file and their answer."""
    texts: dict[str, dict[str, None]] = defaultdict(dict)
    asked: dict[str, list[tuple[str, str, str]]] = {"reading": [], "law": [], "english": []}
    for name in SETS:
        for one in map(reading_sets.simplified, reading_sets.load(TRAIN / name, name)):
            file = f"{name}-{one.title}".replace("/", "_")
            texts[file][one.passage] = None
            kind = "english" if name == "xquad-en-zh" else "reading"
            asked[kind].append((one.question, file, one.passage[one.start : one.end]))
    for row in everyday.load(TRAIN / "law-questions.jsonl"):
        gold = row["gold"][0]
        law = gold["name"].removesuffix(gold["article"])
        text = f"## {gold['article']}\n\n{gold['text']}"
        texts[f"law-{law}"][text] = None
        asked["law"].append((row["question"], f"law-{law}", gold["text"].strip()[-20:]))
    folder.mkdir(parents=True, exist_ok=True)
    for file, passages in texts.items():
        title = file.partition("-")[2]
        (folder / f"{file}.md").write_text(f"# {title}\n\n" + "\n\n".join(passages), "utf-8")
    return asked


def main(work: Path, every: int) -> None:
    """Print the grid, and the pair that ranks best."""
    asked = lay_out(work / "documents")
    update(work / "index", [work / "documents"], PackagedModel())
    grid = list(itertools.product(TERMS, DOCUMENT))
    recall: dict[tuple[float, float], dict[str, list[tuple[bool, bool]]]] = {
        pair: {kind: [] for kind in asked} for pair in grid
    }
    with Index(work / "index").snapshot() as snapshot:
        names = {one.id: {Path(path).stem for path in one.paths} for one in snapshot.documents()}
        for kind, questions in asked.items():
            for question, file, answer in track(questions[::every], kind):
                hits = snapshot.search(question, FIRST)
                right = np.array(
                    [
                        file in names[hit.chunk.document_id] and answer in hit.chunk.text
                        for hit in hits
                    ]
                )
                dense, terms, whole = (
                    np.array([getattr(hit, signal) for hit in hits])
                    for signal in ("dense", "lexical", "document")
                )
                for pair in grid:
                    order = np.argsort(
                        -fuse([(1.0, dense), (pair[0], terms), (pair[1], whole)]), kind="stable"
                    )
                    best = right[order]
                    recall[pair][kind].append((bool(best[:1].any()), bool(best[:5].any())))
    print("terms document   " + "".join(f"{kind + ' at 1 / 5':<20}" for kind in asked))
    means = {
        pair: {kind: np.mean(told, axis=0) for kind, told in found.items()}
        for pair, found in recall.items()
    }
    for pair, found in means.items():
        figures = "".join(f"{one:.3f} / {five:.3f}       " for one, five in found.values())
        print(f"{pair[0]:>5} {pair[1]:>8}   {figures}")
    for name, kinds in (("Chinese", CHINESE), ("English", ("english",))):
        best = max(means, key=lambda pair: np.mean([means[pair][kind] for kind in kinds]))
        print(f"best for {name} questions: {best}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--every", type=int, default=4)
    given = parser.parse_args()
    main(given.work, given.every)
