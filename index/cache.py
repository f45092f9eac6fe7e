"""The user's cache: what is made once from installed packages and kept for every later start.

A folder is written beside its place and moved there in one step, with a list of its files' sizes,
so that a killed run leaves nothing half done and a damaged folder is seen and made anew.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from ingest.errors import PolicyQAError

_MANIFEST = "manifest.json"


class ModelError(PolicyQAError):
    """A model or a dictionary is missing, damaged, cannot be kept, or is not the one needed."""


def cache_folder() -> Path:
    """Where prepared models are kept: the user's cache folder, or `$POLICYQA_CACHE`."""
    from platformdirs import user_cache_path  # noqa: PLC0415 - a question does not need it

    chosen = os.environ.get("POLICYQA_CACHE")
    return Path(chosen) if chosen else user_cache_path("policyqa")


def not_cached(what: str, folder: Path, error: Exception) -> ModelError:
    """The error to raise when the cache in `folder` does not take something."""
    return ModelError(
        f"{what} cannot be kept in {folder} ({error}). See that the disk has room and the folder "
        "is yours, or set POLICYQA_CACHE to another one, then try again."
    )


def is_whole(folder: Path) -> bool:
    """Whether every file that was written into `folder` is there in its full size."""
    try:
        sizes: dict[str, int] = json.loads((folder / _MANIFEST).read_text("utf-8"))
        return all((folder / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError):
        return False


def make(folder: Path, what: str, write: Callable[[Path], None]) -> None:
    """Have `write` fill an empty folder, and move that to `folder`.

    Raises `ModelError`, naming `what` and the path, when the cache does not take it.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f"{folder.name}.", dir=folder.parent) as drafts:
            draft = Path(drafts) / "whole"
            draft.mkdir()
            write(draft)
            _seal(draft)
            shutil.rmtree(folder, ignore_errors=True)
            draft.rename(folder)
    except OSError as error:
        if not is_whole(folder):  # else another process was faster, and its folder serves
            raise not_cached(what, folder.parent, error) from error


def _seal(folder: Path) -> None:
    """Note the files' sizes, and have all of them on the disk."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    sizes = {str(path.relative_to(folder)): path.stat().st_size for path in files}
    (folder / _MANIFEST).write_text(json.dumps(sizes, indent=2), "utf-8")
    for path in [*files, folder / _MANIFEST]:
        with path.open("rb") as file:
            os.fsync(file.fileno())
