"""Whether the right document, and the right passage, come first.

Run `python tests/bench/index_retrieval.py WORK [cmrc] [policy] [cuts] [laws]`; all without a
name. Indexes are kept in WORK, so a second run embeds nothing again. Reads ../shared.

- cmrc: the 848 passages of CMRC 2018 dev, each a file of its own without its title.
- policy: 599 notices; a passage holds the answer when an answer stands in it, white space apart
  (7 % of the answers stand in no single passage). Last, with the copies of a notice counted.
- cuts: both by terms alone, once pairs of characters as the product has it, once words; passages
  are shorter here, as a model without tokens counts characters.
- laws: everyday questions to the right article, over all articles of the 134 files that they point
  to and 1,000 others; embedding them takes some ten minutes. Needs laws.tar.xz unpacked: give its
  folder `laws` as $POLICYQA_LAWS. The weights were fitted to these questions, among others
  (`index_fusion.py`), and all but those held out taught the model how people ask
  (`qa/training/embedding.py`).

`reciprocal` is reciprocal-rank fusion of the same signals with the same weights, over the hundred
best of `fused`.

No weight was fitted to the notices and to CMRC dev.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from index_robust import Hashed

from index import lexical
from index.build import update
from index.embed import PackagedModel
from index.fuse import Signals, weights
from index.search import Index, Snapshot
from index.types import Hit
from index.words import terms, words
from ingest.sentences import whole_sentences
from qa.training.data import LAWS, SEED, material

SHARED = Path(__file__).parents[3] / "shared"
NOTICES = SHARED / "corpora" / "policy-notices"
OTHER_ARTICLES = 1000
_SHORTEST = 12
"""Characters of a sentence that stands in another document by more than chance."""
_ARTICLE = re.compile(r"^第.{1,9}条[\s　]", re.MULTILINE)
Order = Callable[[list[Hit]], list[Hit]]


def by(signal: Callable[[Hit], float]) -> Order:
    """The order of one signal."""
    return lambda hits: sorted(hits, key=signal, reverse=True)


def reciprocal(hits: list[Hit]) -> list[Hit]:
    """Reciprocal-rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009), their constant of 60."""
    scores = dict.fromkeys((hit.chunk.id for hit in hits), 0.0)
    told = [(hit.dense, hit.lexical, hit.document, hit.passages) for hit in hits]
    weighed = weights(Signals(*np.array(told, np.float64).T))
    for weight, order in zip(weighed, (ORDERS["dense"], ORDERS["terms"], DOCUMENT), strict=True):
        for rank, hit in enumerate(order(hits), 1):
            scores[hit.chunk.id] += weight / (60 + rank)
    return sorted(hits, key=lambda hit: scores[hit.chunk.id], reverse=True)


DOCUMENT = by(lambda hit: hit.document)
ORDERS: dict[str, Order] = {
    "dense": by(lambda hit: hit.dense),
    "terms": by(lambda hit: hit.lexical),
    "reciprocal": reciprocal,
    "fused": by(lambda hit: hit.score),
}


def rows(path: str) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file of ../shared."""
    return [json.loads(line) for line in (SHARED / path).read_text("utf-8").splitlines()]


def squeezed(text: object) -> str:
    """Text without white space."""
    return re.sub(r"\s", "", str(text))


def documents_first(
    snapshot: Snapshot,
    questions: Sequence[dict[str, Any]],
    ending: str,
    orders: Sequence[str] = tuple(ORDERS),
) -> None:
    """Print recall of the right document, and of an answer inside the first passages."""
    names = {
        document.id: {path.removesuffix(ending) for path in document.paths}
        for document in snapshot.documents()
    }
    counts = {order: [0, 0, 0, 0] for order in orders}
    seconds = []
    for row in questions:
        started = time.perf_counter()
        found = snapshot.search(str(row["question"]), 100)
        seconds.append(time.perf_counter() - started)
        wanted = str(row["doc"]).removesuffix(ending)
        answers = [squeezed(answer) for answer in row["answers"]]
        for order, count in counts.items():
            hits = ORDERS[order](found)
            right = [wanted in names[hit.chunk.document_id] for hit in hits]
            inside = [
                true and any(answer in squeezed(hit.chunk.text) for answer in answers)
                for hit, true in zip(hits[:5], right, strict=False)
            ]
            places = list(dict.fromkeys(hit.chunk.document_id for hit in hits))[:5]
            count[0] += right[0]
            count[1] += any(wanted in names[place] for place in places)
            count[2] += inside[0]
            count[3] += any(inside)
    for order, count in counts.items():
        first, five, one, several = (number / len(questions) for number in count)
        print(
            f"  {order}: right document at 1/5 {first:.3f} / {five:.3f}, "
            f"answer inside the first/first five {one:.3f} / {several:.3f}"
        )
    print(f"  {len(questions)} questions, {statistics.median(seconds) * 1e3:.0f} ms each")


def cmrc(work: Path) -> None:
    """848 passages as documents."""
    update(work / "index-cmrc", [cmrc_files(work)], model := PackagedModel())
    with Index(work / "index-cmrc", model).snapshot() as snapshot:
        documents_first(snapshot, rows("eval/cmrc2018-dev/questions.jsonl"), ".txt")


def cmrc_files(work: Path) -> Path:
    """Each passage as a file."""
    folder = work / "cmrc"
    folder.mkdir(exist_ok=True)
    for row in rows("eval/cmrc2018-dev/corpus.jsonl"):
        (folder / f"{row['id']}.txt").write_text(str(row["text"]), "utf-8")
    return folder


