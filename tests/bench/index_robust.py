"""What an index survives: kills, readers during rebuilds, two writers, a full disk.

Run `python tests/bench/index_robust.py [kills] [readers] [writers] [disk] [laws]`; all without a
name. Documents are small and vectors come from a hash of the text, not from a model, so that
hundreds of builds fit into minutes: what is measured here does not depend on what vectors mean.
The processes are forked, so that a kill falls into the build and not into Python's start. `disk`
mounts a tmpfs and needs root; `laws` reads `laws.tar.xz` from ../shared, unpacked into the folder
that $POLICYQA_LAWS names.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.synchronize import Event
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # OpenMP's threads do not survive a fork

import numpy as np

from index.build import update
from index.embed import Vectors
from index.search import Index
from index.types import IndexProblem
from index.verify import verify
from ingest.types import join

KILLS, REBUILDS, READERS, PAIRS = 300, 20, 8, 50
DOCUMENTS = 12

_fork = multiprocessing.get_context("fork")


class Hashed:
    """Puts a text where its hash says."""

    name = "hashed"
    dimension = 64
    max_tokens = 256

    def count_tokens(self, text: str) -> int:
        """A character each."""
        return len(text)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors by hash."""
        return np.stack([_vector(text, self.dimension) for text in texts])

    def passages(self, texts: Sequence[str]) -> Iterator[Vectors]:
        """Four at a time, so that there are many moments to be killed in."""
        for start in range(0, len(texts), 4):
            yield self.queries(texts[start : start + 4])


def _vector(text: str, dimension: int) -> Vectors:
    seed = list(hashlib.sha256(text.encode()).digest())
    vector = np.random.default_rng(seed).standard_normal(dimension)
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def write_documents(folder: Path, version: int, count: int = DOCUMENTS) -> None:
    """Documents that all name the same version: an answer that mixes two is found out."""
    folder.mkdir(exist_ok=True)
    for number in range(count):
        paragraphs = "\n\n".join(
            f"## 第{part}节\n\n第{number}号文件的第{part}项，版本{version}。" for part in range(6)
        )
        (folder / f"{number}.md").write_text(f"# 通知{number}\n\n{paragraphs}\n", "utf-8")


def forked(work: Callable[..., None], *arguments: object) -> multiprocessing.process.BaseProcess:
    """Start `work` in a process of its own."""
    process = _fork.Process(target=work, args=arguments)
    process.start()
    return process


def versions(folder: Path) -> set[str]:
    """Which versions the index answers with; checks every quote against its source."""
    with Index(folder, Hashed()).snapshot() as snapshot:
        hits = snapshot.search("文件 版本", 500)
        for hit in hits:
            source = snapshot.document(hit.chunk.document_id).text
            if join(source, hit.chunk.spans) != hit.chunk.text:
                raise AssertionError("a quote is not its spans")
        if len(hits) != DOCUMENTS * 6:
            raise AssertionError(f"{len(hits)} passages")
    return {hit.chunk.text.rpartition("版本")[2] for hit in hits}


def check_killed(folder: Path, allowed: set[str]) -> None:
    """Exit with 1 when the index cannot be read, 2 when it is wrong, 3 when `verify` complains."""
    try:
        found = versions(folder)
    except IndexProblem:
        os._exit(1)
    except AssertionError:
        os._exit(2)
    if len(found) != 1 or not found <= allowed:
        os._exit(2)
    os._exit(3 if verify(folder) else 0)


def kills(work: Path) -> None:
    """SIGKILL at random moments of updates and rebuilds."""
    docs, folder = work / "docs", work / "index"
    write_documents(docs, 0)
    update(folder, [docs], Hashed())
    started = time.perf_counter()
    write_documents(docs, 1)
    child = forked(lambda: update(folder, [docs], Hashed()))
    child.join()
    usual = time.perf_counter() - started
    chance = random.Random(0)
    codes = {0: 0, 1: 0, 2: 0, 3: 0}
    killed = 0
    present = 1
    for round_ in range(2, KILLS + 2):
        write_documents(docs, round_)
        child = forked(
            lambda again: update(folder, [docs], Hashed(), rebuild=again), round_ % 3 == 0
        )
        child.join(chance.uniform(0, 1.2 * usual))
        if child.is_alive():
            killed += 1
            os.kill(child.pid or 0, signal.SIGKILL)
            child.join()
        judge = forked(check_killed, folder, {f"{v}。" for v in range(present, round_ + 1)})
        judge.join()
        codes[judge.exitcode or 0] += 1
        if round_ % 10 == 0:  # let one through, so that there is something new to lose
            update(folder, [docs], Hashed())
            present = round_
    print(
        f"SIGKILL at {KILLS} random moments ({killed} hit a running build): "
        f"unreadable {codes[1]}, lost or mixed {codes[2]}, wrong by verify {codes[3]}"
    )


