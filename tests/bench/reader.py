"""The reader on CMRC 2018 dev, each question with its own passage: exact match and F1.

    python tests/bench/reader.py ../shared/eval/cmrc2018-dev [--every N] [--window LIMIT…]
        [--checkpoint FILE…]

A passage is read window by window, as in answering, and the best span is taken even where the
reader would keep silent. With --every N only every Nth question is asked. Windows of other lengths
and checkpoints of a training run, before the shipped weights, show how the figures come about.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qa import network
from qa.evaluate import f1, tokens
from qa.reader import Reader, load
from qa.training.train import tensors
from qa.windows import LIMIT, Window, cut

HEAD = "weights                 window   exact match      F1   ms a window"

Question = tuple[str, str, list[str]]
"""What is asked, the passage, and the known answers."""


def main(folder: Path, every: int, windows: Sequence[int], checkpoints: Sequence[Path]) -> None:
    taken = questions(folder, every)
    print(f"questions {len(taken):,}\n{HEAD}")
    with tempfile.TemporaryDirectory() as joined:
        for checkpoint in checkpoints:
            network.join(tensors(checkpoint), Path(joined))
            measure(Reader(Path(joined)), checkpoint.stem, taken, windows)
    measure(load(), "shipped", taken, windows)


def questions(folder: Path, every: int) -> list[Question]:
    """Every so-manieth question of a reading set."""
    passages = {row["id"]: row["text"] for row in rows(folder / "corpus.jsonl")}
    asked = rows(folder / "questions.jsonl")[::every]
    return [(one["question"], passages[one["doc"]], one["answers"]) for one in asked]


def measure(reader: Reader, name: str, asked: Sequence[Question], windows: Sequence[int]) -> None:
    """Print a line for each length of the windows."""
    for limit in windows:
        matches, scores, seconds = [], [], []
        for question, text, answers in asked:
            cuts = [Window("", text[start:end]) for start, end in cut(text, limit)]
            started = time.perf_counter()
            readings = reader.read(question, cuts)
            seconds.append((time.perf_counter() - started) / len(cuts))
            window, best = max(zip(cuts, readings, strict=True), key=lambda pair: pair[1].score)
            words = window.text[best.start : best.end]
            matches.append(any(tokens(words) == tokens(answer) for answer in answers))
            scores.append(f1(words, answers))
        exact, overlap = statistics.mean(matches), statistics.mean(scores)
        ms = 1000 * statistics.median(seconds)
        print(
            f"{name:<22}  {limit:>6}   {exact:>11.3f}   {overlap:>5.3f}   {ms:>11.1f}", flush=True
        )


def rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a file with one on each line."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--window", type=int, nargs="+", default=[LIMIT])
    parser.add_argument("--checkpoint", type=Path, nargs="+", default=[])
    given = parser.parse_args()
    main(given.folder, given.every, given.window, given.checkpoint)
