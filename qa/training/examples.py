"""What the reader learns from: a question, a window, and the answer's characters in it, or none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from qa.windows import Window


@dataclass(frozen=True, slots=True)
class Example:
    """`start == end == -1` where the window does not answer the question.

    `source` names where the example came from, for the log and for ablations; `terms` are the
    Chinese names of the question's English words.
    """

    question: str
    context: str
    text: str
    start: int
    end: int
    source: str
    terms: str = ""

    @property
    def window(self) -> Window:
        """What is read."""
        return Window(self.context, self.text)

    @property
    def answer(self) -> str:
        """The answer's text, empty where there is none."""
        return self.text[max(self.start, 0) : max(self.end, 0)]


def write(path: Path, examples: Iterable[Example]) -> int:
    """Write examples as JSON lines; gives their number."""
    lines = [json.dumps(asdict(example), ensure_ascii=False) for example in examples]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return len(lines)


def read(path: Path) -> Iterator[Example]:
    """The examples of a file that `write` wrote."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield Example(**json.loads(line))
