"""Weights that were trained here and stand in the package, each file with its SHA-256 beside it."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from pathlib import Path

from index.cache import ModelError, cache_folder, is_whole, make


def read(path: Path) -> bytes:
    """A file of the package. Raises `ModelError` when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        why = f"{path} cannot be read ({error.strerror}). Install policyqa again."
        raise ModelError(why) from error


def digest(weights: Path) -> str:
    """The SHA-256 that the file `weights` was shipped with."""
    return read(weights.with_suffix(".sha256")).decode().strip()


def checked(weights: Path) -> bytes:
    """The file's content. Raises `ModelError` when it is not what was shipped."""
    content = read(weights)
    if hashlib.sha256(content).hexdigest() != digest(weights):
        raise ModelError(f"{weights} is damaged (its SHA-256 differs). Install policyqa again.")
    return content


def prepared(
    weights: Path,
    what: str,
    version: int,
    write: Callable[[bytes, Path], None],
    report: Callable[[str], None],
) -> Path:
    """The folder in the user's cache that `write` fills from the content of `weights`, made once.

    Its name holds their SHA-256 and the `version` of what is written, so others make another one.
    Raises `ModelError` when the weights are not what was shipped, or the cache does not take it.
    """
    folder = cache_folder() / f"{weights.stem}-{digest(weights)[:12]}-v{version}"
    if not is_whole(folder):
        report(f"Preparing {what} (once, some seconds)…")
        make(folder, what.capitalize(), functools.partial(write, checked(weights)))
    return folder


def seal(weights: Path) -> None:
    """Write the SHA-256 of a file that is about to be shipped."""
    content = hashlib.sha256(weights.read_bytes()).hexdigest()
    weights.with_suffix(".sha256").write_text(content + "\n", "ascii")
