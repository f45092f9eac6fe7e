"""How a whole index grows: from 100 to 1,000,000 passages in SQLite, FTS5 and FAISS.

Run `python tests/bench/index_growth.py LAWS WORK [largest] [plot.svg]`: LAWS is `laws.tar.xz`
unpacked, WORK needs some 5 GB for the largest. Each size is built by `update` in a process of its
own and asked every tenth question of ../shared/train/law-questions.jsonl in another: seconds to
build, its peak of memory, the folder's size, the median time of a question, and what a process
that asks holds.

The text is real, articles of laws, taken again under other titles when there are no more of them.
Reading files and embedding are left out, as both only take so long a passage; vectors are made
(see `index_scale.py`).
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from unittest.mock import patch

import index_scale
import numpy as np

from index import prepare
from index.build import update
from index.catalogue import Prepared
from index.embed import Vectors
from index.prepare import New
from index.search import Index
from index.store import vector_key
from ingest.read import Found
from ingest.types import Chunk, Document, Span

QUESTIONS = Path(__file__).parents[3] / "shared" / "train" / "law-questions.jsonl"
_ARTICLE = re.compile(r"^第.{1,9}条[\s　].+$", re.MULTILINE)
_AT_ONCE = 1000
_NAMES = ("build, s", "peak, MB", "disk, MB", "search, ms", "asking, MB")


@dataclass(frozen=True, slots=True)
class Grown:
    """The figures at one size: seconds, MB, MB, milliseconds, MB."""

    build: float
    peak: float
    disk: float
    search: float
    asking: float


class Made:
    """Puts texts where passages of the default model might lie."""

    name = "made"
    dimension = index_scale.DIMENSION
    max_tokens = 256

    def __init__(self, total: int) -> None:
        self.total = total

    def count_tokens(self, text: str) -> int:
        """A character each."""
        return len(text)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """The same ones for every question: the time of a search does not lie in the model."""
        return index_scale.make(len(texts), 10**9, self.total)

    def passages(self, texts: Sequence[str]) -> Iterator[Vectors]:
        """Others for every batch."""
        seed = int.from_bytes(hashlib.sha256(texts[0].encode()).digest()[:4]) if texts else 0
        for start in range(0, len(texts), _AT_ONCE):
            count = min(_AT_ONCE, len(texts) - start)
            yield index_scale.make(count, seed + start, self.total)


def documents(laws: Path, size: int, probe: bytes) -> Iterator[New]:
    """Laws with `size` articles together, over and over under other titles."""
    files = sorted(laws.rglob("*.md"))
    left = size
    for copy, file in ((copy, file) for copy in itertools.count() for file in files):
        articles = _ARTICLE.findall(file.read_text("utf-8"))[:left]
        if articles:
            left -= len(articles)
            title = f"{file.relative_to(laws).with_suffix('')}（{copy}）"  # some laws share a name
            yield _new(title, articles, probe)
        if not left:
            return


def _new(title: str, articles: Sequence[str], probe: bytes) -> New:
    identity = hashlib.sha256(title.encode()).hexdigest()[:16]
    text = "\n".join(articles)
    starts = itertools.accumulate((len(article) + 1 for article in articles), initial=0)
    chunks = tuple(
        Chunk(f"{identity}-{n}", identity, (title,), one, (Span(start, start + len(one)),))
        for n, (start, one) in enumerate(zip(starts, articles, strict=False))
    )
    texts = tuple(f"{title}\n{article}" for article in articles)
    keys = tuple(vector_key(probe, one) for one in texts)
    found = Found(Path(f"/{title}.md"), f"{title}.md")
    return New(
        found,
        identity,
        Prepared(Document(identity, found.name, title, text, ()), chunks, texts, keys),
    )


def build(laws: Path, folder: Path, size: int) -> None:
    """Build, in this process; prints the seconds and the peak of memory in MB."""
    made = documents(laws, size, b"made")
    with (
        patch.object(prepare, "look", lambda _: ([Found(laws, "laws")], [])),
        patch.object(prepare, "news", lambda *_: made),
    ):
        done = update(folder, [laws], Made(size))
    assert done.chunks == size
    print(json.dumps([done.seconds, _memory("VmHWM")]))


def ask(folder: Path, size: int) -> None:
    """Ask, in this process; prints the median of milliseconds and the memory held in MB."""
    questions = [json.loads(line)["question"] for line in QUESTIONS.open(encoding="utf-8")][::10]
    seconds = []
    with Index(folder, Made(size)).snapshot() as snapshot:
        for question in questions:
            started = time.perf_counter()
            snapshot.search(question, 10)
            seconds.append(time.perf_counter() - started)
    print(json.dumps([statistics.median(seconds) * 1e3, _memory("VmRSS")]))


def _memory(which: str) -> float:
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition(f"{which}:")[2].split()[0]) / 1e3


def measure(laws: Path, folder: Path, size: int) -> Grown:
    """Build and ask in processes of their own."""

    def told(what: str) -> list[float]:
        command = [sys.executable, __file__, what, str(laws), str(folder), str(size)]
        return list(json.loads(subprocess.check_output(command)))

    seconds, peak = told("--build")
    disk = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    return Grown(seconds, peak, disk, *told("--ask"))


def plot(rows: dict[int, Grown]) -> str:
    """Small charts on logarithmic scales, as SVG."""
    drawn = []
    for number, name in enumerate(_NAMES):
        values = [astuple(row)[number] for row in rows.values()]
        low, high = np.log10(min(values)), np.log10(max(values))
        left = 30 + 190 * number
        points = [
            (
                left + 30 * (np.log10(size) - 2),
                130 - 90 * (np.log10(value) - low) / max(high - low, 1e-9),
            )
            for size, value in zip(rows, values, strict=True)
        ]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        drawn.append(
            f'<text x="{left}" y="20" font-weight="bold">{name}</text>'
            f'<polyline points="{line}" fill="none" stroke="#25c" stroke-width="2"/>'
        )
        for (x, y), size, value in zip(points, rows, values, strict=True):
            drawn.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="#25c"/>')
            drawn.append(f'<text x="{x:.1f}" y="{y - 6:.1f}" font-size="9">{value:.3g}</text>')
            power = round(np.log10(size))
            drawn.append(f'<text x="{x - 6:.1f}" y="150" font-size="9">10^{power}</text>')
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="980" height="160" font-size="12" '
        'font-family="sans-serif"><rect width="100%" height="100%" fill="#fff"/>'
        + "".join(drawn)
        + "</svg>\n"
    )


def main() -> None:
    """Measure each power of ten up to the largest."""
    match sys.argv[1:]:
        case ["--build", laws, folder, size]:
            build(Path(laws), Path(folder), int(size))
            return
        case ["--ask", _, folder, size]:
            ask(Path(folder), int(size))
            return
        case [laws, work, *more] if QUESTIONS.is_file():
            largest = int(more[0]) if more else 1_000_000
        case _:
            sys.exit(f"{__doc__}\nNot run: give LAWS and WORK; {QUESTIONS} must be there.")
    rows: dict[int, Grown] = {}
    print("passages   " + "".join(f"{name:>12}" for name in _NAMES))
    for size in (10**power for power in range(2, 7)):
        if size > largest:
            break
        folder = Path(work) / f"grown-{size}"
        shutil.rmtree(folder, ignore_errors=True)
        rows[size] = measure(Path(laws), folder, size)
        shutil.rmtree(folder)
        figures = "".join(f"{value:>12,.1f}" for value in astuple(rows[size]))
        print(f"{size:>9,}  {figures}", flush=True)
        if more[1:]:
            Path(more[1]).write_text(plot(rows), "utf-8")


if __name__ == "__main__":
    main()
