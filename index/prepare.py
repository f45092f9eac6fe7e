"""Before a change: which files are new, what stands in them, and the vectors of their passages.

All that is slow happens here, ahead of the transaction, and vectors are kept as they are made.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from sqlite3 import Connection

from index import store
from index.catalogue import File, Prepared
from index.embed import Embedder
from index.store import vector_key
from index.types import Skipped
from ingest.chunk import MAX_TOKENS, chunk, embedded_text
from ingest.errors import UnreadableFile
from ingest.limit import time_limit
from ingest.read import Found, discover, read
from ingest.types import Document

_AT_ONCE = 4096
"""Passages that are sorted by length together."""

Progress = Callable[[str, int, int], None]
"""Told of each step: what is being done (`reading`, `embedding`), how much is done, of how much."""


@dataclass(frozen=True, slots=True)
class New:
    """A file that is new or changed, read and chunked."""

    file: Found
    sha256: str
    prepared: Prepared


def look(paths: Sequence[Path]) -> tuple[list[Found], list[Skipped]]:
    """The files under `paths` by their absolute paths, each once, and those left out."""
    files: dict[str, Found] = {}
    skipped = []
    for file in discover(paths):
        if file.skipped:
            skipped.append(Skipped(file.name, file.skipped))
        else:
            place = os.path.abspath(file.path)  # noqa: PTH100 - `absolute` leaves `..` standing
            files.setdefault(place, replace(file, path=Path(place)))
    return list(files.values()), skipped


def news(
    found: Sequence[Found],
    known: dict[str, File],
    embedder: Embedder,
    fingerprint: bytes,
    skipped: list[Skipped],
    progress: Progress,
) -> Iterator[New]:
    """Read and chunk the files whose bytes are not known; those that fail go to `skipped`."""
    for done, file in enumerate(found):
        progress("reading", done, len(found))
        before = known.get(str(file.path))
        try:
            sha256 = _sha256(file.path)
            if before is not None and before.sha256 == sha256:
                continue
            with time_limit():
                prepared = _prepare(read(file.path, file.name), embedder, fingerprint)
            yield New(file, sha256, prepared)
        except (UnreadableFile, OSError) as error:
            reason = f"it cannot be opened ({error.strerror})" if isinstance(error, OSError) else ""
            kept = "; what it held before stays in the index" if before is not None else ""
            skipped.append(Skipped(file.name, (reason or str(error)) + kept))
    progress("reading", len(found), len(found))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _prepare(document: Document, embedder: Embedder, fingerprint: bytes) -> Prepared:
    chunks = chunk(document, embedder.count_tokens, min(MAX_TOKENS, embedder.max_tokens))
    texts = tuple(embedded_text(document, piece) for piece in chunks)
    return Prepared(document, chunks, texts, tuple(vector_key(fingerprint, t) for t in texts))


def embed(
    connection: Connection,
    news: Iterable[New],
    embedder: Embedder,
    progress: Progress,
    *,
    again: bool,
) -> int:
    """Make the vectors that are missing, or all of them `again`; gives how many were made.

    `news` is gone through twice.
    """
    keys = {key for new in news for key in new.prepared.keys}
    wanted = keys if again else store.missing_vectors(connection, keys)
    total, done = len(wanted), 0
    for texts in _batches((new.prepared for new in news), wanted):
        # Texts of like length stand together, so that little of a batch is padding.
        order = sorted(texts, key=lambda key: (len(texts[key]), key))
        for batch in embedder.passages([texts[key] for key in order]):
            store.keep_vectors(connection, order[: len(batch)], batch)
            del order[: len(batch)]
            done += len(batch)
            progress("embedding", done, total)
    return done


def _batches(prepared: Iterable[Prepared], wanted: set[bytes]) -> Iterator[dict[bytes, str]]:
    """The texts that are wanted, each once, in batches that memory holds easily."""
    texts: dict[bytes, str] = {}
    for one in prepared:
        for key, text in zip(one.keys, one.texts, strict=True):
            if key in wanted:
                wanted.remove(key)
                texts[key] = text
        if len(texts) >= _AT_ONCE:
            yield texts
            texts = {}
    if texts:
        yield texts
