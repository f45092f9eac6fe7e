"""Taking in uploaded files: a safe name, a known type by content, and limits."""

from __future__ import annotations

import re
import shutil
import unicodedata
import zipfile
from collections.abc import Sequence
from pathlib import Path

from ingest.read import ENDINGS, LARGEST_FILE

MOST_FILES = 50
"""Files in one upload."""

_LONGEST_NAME = 180
"""Bytes of a file's name; systems stop at 255."""

_UNSAFE = re.compile(r'[/\\:*?"<>|]')
_TEXT_HEAD = 8192
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UNPACKED = 512 * 2**20
"""Bytes that an office file may unpack to."""


def safe_name(name: str) -> str:
    r"""The name under which an upload is kept: no folder, no control characters, no leading dot.

    >>> safe_name("../../etc/通知\u202e.md")
    '通知.md'
    """
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    name = "".join(one for one in name if unicodedata.category(one)[0] != "C")
    name = _UNSAFE.sub("_", name).strip(" .")
    path = Path(name or "_")
    stem = path.stem.encode()[: _LONGEST_NAME - len(path.suffix.encode())].decode(errors="ignore")
    return f"{stem}{path.suffix}" if len(path.suffix) < 12 else stem  # noqa: PLR2004 - .markdown


def why_not(path: Path, name: str) -> str:
    """Why the file at `path`, uploaded as `name`, is not taken; empty when it is.

    What it is gets told from its content as well as from its name.
    """
    ending = Path(name).suffix.lower()
    if ending not in ENDINGS:
        return f"files ending in {ending or 'nothing'} are not read"
    if path.stat().st_size > LARGEST_FILE:
        return f"it is larger than {LARGEST_FILE >> 20} MB; split it into smaller files"
    with path.open("rb") as file:
        head = file.read(_TEXT_HEAD)
    if ending == ".pdf":
        return "" if b"%PDF-" in head[:1024] else "it is no PDF, though its name says so"
    if ending == ".docx":
        return "" if _is_docx(path) else "it is no Word document, though its name says so"
    if b"\0" in head and not head.startswith(_UTF16):
        return "it is no text, though its name says so"
    return ""


def _is_docx(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as packed:
            files = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return False
    named = any(file.filename == "word/document.xml" for file in files)
    return named and sum(file.file_size for file in files) <= _UNPACKED


def take(folder: Path, files: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Copy uploads (path, and name on the user's machine) into `folder`.

    Gives the name and the reason of each that was refused. A file of the same name takes the place
    of the one before.
    """
    folder.mkdir(parents=True, exist_ok=True)
    refused = []
    for uploaded, given in files:
        path = Path(uploaded)
        name = safe_name(given)
        reason = why_not(path, name)
        if reason:
            refused.append((name, reason))
        else:
            shutil.copyfile(path, folder / f".{name}.part")
            (folder / f".{name}.part").replace(folder / name)
    return refused
