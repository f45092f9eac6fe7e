"""Rebuilding: bring an index in step with files, in one step that readers see at once.

What is slow happens first and is kept as it is made: reading, chunking, embedding. Then one
transaction changes the catalogue and names the new FAISS file. A run that dies before it leaves
the old index whole.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection

from index import catalogue, store, vectors
from index.catalogue import File, Prepared
from index.embed import Embedder, fits, probe
from index.lock import writing
from index.store import vector_key
from index.types import IndexProblem, Skipped, Update
from ingest import VERSION
from ingest.chunk import MAX_TOKENS, chunk, embedded_text
from ingest.errors import UnreadableFile
from ingest.read import Found, discover, read
from ingest.types import Document

Progress = Callable[[str, int, int], None]
"""Told of each step: what is being done (`reading`, `embedding`), how much is done, of how much."""

_REBUILD = "Run: policyqa index --rebuild PATH…"


@dataclass(frozen=True, slots=True)
class _New:
    """A file that is new or changed, read and chunked."""

    file: Found
    sha256: str
    prepared: Prepared


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
    starts from nothing; `prune` forgets files that are gone from `paths`. A file that cannot be
    read does not stop the others. Raises `IndexProblem` when nothing can be indexed, or when the
    index there was made by another model or version.
    """
    started = time.perf_counter()
    everything = list(discover(paths))
    found = [file for file in everything if not file.skipped]
    skipped = [Skipped(file.name, file.skipped) for file in everything if file.skipped]
    if not found and not prune:
        raise IndexProblem(_nothing_to_index(paths, skipped))
    folder.mkdir(parents=True, exist_ok=True)
    with writing(folder, report):
        if rebuild:
            store.discard_unreadable(folder)
        with store.opened(folder, write=True) as connection:
            fingerprint = _fingerprint(connection, embedder, folder, rebuild=rebuild)
            known = {} if rebuild else catalogue.files(connection)
            gone = _gone(paths, found, known) if prune else []
            news = list(_news(found, known, embedder, fingerprint, skipped, progress))
            embedded = _embed(connection, news, embedder, progress, again=rebuild)
            stale = list(catalogue.files(connection)) if rebuild else gone
            if stale or news or not vectors.whole(folder, store.get_meta(connection)):
                with store.transaction(connection, write=True):
                    catalogue.remove_files(
                        connection, catalogue.files(connection) if rebuild else gone
                    )
                    for new in news:
                        catalogue.put_document(connection, new.prepared)
                        catalogue.put_file(
                            connection,
                            str(new.file.path.absolute()),
                            new.file.name,
                            new.sha256,
                            new.prepared.document.id,
                        )
                    _publish(connection, folder, embedder, fingerprint)
                vectors.tidy(folder, store.get_meta(connection))
            documents, chunks = catalogue.count(connection)
    changed = sum(str(new.file.path.absolute()) in known for new in news)
    return Update(
        documents=documents,
        chunks=chunks,
        added=len(news) - changed,
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
        with store.transaction(connection, write=True):
            catalogue.remove_files(connection, gone)
            _publish(connection, folder, embedder, fingerprint)
        vectors.tidy(folder, store.get_meta(connection))
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
        if not rebuild and meta["chunking"] != VERSION:
            raise IndexProblem(
                f"The index in {folder} was read by another version of policyqa. {_REBUILD}"
            )
        return known
    if known is not None and not rebuild:
        raise IndexProblem(
            f"The index in {folder} was made by the model {meta['model']}, "
            f"not by the {embedder.name} that is here now. {_REBUILD}"
        )
    return probe(embedder)


def _news(
    found: Sequence[Found],
    known: dict[str, File],
    embedder: Embedder,
    fingerprint: bytes,
    skipped: list[Skipped],
    progress: Progress,
) -> Iterator[_New]:
    """Read and chunk the files whose bytes are not known; those that fail go to `skipped`."""
    for done, file in enumerate(found):
        progress("reading", done, len(found))
        try:
            sha256 = hashlib.sha256(file.path.read_bytes()).hexdigest()
            before = known.get(str(file.path.absolute()))
            if before is not None and before.sha256 == sha256:
                continue
            document = read(file.path, file.name)
            yield _New(file, sha256, _prepare(document, embedder, fingerprint))
        except UnreadableFile as error:
            skipped.append(Skipped(file.name, str(error)))
        except OSError as error:
            skipped.append(Skipped(file.name, f"it cannot be opened ({error.strerror})"))
    progress("reading", len(found), len(found))


def _prepare(document: Document, embedder: Embedder, fingerprint: bytes) -> Prepared:
    chunks = chunk(document, embedder.count_tokens, min(MAX_TOKENS, embedder.max_tokens))
    texts = tuple(embedded_text(document, piece) for piece in chunks)
    return Prepared(document, chunks, texts, tuple(vector_key(fingerprint, t) for t in texts))


def _embed(
    connection: Connection,
    news: Sequence[_New],
    embedder: Embedder,
    progress: Progress,
    *,
    again: bool,
) -> int:
    """Make the vectors that are missing, or all of them `again`; gives how many were made."""
    texts: dict[bytes, str] = {}
    for new in news:
        texts.update(zip(new.prepared.keys, new.prepared.texts, strict=True))
    wanted = set(texts) if again else store.missing_vectors(connection, texts)
    # Texts of like length share a batch, so that little of it is padding.
    order = sorted(wanted, key=lambda key: (len(texts[key]), key))
    done = 0
    for batch in embedder.passages([texts[key] for key in order]):
        store.keep_vectors(connection, order[done : done + len(batch)], batch)
        done += len(batch)
        progress("embedding", done, len(order))
    return done


def _gone(paths: Sequence[Path], found: Sequence[Found], known: dict[str, File]) -> list[str]:
    """Indexed files that lie under `paths` and are there no more."""
    roots = [path.absolute() for path in paths]
    there = {str(file.path.absolute()) for file in found}
    return [
        path
        for path in known
        if path not in there
        and not Path(path).exists()
        and any(Path(path).is_relative_to(root) for root in roots)
    ]


def _publish(connection: Connection, folder: Path, embedder: Embedder, fingerprint: bytes) -> None:
    """Write the FAISS file of the next generation and name it, inside the transaction."""
    catalogue.remove_orphans(connection)
    generation = int(str(store.get_meta(connection)["generation"])) + 1
    numbers, matrix = store.all_vectors(connection, embedder.dimension)
    name = vectors.file_name(generation)
    store.set_meta(
        connection,
        model=embedder.name,
        probe=fingerprint,
        chunking=VERSION,
        generation=generation,
        built=datetime.now().astimezone().isoformat(timespec="seconds"),
        faiss=name,
        sha256=vectors.write(folder / name, numbers, matrix),
    )
