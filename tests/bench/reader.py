"""The reader on CMRC 2018 dev, each question with its own passage: exact match and F1.

    python tests/bench/reader.py ../shared/eval/cmrc2018-dev [--every N]

A passage is read window by window, as in answering, and the best span is taken even where the
reader would keep silent. With --every N only every Nth question is asked.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path

from qa.evaluate import f1, tokens
from qa.reader import load
from qa.windows import Window, cut


def main(folder: Path, every: int) -> None:
    passages = {
        row["id"]: row["text"]
        for row in map(json.loads, (folder / "corpus.jsonl").read_text("utf-8").splitlines())
    }
    rows = [
        json.loads(line) for line in (folder / "questions.jsonl").read_text("utf-8").splitlines()
    ]
    reader = load()
    matches, scores, seconds = [], [], []
    for row in rows[::every]:
        text = passages[row["doc"]]
        windows = [Window("", text[start:end]) for start, end in cut(text)]
        started = time.perf_counter()
        readings = reader.read(row["question"], windows)
        seconds.append((time.perf_counter() - started) / len(windows))
        window, best = max(zip(windows, readings, strict=True), key=lambda pair: pair[1].score)
        words = window.text[best.start : best.end]
        matches.append(any(tokens(words) == tokens(answer) for answer in row["answers"]))
        scores.append(f1(words, row["answers"]))
    print(f"questions     {len(matches):>8,} of {len(rows):,}")
    print(f"exact match   {statistics.mean(matches):>8.3f}")
    print(f"F1            {statistics.mean(scores):>8.3f}")
    print(f"ms a window   {1000 * statistics.median(seconds):>8.1f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1)
    given = parser.parse_args()
    main(given.folder, given.every)
