"""The time that one file may take, and the pieces that it may fall into.

A file can be made so that a short one takes long, or as much memory as a long one. Whatever reads
it looks at the clock as it goes; once the time is over, the next look ends the work with a reason,
and the other files go on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from ingest.errors import UnreadableFile

LONGEST = 120.0
"""Seconds that reading and cutting one file may take."""
LONGEST_OF_SCANS = 1800.0
"""The same for a file with scanned pages, each of which takes some seconds."""
MOST_BLOCKS = 500_000
"""Paragraphs, list items and table rows of one file."""
MOST_TAGS = 2_000_000
"""Tags of a page or of a part of an office file: each takes far more memory than its letters."""


@dataclass(slots=True)
class _Clock:
    seconds: float
    end: Callable[[float], None]
    started: float = field(default_factory=time.monotonic)

    def left(self) -> float:
        return self.seconds - (time.monotonic() - self.started)


_clock: ContextVar[_Clock | None] = ContextVar("clock", default=None)


@contextmanager
def time_limit(
    seconds: float = LONGEST, end: Callable[[float], None] = lambda _: None
) -> Iterator[None]:
    """`look_at_clock` raises when `seconds` are over; inside of another limit, that one counts.

    `end` is told how many seconds are left, now and when they become more: it may stop what does
    not come to look at the clock.
    """
    if _clock.get() is not None:
        yield
        return
    token = _clock.set(_Clock(seconds, end))
    end(seconds)
    try:
        yield
    finally:
        _clock.reset(token)


def allow_scans() -> None:
    """Give the file that is being read the time of one with scanned pages."""
    clock = _clock.get()
    if clock is not None and clock.seconds < LONGEST_OF_SCANS:
        clock.seconds = LONGEST_OF_SCANS
        clock.end(clock.left())


def seconds_left() -> float:
    """How long the file that is being read may still take; `LONGEST` where no limit is set."""
    clock = _clock.get()
    return clock.left() if clock is not None else LONGEST


def look_at_clock() -> None:
    """Raise `UnreadableFile` when the time that the file may take is over."""
    clock = _clock.get()
    if clock is not None and clock.left() < 0:
        raise UnreadableFile(too_long(clock.seconds))


def too_long(seconds: float) -> str:
    """The reason why a file is given up that takes more than `seconds`."""
    return f"it takes more than {seconds:.0f} s to read; split it into smaller files"


def check_blocks(count: int) -> None:
    """Raise `UnreadableFile` where a file falls into more than `MOST_BLOCKS`."""
    if count > MOST_BLOCKS:
        raise UnreadableFile(
            f"it holds more than {MOST_BLOCKS:,} paragraphs or lines; split it into smaller files"
        )


def check_tags(count: int) -> None:
    """Raise `UnreadableFile` where a page or a part holds more than `MOST_TAGS`."""
    if count > MOST_TAGS:
        raise UnreadableFile(f"it holds more than {MOST_TAGS:,} tags; split it into smaller files")