def read_on(folder: Path, stop: Event, problems: multiprocessing.Queue[str | int]) -> None:
    """Ask without pause until told to stop."""
    index = Index(folder, Hashed())
    asked = 0
    while not stop.is_set():
        try:
            with index.snapshot() as snapshot:
                hits = snapshot.search("文件 版本", 500)
                found = {hit.chunk.text.rpartition("版本")[2] for hit in hits}
                if len(found) != 1 or len(hits) != DOCUMENTS * 6:
                    problems.put(f"{len(hits)} passages of versions {found}")
        except Exception as error:  # noqa: BLE001 - any failure counts
            problems.put(repr(error))
        asked += 1
    problems.put(asked)


def readers(work: Path) -> None:
    """Readers that ask without pause while the index is rebuilt."""
    docs, folder = work / "docs", work / "index"
    write_documents(docs, 0)
    forked(lambda: update(folder, [docs], Hashed())).join()
    stop = _fork.Event()
    problems: multiprocessing.Queue[str | int] = _fork.Queue()
    children = [forked(read_on, folder, stop, problems) for _ in range(READERS)]
    for version in range(1, REBUILDS + 1):
        write_documents(docs, version)
        forked(lambda: update(folder, [docs], Hashed(), rebuild=True)).join()
    stop.set()
    told = []
    while sum(isinstance(one, int) for one in told) < READERS:
        told.append(problems.get())
    for child in children:
        child.join()
    failed = [one for one in told if isinstance(one, str)]
    asked = sum(one for one in told if isinstance(one, int))
    print(
        f"{READERS} readers through {REBUILDS} rebuilds: {asked} answers, "
        f"{len(failed)} failed or mixed {failed[:3]}"
    )


def writers(work: Path) -> None:
    """Two writers at once, each with documents of its own."""
    lost = 0
    for round_ in range(PAIRS):
        folder = work / f"index{round_}"
        pair = []
        for side in ("a", "b"):
            docs = work / f"{side}{round_}"
            docs.mkdir()
            (docs / f"{side}.md").write_text(f"# {side}{round_}\n\n第{round_}次。\n", "utf-8")
            pair.append(forked(lambda path: update(folder, [path], Hashed()), docs))  # noqa: B023
        for child in pair:
            child.join()
        with Index(folder, Hashed()).snapshot() as snapshot:
            lost += 2 - len(snapshot.documents())
        lost += len(verify(folder))
    print(f"two writers started together, {PAIRS} times: {lost} lost updates")


def disk(work: Path) -> None:
    """A disk that is full in the middle of an update."""
    docs, place = work / "docs", work / "small"
    place.mkdir()
    write_documents(docs, 0)
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "policyqa-bench", str(place)]
    subprocess.run(mount, check=True)
    try:
        folder = place / "index"
        update(folder, [docs], Hashed())
        write_documents(docs, 1)
        for number in range(400):
            text = "".join(chr(0x4E00 + (number * 97 + n * 31) % 20000) for n in range(800))
            (docs / f"more{number}.md").write_text(f"# 更多{number}\n\n{text}\n", "utf-8")
        said = "the update fitted: make the disk smaller"
        try:
            update(folder, [docs], Hashed())
        except IndexProblem as error:
            said = str(error)
        intact = versions(folder) == {"0。"} and not verify(folder)
        print(f"disk full in mid-build: old index intact: {'yes' if intact else 'no'} ({said})")
    finally:
        subprocess.run(["umount", str(place)], check=True)  # noqa: S607


def laws(work: Path) -> None:
    """One new document among 300 laws, and nothing new among them."""
    source = Path(os.environ.get("POLICYQA_LAWS", "laws"))
    files = sorted(source.rglob("*.md"))[:301]
    if len(files) < 301:
        print("laws: not run, $POLICYQA_LAWS does not name the unpacked laws")
        return
    docs, folder = work / "docs", work / "index"
    docs.mkdir()
    for number, file in enumerate(files[:300]):
        shutil.copy(file, docs / f"{number}.md")
    first = update(folder, [docs], Hashed())
    nothing = update(folder, [docs], Hashed())
    shutil.copy(files[300], docs / "new.md")
    one = update(folder, [docs], Hashed())
    print(
        f"300 laws, {first.chunks} passages in {first.seconds:.1f} s; unchanged: "
        f"{nothing.embedded} embedded, {nothing.seconds:.2f} s "
        f"({nothing.seconds / first.seconds:.4f} of the first, without a model's time); "
        f"one new: {one.embedded} embedded, {one.chunks - first.chunks} its own, "
        f"{one.seconds:.1f} s"
    )


def main() -> None:
    """Run what is named, or all."""
    every = (kills, readers, writers, disk, laws)
    for bench in every:
        if len(sys.argv) == 1 or bench.__name__ in sys.argv[1:]:
            with tempfile.TemporaryDirectory() as work:
                bench(Path(work))


if __name__ == "__main__":
    main()
