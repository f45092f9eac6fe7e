"""Everyday questions about the law: the sentence of the article that the expert's answer quotes.

The set tells the article, not the words; a sentence counts as the answer where most of its pairs
of characters stand in the expert's answer too.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from index.words import terms
from ingest.sentences import sentences
from qa.training.examples import Example
from qa.windows import cut

_QUOTED = 0.6
_SHORTEST = 12

Row = dict[str, Any]
"""A question with its `gold` articles and an expert's `answers`."""


def load(path: Path) -> list[Row]:
    """The questions of the set."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def examples(rows: Sequence[Row], chance: random.Random) -> Iterator[Example]:
    """Each question with a window of its article, and with one of another question's article."""
    for row in rows:
        said = set(terms(" ".join(one for one in row["answers"] if isinstance(one, str))))
        for gold in row["gold"][:2]:
            text = gold["text"].strip()
            title = f"{gold['name'].removesuffix(gold['article'])} › {gold['article']}"
            context = title if chance.random() < 0.8 else ""
            best = max(sentences(text), key=lambda one: _share(text[one.start : one.end], said))
            if len(best) < _SHORTEST or _share(text[best.start : best.end], said) < _QUOTED:
                continue
            for first, last in cut(text):
                if first <= best.start < best.end <= last:
                    stop = len(text[: best.end].rstrip("。；\n "))
                    yield Example(
                        row["question"],
                        context,
                        text[first:last],
                        best.start - first,
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


def _share(text: str, said: set[str]) -> float:
    own = set(terms(text))
    return len(own & said) / len(own) if own else 0.0
