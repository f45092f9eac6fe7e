"""From files and folders to documents: what is there, what can be read, and reading it."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ingest.apart import read_apart
from ingest.encoding import decode
from ingest.errors import UnreadableFile
from ingest.limit import time_limit
from ingest.markdown import markdown
from ingest.metadata import metadata
from ingest.outline import outline
from ingest.repair import repair
from ingest.text import plain
from ingest.types import Document, Source

LARGEST_FILE = 64 * 2**20
"""Bytes of the largest file that is read."""

LARGEST_TEXT = 5_000_000
"""Characters of the longest text, some five thousand pages."""


def _read_markdown(data: bytes) -> Source:
    return markdown(decode(data))


def _read_plain(data: bytes) -> Source:
    return plain(decode(data))


_READERS: dict[str, Callable[[bytes], Source]] = {
    ".md": _read_markdown,
    ".markdown": _read_markdown,
    ".txt": _read_plain,
    ".html": partial(read_apart, "html"),
    ".htm": partial(read_apart, "html"),
    ".docx": partial(read_apart, "docx"),
    ".pdf": partial(read_apart, "pdf"),
    ".ofd": partial(read_apart, "ofd"),
}

_TEXTS = frozenset({".md", ".markdown", ".txt", ".html", ".htm"})
_TOO_LONG = (
    f"it holds more than {LARGEST_TEXT // 10**6} million characters; split it into more files"
)

_ADVICE = {
    ".doc": "save it as .docx",
    ".wps": "save it as .docx",
    ".rtf": "save it as .docx",
    ".odt": "save it as .docx",
    ".ceb": "export it as PDF from the program that shows it",
}
"""What to do with files that documents come in and that no fitting library reads."""

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
        else:
            yield Found(path, _shown(path.name), _why_not(path))


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
            shown = _shown(path.relative_to(folder).as_posix())
            if path.is_symlink() and not _stays(path, root):
                yield Found(path, shown, "it is a link that leaves the folder")
            elif name not in linked:
                yield Found(path, shown, _why_not(path))


def _shown(name: str) -> str:
    """A file's name as text, whatever bytes it is made of."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _stays(path: Path, root: Path) -> bool:
    try:
        return path.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):
        return False


def _why_not(path: Path) -> str:
    """Why the file will not be read, told without opening it; "" where it will."""
    ending = path.suffix.lower()
    try:
        mode = path.stat().st_mode
    except PermissionError:
        return "there is no permission to read it"
    except (OSError, ValueError):
        return "there is no such file"
    if not stat.S_ISREG(mode):
        return "it is no file that holds data"
    if ending not in ENDINGS:
        advice = _ADVICE.get(ending)
        return f"files ending in {ending or 'nothing'} are not read" + (
            f"; {advice}" if advice else ""
        )
    return ""


def read(path: Path, name: str) -> Document:
    """The document in the file at `path`, which citations will call `name`.

    Its id is the first 16 hexadecimal digits of the SHA-256 of its text in UTF-8, so the same text
    under two names is one document. Text files keep their line ends as they stand, so that a
    citation's place is the file's own. Raises `UnreadableFile` with a reason of one line, also when
    it takes longer than `ingest.limit` allows.
    """
    with time_limit():
        return _read(path, name)


def _read(path: Path, name: str) -> Document:
    if reason := _why_not(path):
        raise UnreadableFile(reason)
    data = _bytes(path)
    if len(data) > 4 * LARGEST_TEXT and path.suffix.lower() in _TEXTS:
        raise UnreadableFile(_TOO_LONG)
    try:
        source = _READERS[path.suffix.lower()](data)
    except RecursionError:
        raise UnreadableFile("its parts are nested too deeply") from None
    if not any(sign.isprintable() and sign != " " for sign in source.text):
        raise UnreadableFile("it is empty")
    if len(source.text) > LARGEST_TEXT:
        raise UnreadableFile(_TOO_LONG)
    return document(source, name)


def document(source: Source, name: str) -> Document:
    """The document that a source makes: repaired, with its outline and its metadata."""
    repaired = repair(source)
    stem = Path(name).stem
    title, sections = outline(repaired, stem)
    digest = hashlib.sha256(source.text.encode("utf-8", "surrogatepass")).hexdigest()
    known = metadata(title, source.text, stem)
    return Document(digest[:16], name, title, source.text, sections, known)


def _bytes(path: Path) -> bytes:
    """The file's content. Raises `UnreadableFile`."""
    try:
        with path.open("rb") as file:
            before = os.fstat(file.fileno())
            if before.st_size > LARGEST_FILE:
                raise UnreadableFile(
                    f"it is larger than {LARGEST_FILE >> 20} MB; split it into smaller files"
                )
            data = file.read(LARGEST_FILE + 1)
            after = os.fstat(file.fileno())
    except PermissionError:
        raise UnreadableFile("there is no permission to read it") from None
    except OSError as error:
        raise UnreadableFile(f"it cannot be opened ({error.strerror})") from None
    changed = (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)
    if changed or len(data) != after.st_size:
        raise UnreadableFile("it changed while it was read; index it again when it is complete")
    return data
