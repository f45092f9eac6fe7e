"""When a watched folder is looked at again."""

from __future__ import annotations

from pathlib import Path

from index.watch import moments


def test_a_change_is_told_once_it_has_come_to_rest(papers: Path) -> None:
    steps = iter(
        [
            lambda: None,
            lambda: (papers / "新.md").write_text("一", "utf-8"),
            lambda: (papers / "新.md").write_text("一二", "utf-8"),
            lambda: None,
            (papers / "新.md").unlink,
            lambda: None,
        ]
    )
    looks = []

    def sleep(_: float) -> None:
        looks.append(None)
        next(steps)()

    told = []
    watching = moments([papers], sleep)
    for _ in range(3):
        next(watching)
        told.append(len(looks))
    assert told == [0, 4, 6]


def test_a_folder_that_is_away_is_waited_for(tmp_path: Path) -> None:
    later = tmp_path / "later"

    def sleep(_: float) -> None:
        if not later.exists():
            later.mkdir()
        elif not (later / "a.md").exists():
            (later / "a.md").write_text("一", "utf-8")

    watching = moments([later], sleep)
    next(watching)
    next(watching)
    assert (later / "a.md").exists()
