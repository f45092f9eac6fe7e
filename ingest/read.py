"""From files and folders to documents: what is there, what can be read, and reading it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.docx import docx
from ingest.encoding import decode
from ingest.errors import UnreadableFile
from ingest.html import html
from ingest.markdown import markdown
from ingest.metadata import metadata
from ingest.outline import outline
from ingest.pdf import pdf
from ingest.repair import repair
from ingest.text import plain
from ingest.types import Document, Source

LARGEST_FILE = 64 * 2**20
"""Bytes of the largest file that is read."""


def _read_markdown(data: bytes) -> Source:
    return markdown(decode(data))


def _read_plain(data: bytes) -> Source:
    return plain(decode(data))


_READERS: dict[str, Callable[[bytes], Source]] = {
    ".md": _read_markdown,
    ".markdown": _read_markdown,
    ".txt": _read_plain,
    ".html": html,
    ".htm": html,
    ".docx": docx,
    ".pdf": pdf,
}

ENDINGS = frozenset(_READERS)
"""The endings of the files that can be read, in lower case."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file that `discover` came upon; `skipped` says why it will not be read, or is empty."""

    path: Path
    name: str
    skipped: str = ""


def discover(paths: Iterable[Path]) -> Iterator[Found]:
    """The files under `paths`, in the order given, a folder's own in the order of their names.

    `name` is what citations show: relative to the folder that was given, or the file's own name.
    Hidden files and folders are passed over. A file that was found in a folder and that cannot be
    read (its ending, a link that leaves the folder) comes with the reason.
    """
    for path in paths:
        if path.is_dir():
            yield from _walk(path)
        elif path.exists():
            yield Found(path, path.name, _why_not(path))
        else:
            yield Found(path, path.name, "there is no such file")


def _walk(folder: Path) -> Iterator[Found]:
    root = folder.resolve()
    for directory, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        here = Path(directory)
        linked = [name for name in folders if (here / name).is_symlink()]
        for name in sorted([*files, *linked]):
            if name.startswith("."):
                continue
            path = here / name
            shown = path.relative_to(folder).as_posix()
            if path.is_symlink() and not _stays(path, root):
                yield Found(path, shown, "it is a link that leaves the folder")
            elif name not in linked:
                yield Found(path, shown, _why_not(path))


def _stays(path: Path, root: Path) -> bool:
    try:
        return path.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):
        return False


def _why_not(path: Path) -> str:
    if path.suffix.lower() not in ENDINGS:
        return f"files ending in {path.suffix or 'nothing'} are not read"
    return ""


def read(path: Path, name: str) -> Document:
    """The document in the file at `path`, which citations will call `name`.

    Its id is the first 16 hexadecimal digits of the SHA-256 of its text in UTF-8, so the same text
    under two names is one document. Raises `UnreadableFile` with a reason of one line.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise UnreadableFile(_why_not(path))
    source = reader(_bytes(path))
    if not source.text.strip():
        raise UnreadableFile("it is empty")
    source = repair(source)
    title, sections = outline(source, Path(name).stem)
    digest = hashlib.sha256(source.text.encode("utf-8", "surrogatepass")).hexdigest()
    return Document(
        digest[:16],
        name,
        title,
        source.text,
        sections,
        metadata(title, source.text, Path(name).stem),
    )


def _bytes(path: Path) -> bytes:
    """The file's content. Raises `UnreadableFile`."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise UnreadableFile(
                f"it is larger than {LARGEST_FILE >> 20} MB; split it into smaller files"
            )
        return path.read_bytes()
    except PermissionError:
        raise UnreadableFile("there is no permission to read it") from None
    except OSError as error:
        raise UnreadableFile(f"it cannot be opened ({error.strerror})") from None
