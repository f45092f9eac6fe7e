"""One writer at a time; readers never wait."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout


@contextmanager
def writing(folder: Path, report: Callable[[str], None]) -> Iterator[None]:
    """Hold the index in `folder` for writing; waits for another writer and says who it is.

    The lock is the operating system's own, so that of a dead process is no obstacle.
    """
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
        holder.write_text(f"process {os.getpid()} on {socket.gethostname()}", "utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()
