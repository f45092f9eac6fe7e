"""Reading in a process of its own, for the formats that are more than text.

A page can be made so that one call of a native library runs for hours or takes all memory: a form
that draws itself ten times, nine levels deep, or a tag with a million attributes. Nothing stops a
call from within its process; a child can be ended, and gives back the memory that scans took.
"""

from __future__ import annotations

import faulthandler
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ingest.errors import UnreadableFile
from ingest.limit import allow_scans, look_at_clock, seconds_left, time_limit, too_long
from ingest.types import Block, Role, Source, Span

MEMORY = 900 * 2**20
"""Bytes of data that the child may hold, where the system enforces it: with the code of its
libraries less than 1 GB."""

_FRUGAL = {
    # A thread holds memory of its own, whether it works or not, and a server has many cores.
    "OPENBLAS_NUM_THREADS": "1",
    "OPENCV_FOR_THREADS_NUM": "1",
    # glibc learns to keep what large arrays leave; this way it goes back at once, and a scan takes
    # 525 instead of 700 MB.
    "MALLOC_MMAP_THRESHOLD_": str(4 * 2**20),
}
"""What the child finds in its environment."""


def read_apart(kind: str, data: bytes) -> Source:
    """What the reader of `kind` (docx, html, ofd, pdf) makes of `data`. Raises `UnreadableFile`."""
    look_at_clock()
    seconds, started = seconds_left(), time.monotonic()
    # -P: what lies in the user's folder is not taken for a module.
    command = [sys.executable, "-P", "-m", "ingest.apart", kind, str(seconds), str(MEMORY)]
    child = subprocess.run(  # noqa: S603 - our own module
        command, input=data, capture_output=True, check=False, env=os.environ | _FRUGAL
    )
    took = time.monotonic() - started
    if child.returncode and took >= seconds:
        raise UnreadableFile(too_long(took))  # of scans, more than was left at first
    if child.returncode:
        raise UnreadableFile(
            "reading it broke off: it is damaged, or takes more than 1 GB of memory; "
            "save it anew, or split it into smaller files"
        )
    if took >= seconds:
        allow_scans()  # the child gave itself their time
    answer = json.loads(child.stdout)
    if isinstance(answer, str):
        raise UnreadableFile(answer)
    return _source(answer)


def _source(answer: dict[str, Any]) -> Source:
    blocks = (
        Block(Role(role), tuple(Span(start, end) for start, end in spans), level, page)
        for role, spans, level, page in answer["blocks"]
    )
    return Source(answer["text"], tuple(blocks), answer["title"])


def _answer(source: Source) -> dict[str, Any]:
    blocks = [
        (block.role, [(span.start, span.end) for span in block.spans], block.level, block.page)
        for block in source.blocks
    ]
    return {"text": source.text, "blocks": blocks, "title": source.title}


def _limit_memory(size: int) -> None:
    with suppress(ImportError, ValueError, OSError):  # not on every system
        import resource  # noqa: PLC0415

        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (size, most))


def _reader(kind: str) -> Callable[[bytes], Source]:
    """The reader of one format; the libraries of the others are not loaded."""
    if kind == "docx":
        from ingest.docx import docx  # noqa: PLC0415

        return docx
    if kind == "html":
        from ingest.html import html  # noqa: PLC0415

        return html
    if kind == "ofd":
        from ingest.ofd import ofd  # noqa: PLC0415

        return ofd
    from ingest.pdf import pdf  # noqa: PLC0415

    return pdf


def main() -> None:
    """The child: reads the file from its input, prints its source, or the reason as a string."""
    kind, seconds, memory = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    _limit_memory(memory)
    answer: dict[str, Any] | str
    try:
        with time_limit(seconds, end=_end_after):
            answer = _answer(_reader(kind)(sys.stdin.buffer.read()))
    except UnreadableFile as error:
        answer = str(error)
    except RecursionError:
        answer = "its parts are nested too deeply"
    json.dump(answer, sys.stdout)


def _end_after(seconds: float) -> None:
    """End this process when `seconds` are over, also in the middle of a call."""
    faulthandler.dump_traceback_later(seconds, exit=True)


if __name__ == "__main__":
    main()
