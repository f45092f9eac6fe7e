"""What each part of answering adds: retrieval alone, choosing a sentence, reading words.

    python tests/bench/ablation.py INDEX QUESTIONS.jsonl [--every N]

The same questions over the same index, answered three ways: with the whole of the best passage,
with that sentence of the ten best that shares most words with the question, and as the product
does. `short` is the share of answerable questions whose answer has at most forty characters and
holds the known one; F1 is that of CMRC 2018; an abstention counts as wrong. Only the reader can
abstain, so its `silent` beside them is the share of unanswerable questions that it left alone.
"""

from __future__ import annotations

import argparse
import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.progress import track

from index.search import Index
from index.types import Hit
from index.words import terms
from ingest.sentences import whole_sentences
from qa.answer import PASSAGES, ask
from qa.evaluate import Row, f1, read_questions

SHORT = 40
Way = Callable[[Index, str], str]


def found(index: Index, question: str) -> list[Hit]:
    """The passages that an answer is read from."""
    with index.snapshot() as snapshot:
        return snapshot.search(question, PASSAGES)


def passage(index: Index, question: str) -> str:
    """The whole of the best passage."""
    hits = found(index, question)
    return hits[0].chunk.text if hits else ""


def sentence(index: Index, question: str) -> str:
    """The sentence of the best passages that shares most terms with the question."""
    asked = set(terms(question))
    texts = [
        hit.chunk.text[one.start : one.end].strip()
        for hit in found(index, question)
        for one in whole_sentences(hit.chunk.text)
    ]

    def share(text: str) -> float:
        own = set(terms(text))
        return len(own & asked) / (len(own) + len(asked))

    return max(texts, key=share, default="")


def read(index: Index, question: str) -> str:
    """The product's answer."""
    return ask(index, question).text


WAYS: dict[str, Way] = {"passage": passage, "sentence": sentence, "reader": read}


def is_short_and_right(text: str, row: Row) -> bool:
    """Whether an answer is short and holds a known one."""
    return len(text) <= SHORT and any(answer in text for answer in row.answers)


def main(index: Index, rows: Sequence[Row]) -> None:
    """Print the table."""
    short: dict[tuple[str, str], list[bool]] = defaultdict(list)
    overlap: dict[tuple[str, str], list[float]] = defaultdict(list)
    silent: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for row in track(rows, "Asking"):
        for way, answer in WAYS.items():
            text = answer(index, row.question)
            for language in ("all", "zh" if row.lang == "zh" else "en+mixed"):
                if row.answerable:
                    short[way, language].append(is_short_and_right(text, row))
                    overlap[way, language].append(f1(text, row.answers))
                else:
                    silent[way, language].append(not text)
    print("way        questions                short     F1   silent")
    for way in WAYS:
        for language in ("all", "zh", "en+mixed"):
            key = way, language
            if short[key]:
                left = f"{statistics.mean(silent[key]):.3f}" if silent[key] else "–"
                print(
                    f"{way:<10} {language:<9} {len(short[key]):>5} + {len(silent[key]):>4}   "
                    f"{statistics.mean(short[key]):>8.3f}  {statistics.mean(overlap[key]):>5.3f}"
                    f"   {left:>6}"
                )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--every", type=int, default=1)
    given = parser.parse_args()
    main(Index(given.index), read_questions(given.questions)[:: given.every])
