"""The command `policyqa`.

Heavy imports stand inside the commands that need them: a question is answered without torch and
without waiting for what only indexing uses.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, TextIO

import typer

from ingest.errors import PolicyQAError, UnreadableFile

NOT_FOUND, FAILED, INTERRUPTED = 1, 2, 130
"""Exit codes: the documents hold no answer; an error; stopped by Ctrl-C."""

app = typer.Typer(
    help="Answers questions about policy documents and shows where each answer stands.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Folder = Annotated[
    Path,
    typer.Option(
        "--index-dir", envvar="POLICYQA_INDEX_DIR", help="The folder that holds the index."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Issuer = Annotated[str, typer.Option(help="Only documents whose issuer's name holds this.")]
Year = Annotated[int | None, typer.Option(help="Only documents of, or about, this year.")]
Doc = Annotated[str, typer.Option(help="Only documents whose file name or title holds this.")]

DEFAULT_FOLDER = Path(".policyqa")


@app.command(epilog="Examples: policyqa index seeds/ · policyqa index notices/ report.md --prune")
def index(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders of documents.")],
    index_dir: Folder = DEFAULT_FOLDER,
    model: Annotated[
        str,
        typer.Option(
            envvar="POLICYQA_MODEL",
            help="A name or path that sentence-transformers can load.",
            show_default="the packaged multilingual-e5-small",
        ),
    ] = "",
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Start from nothing.")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Forget files that are gone.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on, and follow each change until Ctrl-C.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Index files and folders, or bring an index in step with them."""
    from index import taught
    from index.build import update
    from index.embed import PACKAGED, open_embedder
    from index.watch import moments
    from qa import network
    from ui import render

    log = render.console(error=True)
    embedder = open_embedder(model or PACKAGED, log.print)
    network.prepare(log.print)  # now, so that the first question need not wait
    if embedder.name == PACKAGED:
        for side in (taught.QUESTIONS, taught.PASSAGES):
            taught.prepare(side, log.print)
    for turn, _ in enumerate(moments(paths) if watch else [None]):
        with _going_on(log.print, needed=watch), render.progress_bar() as progress:
            done = update(
                index_dir,
                paths,
                embedder,
                rebuild=rebuild and not turn,
                prune=prune,
                progress=progress,
                report=log.print,
            )
            if as_json:
                _print_json(dataclasses.asdict(done))
            else:
                render.show_update(render.console(), done)


@contextlib.contextmanager
def _going_on(report: Callable[[str], None], *, needed: bool) -> Iterator[None]:
    """Where a command must go on after an error, print it instead of ending there."""
    try:
        yield
    except PolicyQAError as error:
        if not needed:
            raise
        report(str(error))


@app.command(epilog="Example: policyqa verify")
def verify(index_dir: Folder = DEFAULT_FOLDER, as_json: AsJson = False) -> None:
    """Check an index against its own checksums, counts and quotes.

    Exit code 0: it is whole. 2: it is not; each line says what to run.
    """
    from index.verify import verify as problems_of

    problems = problems_of(index_dir)
    if as_json:
        _print_json({"problems": problems})
    else:
        print("\n".join(problems) or f"The index in {index_dir} is whole.")
    if problems:
        raise typer.Exit(FAILED)


@app.command(epilog="Example: policyqa remove 2019年通知.md")
def remove(
    document: Annotated[str, typer.Argument(help="A document's name, as status shows it.")],
    index_dir: Folder = DEFAULT_FOLDER,
) -> None:
    """Take a document out of the index."""
    from index import build
    from index.search import Index
    from ui import render

    log = render.console(error=True)
    gone = build.remove(index_dir, document, Index(index_dir).embedder, log.print)
    render.console().print(f"{gone} removed")


@app.command(epilog='Examples: policyqa ask "how many 智能体 by 2028" · policyqa ask 汽车产量')
def ask(
    question: Annotated[str, typer.Argument(help="In Chinese, English or a mix.")],
    index_dir: Folder = DEFAULT_FOLDER,
    passages: Annotated[
        int, typer.Option("-k", min=1, max=100, help="How many passages to read.")
    ] = 10,
    issuer: Issuer = "",
    year: Year = None,
    doc: Doc = "",
    as_json: AsJson = False,
) -> None:
    """Answer a question, with the words that say so and where they stand.

    Exit code 0: answered. 1: the documents do not hold an answer. 2: an error.
    """
    from index.search import Index
    from index.types import Scope
    from qa.answer import answer, check
    from ui import render

    question = check(question)
    answered = answer(Index(index_dir), question, passages, Scope(issuer, year, doc))
    if as_json:
        _print_json(answered.to_json())
    else:
        render.show_answer(render.console(), answered)
    if not answered.found:
        raise typer.Exit(NOT_FOUND)


@app.command(epilog="Example: policyqa search 智能工厂 -k 3")
def search(
    query: Annotated[str, typer.Argument(help="Words or a question.")],
    index_dir: Folder = DEFAULT_FOLDER,
    passages: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many to show.")] = 5,
    issuer: Issuer = "",
    year: Year = None,
    doc: Doc = "",
    as_json: AsJson = False,
) -> None:
    """Rank passages, with each signal's score."""
    from index.search import Index
    from index.types import Scope
    from qa.answer import check
    from ui import render

    query = check(query)
    with Index(index_dir).snapshot() as snapshot:
        hits = snapshot.search(query, passages, Scope(issuer, year, doc))
    if as_json:
        _print_json([dataclasses.asdict(hit) for hit in hits])
    else:
        render.show_hits(render.console(), hits)


