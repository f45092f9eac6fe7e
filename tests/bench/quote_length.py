"""How far a quote of prose should go: F1 against what experts cite, by its length.

    python tests/bench/quote_length.py ../shared DIR

Everyday questions about the law that training held out, over the index that
`python -m qa.training.calibrate ../shared DIR` left in DIR; each is answered by a whole article.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path
from unittest.mock import patch

from rich.progress import track

from index.search import Index
from qa import choose
from qa.answer import ask
from qa.evaluate import f1
from qa.training.data import LAWS, SEED, material

LENGTHS = (0, 100, 140, 180, 200, 220, 280, 400)


def main(shared: Path, folder: Path) -> None:
    """Print, for each length, the mean F1 of the quotes of what was answered."""
    with tempfile.TemporaryDirectory() as unpacked:
        _, held = material(shared, Path(unpacked), LAWS, SEED)
    index = Index(folder / "calibration-index")
    scores: dict[int, list[float]] = {length: [] for length in LENGTHS}
    for row in track(held.everyday, "Asking"):
        articles = [gold["text"] for gold in row["gold"]]
        for length, found in scores.items():
            with patch.object(choose, "_QUOTED", length):
                answer = ask(index, row["question"])
            if answer.found:
                found.append(f1(answer.citations[0].quote, articles))
    print(f"{len(held.everyday)} questions, {len(scores[0])} answered")
    print("characters   F1 of the quote")
    for length, found in scores.items():
        print(f"{length:>10}   {statistics.mean(found):>15.3f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    main(given.shared, given.folder)
