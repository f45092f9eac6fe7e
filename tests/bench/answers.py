"""Answers end to end over public question sets: found, read and cited, or left unanswered.

    python tests/bench/answers.py WORK [cmrc] [rgb] [--every N]

Both without a name. Reads ../shared; nothing was trained on these sets or fitted to them.

- cmrc: the 848 passages of CMRC 2018 dev indexed together, in WORK; F1 as the official one.
- rgb: RGB (Chen et al., "Benchmarking Large Language Models in Retrieval-Augmented Generation",
  AAAI 2024), Chinese, refined: for each question an index of its documents only. With all
  positives and as many negatives; with one positive and four negatives; with negatives only, where
  silence is right. An answer is right whose words hold every gold item, or, in the second column,
  its words and the sentences that it quotes. First at the shipped threshold of confidence, then the
  words at others, as more answers are paid for with less silence.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from index_retrieval import cmrc_files, rows
from rich.progress import track

from index.build import update
from index.embed import PackagedModel
from index.search import Index
from qa import network
from qa.answer import PASSAGES, ask
from qa.choose import calibration
from qa.evaluate import f1, tokens
from qa.reader import Reader, Reading
from qa.windows import Window

SETTINGS = ("all positives, as many negatives", "one positive, four negatives", "negatives only")
THRESHOLDS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)


class Once(Reader):
    """The reader, that reads the same windows for the same question once."""

    def __init__(self) -> None:
        super().__init__(network.prepare())
        self._known: dict[tuple[str, tuple[Window, ...]], list[Reading]] = {}

    def read(self, question: str, windows: Sequence[Window], terms: str = "") -> list[Reading]:
        """As `Reader.read`."""
        key = question, tuple(windows)
        if key not in self._known:
            self._known[key] = super().read(question, windows, terms)
        return self._known[key]


def cmrc(work: Path, every: int) -> None:
    work.mkdir(parents=True, exist_ok=True)
    update(work / "index-cmrc", [cmrc_files(work)], PackagedModel())
    index = Index(work / "index-cmrc")
    asked = rows("eval/cmrc2018-dev/questions.jsonl")[::every]
    matches, scores, silent, searching, answering = [], [], [], [], []
    for row in track(asked, "CMRC, open"):
        started = time.perf_counter()
        with index.snapshot() as snapshot:
            snapshot.search(row["question"], PASSAGES)
        searching.append(time.perf_counter() - started)
        answer = ask(index, row["question"])
        matches.append(any(tokens(answer.text) == tokens(gold) for gold in row["answers"]))
        scores.append(f1(answer.text, row["answers"]))
        silent.append(not answer.found)
        answering.append(answer.seconds)
    print(f"CMRC, open: questions   {len(asked):>6,}")
    print(f"exact match             {statistics.mean(matches):>6.3f}")
    print(f"F1                      {statistics.mean(scores):>6.3f}")
    print(f"left unanswered         {statistics.mean(silent):>6.3f}")
    print(f"ms, search alone (p50)  {1000 * statistics.median(searching):>6.0f}")
    print(f"ms, with reading (p50)  {1000 * statistics.median(answering):>6.0f}")


def rgb(every: int) -> None:
    asked = rows("eval/rgb-zh/items.jsonl")[::every]
    embedder, reader = PackagedModel(), Once()
    shipped = calibration(embedder.name)
    thresholds = dict.fromkeys((shipped.threshold, *THRESHOLDS))
    right: dict[tuple[float, str], list[bool]] = {}
    quoted: dict[str, list[bool]] = {setting: [] for setting in SETTINGS}
    for row in track(asked, "RGB"):
        for setting, documents in zip(SETTINGS, given_to(row), strict=True):
            with indexed(embedder, documents) as index, patch("qa.answer.load", lambda: reader):
                for threshold in thresholds:
                    at = replace(shipped, threshold=threshold)
                    with patch("qa.answer.calibration", lambda _, at=at: at):
                        answer = ask(index, row["question"])
                    shown = "\n".join([answer.text, *(one.quote for one in answer.citations)])
                    told, seen = (
                        not answer.found if setting == SETTINGS[-1] else holds(text, row)
                        for text in (answer.text, shown)
                    )
                    right.setdefault((threshold, setting), []).append(told)
                    if threshold == shipped.threshold:
                        quoted[setting].append(seen)
    print(f"{f'RGB, Chinese: {len(asked):,} questions':<33} words   or quotes")
    for setting in SETTINGS:
        words = statistics.mean(right[shipped.threshold, setting])
        print(f"{setting:<32} {words:>6.3f}   {statistics.mean(quoted[setting]):>9.3f}")
    print("threshold " + "   ".join(SETTINGS))
    for threshold in thresholds:
        shares = (
            f"{statistics.mean(right[threshold, setting]):>{len(setting)}.3f}"
            for setting in SETTINGS
        )
        print(f"{threshold:>9.2f} " + "   ".join(shares))


def given_to(row: dict[str, Any]) -> Iterator[Sequence[str]]:
    """A question's documents in each of the settings."""
    good, bad = row["positive"], row["negative"]
    yield [*good, *bad[: len(good)]]
    yield [*good[:1], *bad[:4]]
    yield bad


@contextmanager
def indexed(embedder: PackagedModel, documents: Sequence[str]) -> Iterator[Index]:
    with tempfile.TemporaryDirectory() as folder:
        texts = Path(folder) / "texts"
        texts.mkdir()
        for number, text in enumerate(documents):
            (texts / f"{number}.txt").write_text(text, "utf-8")
        update(Path(folder) / "index", [texts], embedder)
        yield Index(Path(folder) / "index", embedder)


def holds(text: str, row: dict[str, Any]) -> bool:
    """Whether `text` holds every gold item, in one of its forms."""
    said = "".join(tokens(text))
    items = [item if isinstance(item, list) else [item] for item in row["answers"]]
    return all(any("".join(tokens(form)) in said for form in item) for item in items)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("sets", nargs="*", help="cmrc, rgb; both without a name")
    parser.add_argument("--every", type=int, default=1)
    given = parser.parse_args()
    if not given.sets or "cmrc" in given.sets:
        cmrc(given.work, given.every)
    if not given.sets or "rgb" in given.sets:
        rgb(given.every)