@app.command(epilog="Example: policyqa status --documents")
def status(
    index_dir: Folder = DEFAULT_FOLDER,
    documents: Annotated[bool, typer.Option("--documents", help="List the documents.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what the index holds."""
    from index.search import Index
    from index.search import status as read_status
    from ui import render

    held = read_status(index_dir)
    listed = []
    if documents:
        with Index(index_dir).snapshot() as snapshot:
            listed = snapshot.documents()
    if as_json:
        rows = [
            {"id": one.id, "paths": one.paths, "title": one.title}
            | dataclasses.asdict(one.metadata)
            for one in listed
        ]
        _print_json(dataclasses.asdict(held) | ({"list": rows} if documents else {}))
        return
    out = render.console()
    render.show_status(out, held, str(index_dir))
    if documents:
        render.show_documents(out, listed)


@app.command(epilog="Examples: policyqa chat · policyqa chat --host 0.0.0.0 --auth users.json")
def chat(
    index_dir: Folder = DEFAULT_FOLDER,
    host: Annotated[str, typer.Option(help="Beyond this machine, it needs --auth.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 7860,
    auth: Annotated[Path | None, typer.Option(help="The file of those who may log in.")] = None,
    add_user: Annotated[
        str, typer.Option(help="Add this user to --auth (asks for the password) and stop.")
    ] = "",
) -> None:
    """Open the chat in the browser: ask, read the source, add documents."""
    if add_user:
        from ui.auth import add_user as add

        if auth is None:
            raise PolicyQAError("--add-user needs --auth FILE, the file to keep the user in.")
        add(auth, add_user, typer.prompt("Password", hide_input=True, confirmation_prompt=True))
        print(f"{add_user} may log in with --auth {auth}")
        return
    from ui.serve import start

    served = start(index_dir, host, port, auth)
    print(f"policyqa chat: {served.local_url}", flush=True)
    served.block_thread()


@app.command(epilog="Example: policyqa feedback --json")
def feedback(index_dir: Folder = DEFAULT_FOLDER, as_json: AsJson = False) -> None:
    """Read what users of the chat thought of its answers."""
    from ui import render
    from ui.feedback import read

    judged = read(index_dir)
    if as_json:
        _print_json([dataclasses.asdict(one) for one in judged])
    else:
        render.show_feedback(render.console(), judged)


@app.command(epilog="Example: policyqa inspect 通知.pdf")
def inspect(
    file: Annotated[Path, typer.Argument(help="A document.")],
    as_json: AsJson = False,
) -> None:
    """Show how one file is read: outline, passages, metadata, and where each character went."""
    from index.embed import PACKAGED, open_embedder
    from ingest.chunk import chunk
    from ingest.ledger import ledger
    from ingest.limit import time_limit
    from ingest.read import read
    from ui import inspected, render

    log = render.console(error=True)
    try:
        with time_limit():
            document = read(file, file.name)
            chunks = chunk(document, open_embedder(PACKAGED, log.print).count_tokens)
    except UnreadableFile as error:
        raise PolicyQAError(f"{file}: {error}.") from error
    book = ledger(document, chunks)
    if as_json:
        _print_json(inspected.as_json(document, chunks, book))
    else:
        inspected.show(render.console(), document, chunks, book)


@app.command(name="eval", epilog="Example: policyqa eval questions.jsonl --out answers.jsonl")
def evaluate(
    questions: Annotated[Path, typer.Argument(help="A question set in JSON Lines.")],
    index_dir: Folder = DEFAULT_FOLDER,
    out: Annotated[Path | None, typer.Option(help="Write every answer to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure answers against a question set (see the README for its rows)."""
    from index.search import Index
    from qa.evaluate import judge, read_questions, reports
    from ui import render

    rows = read_questions(questions)
    judged = []
    with render.progress_bar() as progress, _writing(out) as written:
        opened = Index(index_dir)
        for one in judge(opened, rows):
            judged.append(one)
            if written is not None:
                line = json.dumps({"id": one.row.id} | one.answer.to_json(), ensure_ascii=False)
                written.write(line + "\n")
            progress("answering", len(judged), len(rows))
    figures = reports(judged)
    if as_json:
        _print_json({name: dataclasses.asdict(report) for name, report in figures.items()})
    else:
        render.show_reports(render.console(), figures)


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False))


@contextlib.contextmanager
def _writing(path: Path | None) -> Iterator[TextIO | None]:
    """The file to write answers to, if one is wanted."""
    if path is None:
        yield None
        return
    try:
        file = path.open("w", encoding="utf-8")
    except OSError as error:
        raise PolicyQAError(f"{path} cannot be written ({error.strerror}).") from error
    with file:
        yield file


def main() -> None:
    """Run the command; every error that a user may meet is one line and exit code 2."""
    try:
        app()
    except PolicyQAError as error:
        print(f"policyqa: {error}", file=sys.stderr)
        sys.exit(FAILED)
    except SystemExit as leaving:
        if leaving.code == INTERRUPTED:
            print("policyqa: stopped; the index is as it was.", file=sys.stderr)
        raise


if __name__ == "__main__":
    main()
