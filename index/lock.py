"""One writer at a time; readers never wait."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from index.types import IndexProblem
from index.vectors import sync_folder


@contextmanager
def writing(folder: Path, report: Callable[[str], None]) -> Iterator[None]:
    """Hold the index in `folder` for writing; waits for another writer and says who it is.

    The lock is the operating system's own, so that of a dead process is no obstacle. Raises
    `IndexProblem` when the folder cannot be written.
    """
    try:
        if not folder.exists():
            folder.mkdir(parents=True, exist_ok=True)
            sync_folder(folder.parent)  # else a power cut takes the first index away as a whole
        with _held(folder, report):
            yield
    except OSError as error:
        raise IndexProblem(
            f"The index in {folder} cannot be written ({error.strerror or error}). "
            "See that the disk has room and the folder is yours, then try again."
        ) from error


@contextmanager
def _held(folder: Path, report: Callable[[str], None]) -> Iterator[None]:
    lock = FileLock(folder / "write.lock")
    holder = folder / "write.holder"
    try:
        lock.acquire(timeout=0)
    except Timeout:
        who = "another process"
        with suppress(OSError):
            who = holder.read_text("utf-8") or who
        report(f"Waiting for {who}, which is writing to {folder}…")
        lock.acquire()
    try:
        with suppress(OSError):  # a courtesy only: the lock holds without it
            holder.write_text(f"process {os.getpid()} on {socket.gethostname()}", "utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()
