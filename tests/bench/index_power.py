"""What an index survives when the power goes: only what was brought to the disk is there after.

Run `python tests/bench/index_power.py`; needs strace, so Linux. A first build, an update and a
rebuild run under strace, and what they write is laid out anew as a disk may hold it at a random
moment: of each file what was synced, and of what was written since any part, the last perhaps torn;
of the folder's names those that were synced with it, and of later changes the first few, as file
systems with a journal do. What is found must answer with the version before or after the step that
was cut (of the first, there may be no index), with the one after as soon as the step has returned,
and `verify` must have nothing to say.

The other lines are controls: the same runs without the syncs of one kind, which must fail, or the
test would be blind to them.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from index_robust import Hashed, versions, write_documents

from index.build import update
from index.types import IndexProblem
from index.verify import verify

CUTS = 400
STEPS = 3
FAULTS = UNREADABLE, LOST, WRONG = "unreadable", "mixed or lost", "wrong by verify"
_SECTOR = 512

_BY_NAME = ("openat", "rename", "unlink")
_CALLS = ",".join((*_BY_NAME, "write", "pwrite64", "ftruncate", "fsync", "fdatasync"))
_CALL = re.compile(r"(\w+)\((.*)\) += \d+")
_FILE = re.compile(r"<((?:\\x[0-9a-f]{2})+)>")
_NAMELESS = re.compile(r"^#\d+|(?:-shm|\(deleted\))$")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True, slots=True)
class Call:
    """What a process asked of the system for the file `name`; `at` is a place in it or a length."""

    what: str
    name: str = ""
    to: str = ""
    at: int = 0
    data: bytes = b""


@dataclass(slots=True)
class File:
    """What of a file is on the disk for sure, and what was written since."""

    kept: bytes = b""
    since: list[Call] = field(default_factory=list)

    def sync(self) -> None:
        """Bring all to the disk."""
        for call in self.since:
            self.kept = _written(self.kept, call)
        self.since = []

    def after_cut(self, chance: random.Random) -> bytes:
        """What may be found when the power went."""
        content = self.kept
        for call in self.since:
            if chance.random() < 0.5:
                torn = chance.randrange(0, len(call.data) + 1, _SECTOR)
                end = len(call.data) if chance.random() < 0.8 else torn
                content = _written(content, replace(call, data=call.data[:end]))
        return content


@dataclass(slots=True)
class Disk:
    """A folder: its files by name as processes see it, as it is on the disk, and ways between."""

    now: dict[str, File] = field(default_factory=dict)
    kept: dict[str, File] = field(default_factory=dict)
    since: list[dict[str, File]] = field(default_factory=list)

    def take(self, call: Call) -> None:
        """Do what a process asked."""
        match call.what:
            case "sync folder":
                self.kept, self.since = dict(self.now), []
            case "sync":
                self.now[call.name].sync()
            case "write" | "cut":
                self.now[call.name].since.append(call)
            case "create" if call.name not in self.now:
                self.now[call.name] = File()
                self.since.append(dict(self.now))
            case "rename":
                self.now[call.to] = self.now.pop(call.name)
                self.since.append(dict(self.now))
            case "remove":
                del self.now[call.name]
                self.since.append(dict(self.now))

    def after_cut(self, folder: Path, chance: random.Random) -> None:
        """Lay out in `folder` what may be found when the power went."""
        for name, file in chance.choice([self.kept, *self.since]).items():
            (folder / name).write_bytes(file.after_cut(chance))


def _written(content: bytes, call: Call) -> bytes:
    before = content[: call.at].ljust(call.at, b"\0")
    return (
        before if call.what == "cut" else before + call.data + content[call.at + len(call.data) :]
    )


def traced(work: Path) -> list[Call]:
    """Run the steps under strace; gives what they asked for the files of `work / "index"`."""
    trace = work / "trace"
    tracing = ["strace", "-o", str(trace), "-e", f"trace={_CALLS}", "-y", "-xx", "-s", "100000000"]
    subprocess.run([*tracing, sys.executable, __file__, "--steps", str(work)], check=True)
    return list(_calls(trace.read_text("ascii").splitlines(), work / "index"))


def steps(work: Path) -> None:
    """A build, an update, a rebuild; each says that it has returned."""
    for version in range(1, STEPS + 1):
        write_documents(work / "docs", version)
        update(work / "index", [work / "docs"], Hashed(), rebuild=version == STEPS)
        (work / "returned").write_text(str(version), "ascii")


def _calls(lines: Iterable[str], folder: Path) -> Iterator[Call]:
    """The calls in a trace, in order.

    SQLite's shared memory is left out: whoever opens the index next makes it anew. So are files
    without a name, which nobody finds after.
    """
    places: Counter[str] = Counter()
    for line in lines:
        found = _CALL.match(line)
        if not found:
            continue
        what, given = found.groups()
        texts, files = ([_bytes(one) for one in kind.findall(given)] for kind in (_TEXT, _FILE))
        paths = [Path(os.fsdecode(one)) for one in (texts if what in _BY_NAME else files)]
        if paths[0].name == "returned" and what == "write":
            yield Call("returned")
        elif paths[0] == folder and what == "fsync":
            yield Call("sync folder")
        elif paths[0].parent == folder and not _NAMELESS.search(paths[0].name):
            yield from _changes(what, paths[0].name, given, texts, places)


def _changes(
    what: str, name: str, given: str, texts: Sequence[bytes], places: Counter[str]
) -> Iterator[Call]:
    """What one line says of a file; `places` are those that writing has come to in each."""
    last = given.rpartition(", ")[2]
    match what:
        case "openat":
            places[name] = 0
            flags = {"O_CREAT": "create", "O_TRUNC": "cut"}
            yield from (Call(done, name) for flag, done in flags.items() if flag in given)
        case "write":
            yield Call("write", name, at=places[name], data=texts[0])
            places[name] += len(texts[0])
        case "pwrite64":
            yield Call("write", name, at=int(last), data=texts[0])
        case "ftruncate":
            yield Call("cut", name, at=int(last))
        case "rename":
            yield Call("rename", name, to=Path(os.fsdecode(texts[1])).name)
        case "unlink":
            yield Call("remove", name)
        case _:
            yield Call("sync", name)


def _bytes(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))


def judge(folder: Path, returned: int) -> str:
    """What is wrong with an index that was cut after step number `returned`; empty when nothing."""
    try:
        found = versions(folder)
        complaints = verify(folder)
    except IndexProblem as error:
        none = "There is no index" in str(error) and not returned
        return "" if none else UNREADABLE
    except (AssertionError, KeyError):
        return LOST
    if len(found) != 1 or not found <= {f"{returned}。", f"{returned + 1}。"}:
        return LOST
    return WRONG if complaints else ""


def cut(calls: Sequence[Call], cuts: int) -> Counter[str]:
    """Cut the power at random moments; gives how often which fault was found."""
    chance = random.Random(0)
    moments = Counter(chance.randrange(len(calls)) for _ in range(cuts))
    disk = Disk()
    returned = 0
    faults: Counter[str] = Counter()
    for number, call in enumerate(calls):
        returned += call.what == "returned"
        disk.take(call)
        for _ in range(moments[number]):
            with tempfile.TemporaryDirectory() as work:
                disk.after_cut(Path(work), chance)
                faults[judge(Path(work), returned)] += 1
    return faults


def main() -> None:
    """Trace once; cut as it was written, and without the syncs of one kind."""
    if sys.argv[1:2] == ["--steps"]:
        steps(Path(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory() as work:
        calls = traced(Path(work))
    kinds = {
        "as it is": calls,
        "without syncs of the vectors' file": _without(calls, "sync", ".draft"),
        "without syncs of the folder": _without(calls, "sync folder"),
        "without syncs of the catalogue's log": _without(calls, "sync", "-wal"),
    }
    print(f"power cut at {CUTS} random moments of {len(calls)} calls to the system")
    for kind, kept in kinds.items():
        faults = cut(kept, CUTS)
        figures = ", ".join(f"{fault} {faults[fault]}" for fault in FAULTS)
        print(f"  {kind}: {figures}", flush=True)


def _without(calls: Iterable[Call], what: str, ending: str = "") -> list[Call]:
    return [call for call in calls if call.what != what or not call.name.endswith(ending)]


if __name__ == "__main__":
    main()
