"""Keeping an index in step with a folder: when to look again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ingest.read import discover

_PAUSE = 1.0
"""Seconds between two looks; a folder is polled, which every disk and network share allows."""


def moments(paths: Sequence[Path], sleep: Callable[[float], None] = time.sleep) -> Iterator[None]:
    """Yield at once, and then whenever files under `paths` have changed and come to rest.

    A file that is still being written or copied is waited for: nothing may change between two
    looks.
    """
    indexed = None
    before = None
    while True:
        now = _state(paths)
        if now != indexed and (indexed is None or now == before):
            indexed = now
            yield
        before = now
        sleep(_PAUSE)


def _state(paths: Sequence[Path]) -> dict[Path, tuple[int, int]]:
    """Each file's size in bytes, and the time of its last change in nanoseconds."""
    state = {}
    for found in discover(paths):
        try:
            about = found.path.stat()
        except OSError:  # it went away between the two calls
            continue
        state[found.path] = (about.st_size, about.st_mtime_ns)
    return state
