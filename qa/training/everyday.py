"""Everyday questions about the law: the sentence of the article that the expert's answer quotes.

The set tells the article, not the words; a sentence counts as the answer where most of its pairs
of characters stand in the expert's answer too.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

from qa.training.examples import Example
from qa.windows import cut, sentences

_QUOTED = 0.6
_SHORTEST = 12


def examples(path: Path, seed: int) -> Iterator[Example]:
    """Each question with a window of its article, and with one of another question's article."""
    chance = random.Random(seed)
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for row in rows:
        said = _pairs(" ".join(answer for answer in row["answers"] if isinstance(answer, str)))
        for gold in row["gold"][:2]:
            text = gold["text"].strip()
            title = f"{gold['name'].removesuffix(gold['article'])} › {gold['article']}"
            context = title if chance.random() < 0.8 else ""
            best = max(sentences(text), key=lambda ends: _share(text[slice(*ends)], said))
            if _share(text[slice(*best)], said) < _QUOTED or best[1] - best[0] < _SHORTEST:
                continue
            for first, last in cut(text):
                if first <= best[0] < best[1] <= last:
                    stop = len(text[: best[1]].rstrip("。；\n "))
                    yield Example(
                        row["question"],
                        context,
                        text[first:last],
                        best[0] - first,
                        stop - first,
                        "everyday",
                    )
            other = chance.choice(rows)
            if other["doc"] != row["doc"]:
                strange = chance.choice(other["gold"])
                first, last = chance.choice(cut(strange["text"]) or [(0, 100)])
                yield Example(
                    row["question"],
                    strange["name"],
                    strange["text"][first:last],
                    -1,
                    -1,
                    "everyday-other",
                )


def _pairs(text: str) -> set[str]:
    return {text[place : place + 2] for place in range(len(text) - 1)}


def _share(text: str, said: set[str]) -> float:
    own = _pairs(text)
    return len(own & said) / len(own) if own else 0.0
