"""Whether the right document, and the right passage, come first.

Run `python tests/bench/index_retrieval.py WORK [cmrc] [policy] [laws]`; all without a name. Indexes
are kept in WORK, so a second run embeds nothing again. Reads ../shared.

- cmrc: the 848 passages of CMRC 2018 dev, each a file of its own without its title.
- policy: 599 notices; a passage holds the answer when an answer stands in it, white space apart
  (7 % of the answers stand in no single passage).
- laws: questions to the right article, over all articles of the 134 files that they point to. Only
  the lexical ranking: embedding those articles takes most of an hour. Needs laws.tar.xz unpacked
  into the folder that $POLICYQA_LAWS names.

No weight was fitted to these sets. They hardly tell the document's weight of 0.5 from 0 or 1.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from index_robust import Hashed

from index.build import update
from index.embed import PackagedModel
from index.search import Index, Snapshot
from index.types import Hit

SHARED = Path(__file__).parents[3] / "shared"
ORDERS: dict[str, Callable[[Hit], float]] = {
    "dense": lambda hit: hit.dense,
    "terms": lambda hit: hit.lexical,
    "fused": lambda hit: hit.score,
}


def rows(path: str) -> list[dict[str, object]]:
    """The rows of a JSON Lines file of ../shared."""
    return [json.loads(line) for line in (SHARED / path).read_text("utf-8").splitlines()]


def squeezed(text: object) -> str:
    """Text without white space."""
    return re.sub(r"\s", "", str(text))


def documents_first(
    snapshot: Snapshot, questions: Sequence[dict[str, object]], ending: str
) -> None:
    """Print recall of the right document, and of an answer inside the first passages."""
    names = {
        document.id: {path.removesuffix(ending) for path in document.paths}
        for document in snapshot.documents()
    }
    counts = {order: [0, 0, 0, 0] for order in ORDERS}
    seconds = []
    for row in questions:
        started = time.perf_counter()
        found = snapshot.search(str(row["question"]), 100)
        seconds.append(time.perf_counter() - started)
        wanted = str(row["doc"]).removesuffix(ending)
        answers = [squeezed(answer) for answer in row["answers"]]  # type: ignore[attr-defined]
        for order, key in ORDERS.items():
            hits = sorted(found, key=key, reverse=True)
            right = [wanted in names[hit.chunk.document_id] for hit in hits]
            inside = [
                true and any(answer in squeezed(hit.chunk.text) for answer in answers)
                for hit, true in zip(hits[:5], right, strict=False)
            ]
            places = list(dict.fromkeys(hit.chunk.document_id for hit in hits))[:5]
            count = counts[order]
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
    folder = work / "cmrc"
    folder.mkdir(exist_ok=True)
    for row in rows("eval/cmrc2018-dev/corpus.jsonl"):
        (folder / f"{row['id']}.txt").write_text(str(row["text"]), "utf-8")
    update(work / "index-cmrc", [folder], model := PackagedModel())
    with Index(work / "index-cmrc", model).snapshot() as snapshot:
        documents_first(snapshot, rows("eval/cmrc2018-dev/questions.jsonl"), ".txt")


def policy(work: Path) -> None:
    """599 notices."""
    update(work / "index-policy", [SHARED / "corpora/policy-notices"], model := PackagedModel())
    answered = [row for row in rows("eval/policy-notices.jsonl") if row["answerable"]]
    with Index(work / "index-policy", model).snapshot() as snapshot:
        documents_first(snapshot, answered, ".txt")


def laws(work: Path) -> None:
    """Everyday questions to the right article of a law, by terms alone."""
    source = Path(os.environ.get("POLICYQA_LAWS", "laws"))
    questions = rows("train/law-questions.jsonl")
    gold = [{(g["doc_id"], g["article"]) for g in row["gold"]} for row in questions]  # type: ignore[attr-defined]
    for name in {name for pairs in gold for name, _ in pairs}:
        (work / "laws" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / name, work / "laws" / name)
    update(work / "index-laws", [work / "laws"], model := Hashed())
    counts = [0, 0, 0]
    with Index(work / "index-laws", model).snapshot() as snapshot:
        paths = {one.id: one.paths for one in snapshot.documents()}
        for row, pairs in zip(questions, gold, strict=True):
            hits = sorted(
                snapshot.search(str(row["question"]), 200), key=ORDERS["terms"], reverse=True
            )
            right = [
                any(
                    (path, hit.chunk.path[-1].split()[0]) in pairs
                    for path in paths[hit.chunk.document_id]
                )
                for hit in hits[:10]
            ]
            for place, depth in enumerate((1, 5, 10)):
                counts[place] += any(right[:depth])
    figures = " / ".join(f"{count / len(questions):.3f}" for count in counts)
    print(f"  terms: right article at 1/5/10 {figures}")


def main() -> None:
    """Run what is named, or all."""
    if len(sys.argv) == 1 or not SHARED.is_dir():
        sys.exit(f"{__doc__}\nNot run: no WORK folder given, or no {SHARED}.")
    work = Path(sys.argv[1])
    work.mkdir(parents=True, exist_ok=True)
    for bench in (cmrc, policy, laws):
        if len(sys.argv) == 2 or bench.__name__ in sys.argv[2:]:
            print(f"{bench.__name__}:", flush=True)
            bench(work)


if __name__ == "__main__":
    main()
