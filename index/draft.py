"""What was read and waits for its vectors, kept on the disk: it may be more than memory holds."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from index.catalogue import Prepared
from index.prepare import New
from ingest.read import Found
from ingest.types import Chunk, Document, Metadata, Span


@contextmanager
def drafting(folder: Path) -> Iterator[Draft]:
    """An empty draft, in a file in `folder` that goes with the process."""
    with tempfile.TemporaryFile("w+", encoding="ascii", dir=folder) as file:
        yield Draft(file)


class Draft:
    """Documents on their way into the catalogue.

    Their sections stay behind: only what the catalogue takes comes back, as often as it is asked.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.paths: list[str] = []

    def add(self, new: New) -> None:
        """Put a document behind the others."""
        self._file.write(json.dumps(_plain(new)) + "\n")
        self.paths.append(str(new.file.path))

    def __iter__(self) -> Iterator[New]:
        self._file.seek(0)
        for line in self._file:
            yield _new(json.loads(line))


def _plain(new: New) -> dict[str, Any]:
    prepared = new.prepared
    document = prepared.document
    return {
        "file": [str(new.file.path), new.file.name],
        "sha256": new.sha256,
        "document": [document.id, document.path, document.title, document.text],
        "metadata": asdict(document.metadata),
        "chunks": [asdict(chunk) for chunk in prepared.chunks],
        "texts": prepared.texts,
        "keys": [key.hex() for key in prepared.keys],
    }


def _new(plain: dict[str, Any]) -> New:
    path, name = plain["file"]
    about = plain["metadata"]
    identity, known_as, title, text = plain["document"]
    metadata = Metadata(**about | {"years": tuple(about["years"])})
    prepared = Prepared(
        Document(identity, known_as, title, text, (), metadata),
        tuple(map(_chunk, plain["chunks"])),
        tuple(plain["texts"]),
        tuple(map(bytes.fromhex, plain["keys"])),
    )
    return New(Found(Path(path), name), plain["sha256"], prepared)


def _chunk(plain: dict[str, Any]) -> Chunk:
    spans = tuple(Span(**span) for span in plain["spans"])
    return Chunk(**plain | {"path": tuple(plain["path"]), "spans": spans})