def policy(work: Path) -> None:
    """599 notices."""
    update(work / "index-policy", [NOTICES], model := PackagedModel())
    with Index(work / "index-policy", model).snapshot() as snapshot:
        documents_first(snapshot, answered_notices(), ".txt")
        copies_counted(snapshot, answered_notices())


def copies_counted(snapshot: Snapshot, questions: Sequence[dict[str, Any]]) -> None:
    """Print recall of documents where the answer's whole sentence stands, white space apart.

    Notices are passed on, and nothing tells from which copy a question was written.
    """
    documents = snapshot.documents()
    texts = {one.id: squeezed(one.text) for one in documents}
    known = {name: one for one in documents for name in one.paths}
    ranks, several = [], 0
    for row in questions:
        wanted = known[str(row["doc"])]
        said = sentences_of(wanted.text, row["answers"])
        right = {one for one, text in texts.items() if any(each in text for each in said)}
        right.add(wanted.id)
        several += len(right) > 1
        hits = snapshot.search(str(row["question"]), 100)
        found = list(dict.fromkeys(hit.chunk.document_id for hit in hits))
        ranks.append(next((place for place, one in enumerate(found) if one in right), len(found)))
    first, five = (statistics.mean(rank < depth for rank in ranks) for depth in (1, 5))
    print(f"  fused, copies counted ({several} questions have some): {first:.3f} / {five:.3f}")


def sentences_of(text: str, answers: Sequence[str]) -> list[str]:
    """The sentences of `text` that hold an answer, those of a few characters left out."""
    cut = [squeezed(text[one.start : one.end]) for one in whole_sentences(text)]
    return [
        one
        for one in cut
        if len(one) >= _SHORTEST and any(squeezed(answer) in one for answer in answers)
    ]


def answered_notices() -> list[dict[str, Any]]:
    """The questions that the notices answer."""
    return [row for row in rows("eval/policy-notices.jsonl") if row["answerable"]]


def cuts(work: Path) -> None:
    """Both sets by terms alone: pairs of characters, and words in their place."""
    sets = {
        "cmrc": (cmrc_files(work), rows("eval/cmrc2018-dev/questions.jsonl")),
        "policy": (NOTICES, answered_notices()),
    }
    for name, (files, questions) in sets.items():
        for what, cut in (("pairs", terms), ("words", words)):
            print(f"  {name} by {what}:")
            folder = work / f"index-{name}-{what}"
            with patch.object(lexical, "terms", cut):
                update(folder, [files], model := Hashed())
                with Index(folder, model).snapshot() as snapshot:
                    documents_first(snapshot, questions, ".txt", ["terms"])


def laws(work: Path) -> None:
    """Everyday questions to the right article of a law."""
    questions = rows("train/law-questions.jsonl")
    update(work / "index-laws", [law_files(work, questions)], model := PackagedModel())
    ranks: dict[str, list[int]] = {order: [] for order in ORDERS}
    with Index(work / "index-laws", model).snapshot() as snapshot:
        paths = {one.id: one.paths for one in snapshot.documents()}
        for row in questions:
            gold = {(path, g["article"]) for g in row["gold"] for path in g["all_doc_ids"]}
            found = snapshot.search(str(row["question"]), 200)
            for order, rank in ranks.items():
                articles = dict.fromkeys(
                    (path, hit.chunk.path[-1].split()[0])
                    for hit in ORDERS[order](found)
                    for path in paths[hit.chunk.document_id][:1]
                )
                right = [place for place, article in enumerate(articles) if article in gold]
                rank.append(right[0] if right else len(found))
        passages = sum(snapshot.chunks_of().values())
    with tempfile.TemporaryDirectory() as unpacked:
        _, held = material(SHARED, Path(unpacked), LAWS, SEED)
    held_out = {row["question"] for row in held.everyday}
    unseen = [row["question"] in held_out for row in questions]
    print(f"  {passages} passages, {len(questions)} questions, {sum(unseen)} of them held out")
    for order, rank in ranks.items():
        apart = [place for place, new in zip(rank, unseen, strict=True) if new]
        print(f"  {order}: right article at 1/5/10 {_recall(rank)}, held out {_recall(apart)}")


def _recall(ranks: Sequence[int]) -> str:
    return " / ".join(
        f"{statistics.mean(rank < depth for rank in ranks):.3f}" for depth in (1, 5, 10)
    )


def law_files(work: Path, questions: Sequence[dict[str, Any]]) -> Path:
    """The laws that questions point to, and others from all over with 1,000 articles together."""
    source = Path(os.environ.get("POLICYQA_LAWS", "laws"))
    gold = [one for row in questions for one in row["gold"]]
    names = {one["doc_id"] for one in gold}
    known = {path for one in gold for path in one["all_doc_ids"]}
    others = sorted(str(path.relative_to(source)) for path in source.rglob("*.md"))
    articles = 0
    for name in [name for name in others if name not in known][::97]:
        inside = len(_ARTICLE.findall((source / name).read_text("utf-8")))
        if articles < OTHER_ARTICLES and inside:
            articles += inside
            names.add(name)
    for name in names:
        (work / "laws" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / name, work / "laws" / name)
    return work / "laws"


def main() -> None:
    """Run what is named, or all."""
    if len(sys.argv) == 1 or not SHARED.is_dir():
        sys.exit(f"{__doc__}\nNot run: no WORK folder given, or no {SHARED}.")
    work = Path(sys.argv[1])
    work.mkdir(parents=True, exist_ok=True)
    benches = {"cmrc": cmrc, "policy": policy, "cuts": cuts, "laws": laws}
    for name, bench in benches.items():
        if len(sys.argv) == 2 or name in sys.argv[2:]:
            print(f"{name}:", flush=True)
            bench(work)


if __name__ == "__main__":
    main()
