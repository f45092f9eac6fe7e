"""Hybrid search over the passages of 3,447 laws: how long a question takes.

Run `python tests/bench/index_laws.py LAWS WORK`: LAWS is `laws.tar.xz` unpacked, WORK keeps the
index. The lexical side is real: every passage and every document by its terms, asked every fourth
of the 1,234 questions of ../shared/train/law-questions.jsonl. Vectors come from a hash of the
text, as embedding the laws would take hours here; that changes no step but the model's own.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

from index_robust import Hashed

from index.build import update
from index.search import Index

QUESTIONS = Path(__file__).parents[3] / "shared" / "train" / "law-questions.jsonl"


class Wide(Hashed):
    """As wide as the default model."""

    dimension = 384


def main() -> None:
    """Build once, then ask."""
    if len(sys.argv) != 3 or not QUESTIONS.is_file():
        sys.exit(f"{__doc__}\nNot run: give LAWS and WORK; {QUESTIONS} must be there.")
    laws, work = Path(sys.argv[1]), Path(sys.argv[2])
    done = update(work, [laws], Wide())
    print(f"{done.documents} documents, {done.chunks} passages, built in {done.seconds:.0f} s")
    lines = QUESTIONS.read_text("utf-8").splitlines()[::4]
    seconds = []
    with Index(work, Wide()).snapshot() as snapshot:
        for line in lines:
            question = json.loads(line)["question"]
            started = time.perf_counter()
            snapshot.search(question, 10)
            seconds.append(time.perf_counter() - started)
    seconds.sort()
    print(
        f"{len(lines)} questions: p50 {statistics.median(seconds) * 1e3:.0f} ms, "
        f"p95 {seconds[int(len(seconds) * 0.95)] * 1e3:.0f} ms"
    )


if __name__ == "__main__":
    main()
