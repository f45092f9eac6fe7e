"""How answers, passages and figures look: coloured and wrapped on a terminal, plain in a pipe."""

from __future__ import annotations

import dataclasses
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from index.types import Hit, Indexed, Status, Update
from qa.evaluate import Report
from qa.types import Answer, Citation
from ui.feedback import Feedback

NOT_FOUND = "Not in these documents. 这些文件里没有答案。"

_NEAREST = 3
_SPACE = re.compile(r"\s+")


def console(*, error: bool = False) -> Console:
    """A console that wraps on a terminal and leaves lines whole in a pipe."""
    made = Console(stderr=error, highlight=False)
    if not made.is_terminal:
        made = Console(stderr=error, highlight=False, soft_wrap=True, width=10_000)
    return made


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on the terminal, with the time left; silent in a pipe."""
    bar = Progress(
        TextColumn("{task.description:<9}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console(error=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with bar:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what)
            bar.update(tasks[what], completed=done, total=of)

        yield show


def show_answer(out: Console, answer: Answer) -> None:
    """An answer, then each citation with its words, its headings, its file and line."""
    if not answer.found:
        out.print(Text(NOT_FOUND, style="bold yellow"))
        if answer.nearest:
            out.print("\nNearest passages, which do not answer it:", style="dim")
        for hit in answer.nearest[:_NEAREST]:
            out.print(Padding(Text(_path(hit.chunk.path), style="dim"), (0, 0, 0, 2), expand=False))
        return
    out.print(Text(answer.text, style="bold green"))
    for number, citation in enumerate(answer.citations, 1):
        out.print()
        out.print(Text.assemble((f"[{number}] ", "cyan"), _marked(citation)))
        out.print(
            Padding(Text(_path(citation.heading_path), style="dim"), (0, 0, 0, 4), expand=False)
        )
        out.print(Padding(Text(_place(citation), style="dim"), (0, 0, 0, 4), expand=False))


def _marked(citation: Citation) -> Text:
    quote, end = citation.quote, citation.at + len(citation.answer)
    parts = quote[: citation.at], quote[citation.at : end], quote[end:]
    before, answer, after = (_SPACE.sub(" ", part) for part in parts)
    return Text.assemble(f"“{before.lstrip()}", (answer, "bold green"), f"{after.rstrip()}”")


def _path(path: Sequence[str]) -> str:
    return " › ".join(path)


def _place(citation: Citation) -> str:
    page = f", page {citation.page}" if citation.page else ""
    also = f"; the same words in {', '.join(citation.also)}" if citation.also else ""
    return f"{citation.doc}, line {citation.line}{page}{also}"


def show_hits(out: Console, hits: Sequence[Hit]) -> None:
    """Ranked passages with each signal's score."""
    for number, hit in enumerate(hits, 1):
        scores = f"score {hit.score:+.2f} · dense {hit.dense:.3f} · words {hit.lexical:.2f}"
        out.print(Text.assemble((f"{number}. ", "cyan"), (_path(hit.chunk.path), "bold")))
        out.print(Padding(Text(scores, style="dim"), (0, 0, 0, 3), expand=False))
        out.print(Padding(Text(hit.chunk.text.strip()), (0, 0, 1, 3), expand=False))


def show_update(out: Console, update: Update) -> None:
    """The closing lines of `index`: what was skipped and why, then the totals."""
    for skipped in update.skipped:
        out.print(Text(f"skipped {_one_line(skipped.path)}: {skipped.reason}", style="yellow"))
    out.print(
        f"{update.documents} documents, {update.chunks} chunks "
        f"({update.added} files new, {update.changed} changed, {update.removed} removed, "
        f"{update.embedded} chunks embedded, {len(update.skipped)} skipped) "
        f"in {update.seconds:.1f} s"
    )


def _one_line(name: str) -> str:
    """A file's name without the control characters that would break the line."""
    return "".join(character if character.isprintable() else "�" for character in name)


def show_status(out: Console, status: Status, folder: str) -> None:
    """What an index holds."""
    rows = {
        "index": folder,
        "documents": f"{status.documents:,}",
        "chunks": f"{status.chunks:,}",
        "model": status.model,
        "size": f"{status.size / 1e6:.1f} MB",
        "built": f"{status.built} (generation {status.generation})",
    }
    for name, value in rows.items():
        out.print(f"{name:<10} {escape(value)}")


def show_documents(out: Console, documents: Sequence[Indexed]) -> None:
    """Every document with what it says of itself."""
    table = Table("document", "title", "issuer", "number", "date", "years", box=None)
    for document in documents:
        about = document.metadata
        years = f"{about.years[0]}–{about.years[-1]}" if about.years else ""
        cells = (
            ", ".join(map(_one_line, document.paths)),
            document.title,
            about.issuer,
            about.number,
            about.date,
            years,
        )
        table.add_row(*map(escape, cells))
    out.print(table)


def show_feedback(out: Console, judged: Sequence[Feedback]) -> None:
    """Each judgement: good or bad, the question, the answer, the note."""
    good = sum(one.vote > 0 for one in judged)
    out.print(f"{len(judged)} answers judged, {good} good, {len(judged) - good} bad")
    for one in judged:
        sign = ("good ", "green") if one.vote > 0 else ("bad  ", "red")
        told = _one_line(f"{one.at[:16]} {one.question} → {one.answer or '–'}")
        out.print(Text.assemble(sign, told))
        if one.note:
            out.print(Padding(Text(_one_line(one.note), style="dim"), (0, 0, 0, 5), expand=False))


def show_reports(out: Console, reports: Mapping[str, Report]) -> None:
    """The figures of an evaluation, one a line, a column for each group of questions."""
    out.print(" " * 20 + "".join(f"{name:>10}" for name in reports))
    for field in dataclasses.fields(Report):
        values = [getattr(report, field.name) for report in reports.values()]
        out.print(f"{field.name.replace('_', ' '):<20}" + "".join(map(_figure, values)))


def _figure(value: float | None) -> str:
    if value is None:
        return f"{'–':>10}"
    return f"{value:>10.3f}" if isinstance(value, float) else f"{value:>10}"
