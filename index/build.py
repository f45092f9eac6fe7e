"""Rebuilding: bring an index in step with files, in one step that readers see at once.

What is slow happens first and is kept as it is made: reading, chunking, embedding. Then one
transaction changes the catalogue and names the new FAISS file. A run that dies before it leaves
the old index whole.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection

from index import catalogue, glossary, prepare, store, vectors
from index.catalogue import File
from index.draft import drafting
from index.embed import Embedder, fits, probe
from index.lock import writing
from index.prepare import New, Progress
from index.types import IndexProblem, Skipped, Update
from ingest import VERSION
from ingest.read import Found

_REBUILD = "Run: policyqa index --rebuild PATH…"


def update(
    folder: Path,
    paths: Sequence[Path],
    embedder: Embedder,
    *,
    rebuild: bool = False,
    prune: bool = False,
    progress: Progress = lambda _what, _done, _of: None,
    report: Callable[[str], None] = lambda _: None,
) -> Update:
    """Bring the index in `folder` in step with the files under `paths`.

    New and changed files are read, chunked and embedded; the others stay as they are. `rebuild`
    starts from nothing, but for the vectors where only the version of reading has changed; `prune`
    forgets files that are gone from `paths`. A file that cannot be read does not stop the others,
    and keeps what is known of it. Raises `IndexProblem` when nothing can be indexed, when the index
    there was made by another model or version, or when the disk does not take it, and `ModelError`
    when the user's cache does not; the index is then as it was.
    """
    started = time.perf_counter()
    found, skipped = prepare.look(paths)
    if not found and not prune:
        raise IndexProblem(_nothing_to_index(paths, skipped))
    glossary.prepare(report)  # else the first question in English waits for it
    with writing(folder, report):
        if rebuild:
            store.discard_unreadable(folder)
        with store.opened(folder, write=True) as connection:
            fingerprint = _fingerprint(connection, embedder, folder, rebuild=rebuild)
            before = catalogue.files(connection)
            # Where only the reading has changed, most passages have the vectors they had.
            again = rebuild and not _outdated(connection)
            known = {} if rebuild else before
            gone = _gone(paths, found, known) if prune else []
            with drafting(folder) as draft:
                for new in prepare.news(found, known, embedder, fingerprint, skipped, progress):
                    draft.add(new)
                if rebuild and not draft.paths:
                    raise IndexProblem(_nothing_to_index(paths, skipped))
                embedded = prepare.embed(connection, draft, embedder, progress, again=again)
                if draft.paths or gone or not vectors.whole(folder, store.get_meta(connection)):
                    old = before if rebuild else gone
                    _change(connection, folder, old, draft, embedder, fingerprint)
            documents, chunks = catalogue.count(connection)
    changed = sum(path in known for path in draft.paths)
    return Update(
        documents=documents,
        chunks=chunks,
        added=len(draft.paths) - changed,
        changed=changed,
        removed=len(gone),
        embedded=embedded,
        skipped=tuple(skipped),
        seconds=time.perf_counter() - started,
    )


def remove(
    folder: Path, name: str, embedder: Embedder, report: Callable[[str], None] = lambda _: None
) -> int:
    """Forget every file shown under `name`; gives how many there were.

    Raises `IndexProblem` when there is no such file, or no index.
    """
    store.require(folder)
    with writing(folder, report), store.opened(folder, write=True) as connection:
        fingerprint = _fingerprint(connection, embedder, folder, rebuild=False)
        gone = [path for path, file in catalogue.files(connection).items() if file.name == name]
        if not gone:
            raise IndexProblem(
                f"{name} is not in the index in {folder}. "
                "Run policyqa status --documents for the names."
            )
        _change(connection, folder, gone, (), embedder, fingerprint)
    return len(gone)


def _nothing_to_index(paths: Sequence[Path], skipped: Sequence[Skipped]) -> str:
    where = ", ".join(map(str, paths))
    if skipped:
        return f"No file that can be read in {where} ({skipped[0].path}: {skipped[0].reason})."
    return f"There is no document in {where}. Give a file, or a folder that holds some."


def _fingerprint(
    connection: Connection, embedder: Embedder, folder: Path, *, rebuild: bool
) -> bytes:
    """The probe vector that this index's vectors are keyed by.

    Raises `IndexProblem` when the index was made by another model or version of reading.
    """
    meta = store.get_meta(connection)
    known = meta.get("probe")
    if isinstance(known, bytes) and fits(embedder, known):
        if not rebuild and _outdated(connection):
            raise IndexProblem(
                f"The index in {folder} was read by another version of policyqa. {_REBUILD} "
                "Passages that stay as they are keep their vectors."
            )
        return known
    if known is not None and not rebuild:
        raise IndexProblem(
            f"The index in {folder} was made by the model {meta['model']}, "
            f"not by the {embedder.name} that is here now. {_REBUILD}"
        )
    return probe(embedder)


def _outdated(connection: Connection) -> bool:
    """Whether another version of reading and chunking made the index."""
    return store.get_meta(connection).get("chunking", VERSION) != VERSION


def _gone(paths: Sequence[Path], found: Sequence[Found], known: dict[str, File]) -> list[str]:
    """Indexed files that lie under `paths` and are there no more.

    A folder that is itself not there (a disk that is not mounted, say) takes nothing along.
    """
    given = [path.absolute() for path in paths]
    folders = [path for path in given if path.is_dir()]
    there = {str(file.path) for file in found}
    return [
        path
        for path in known
        if path not in there
        and not Path(path).exists()
        and (Path(path) in given or any(Path(path).is_relative_to(root) for root in folders))
    ]


def _change(
    connection: Connection,
    folder: Path,
    gone: Iterable[str],
    news: Iterable[New],
    embedder: Embedder,
    fingerprint: bytes,
) -> None:
    """Forget files and add others, write the FAISS file and name it, all in one transaction."""
    with store.transaction(connection, write=True):
        catalogue.remove_files(connection, gone)
        # Before anything is added: the same text, cut anew, must not meet its old chunks.
        catalogue.remove_orphans(connection)
        for new in news:
            document = new.prepared.document
            catalogue.put_document(connection, new.prepared)
            catalogue.put_file(
                connection, str(new.file.path), new.file.name, new.sha256, document.id
            )
        catalogue.remove_orphans(connection)
        catalogue.remove_unused_vectors(connection)
        _publish(connection, folder, embedder, fingerprint)
    vectors.tidy(folder, store.get_meta(connection))


def _publish(connection: Connection, folder: Path, embedder: Embedder, fingerprint: bytes) -> None:
    """Write the FAISS file of the next generation, and name it in the catalogue."""
    generation = int(str(store.get_meta(connection)["generation"])) + 1
    name = vectors.file_name(generation)
    _, total = catalogue.count(connection)
    sha256 = vectors.write(
        folder / name,
        total,
        embedder.dimension,
        lambda: store.vector_batches(connection, embedder.dimension),
    )
    store.set_meta(
        connection,
        model=embedder.name,
        probe=fingerprint,
        chunking=VERSION,
        generation=generation,
        built=datetime.now().astimezone().isoformat(timespec="seconds"),
        faiss=name,
        sha256=sha256,
    )
