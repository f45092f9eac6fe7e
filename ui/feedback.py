"""Thumbs up or down, with a note, kept beside the index as JSON Lines and sent nowhere."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from ui.turns import Turn

FILE = "feedback.jsonl"

LONGEST_NOTE = 1000

_writing = threading.Lock()


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a user thought of an answer. `vote` is 1 or -1, `at` is ISO 8601 in local time.

    One turn may be judged more than once; the last line counts.
    """

    at: str
    turn: str
    question: str
    answer: str
    vote: int
    note: str
    user: str


def keep(folder: Path, turn: Turn, vote: int, note: str, user: str) -> None:
    """Add one judgement of an answer to the index in `folder`."""
    at = datetime.now().astimezone().isoformat(timespec="seconds")
    note = note.strip()[:LONGEST_NOTE]
    made = Feedback(at, turn.id, turn.understood, turn.text, vote, note, user)
    line = json.dumps(asdict(made), ensure_ascii=False)
    folder.mkdir(parents=True, exist_ok=True)
    with _writing, (folder / FILE).open("a", encoding="utf-8", errors="replace") as file:
        file.write(line + "\n")


def read(folder: Path) -> list[Feedback]:
    """The judgements, oldest first, each turn's last one only; half-written lines are left out."""
    path = folder / FILE
    found: dict[str, Feedback] = {}
    for line in path.read_text("utf-8").splitlines() if path.is_file() else []:
        try:
            one = Feedback(**json.loads(line))
        except (ValueError, TypeError):
            continue
        found.pop(one.turn, None)
        found[one.turn] = one
    return list(found.values())
