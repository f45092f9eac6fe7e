"""How the vector index grows: from 100 to 1,000,000 vectors of 384 dimensions.

Run `python tests/bench/index_scale.py [largest]`. For each size it prints what building
and opening take, the file, the memory that a reader's process gains, and how a search compares
with an exact one over the same vectors in the same run: recall@10 and the median time.

Vectors are made, as embedding a million passages would take days here. They have what was measured
on 1,801 real passages of multilingual-e5-small: a common direction (the mean has length 0.92), a
covariance whose eigenvalues fall as a power (some 120 effective dimensions), and clusters: themes,
200 passages to a topic, and more difference within a topic than between topics, so that the ten
nearest are not simply the topic. Questions are made as passages are. The catalogue's true vectors,
which candidates are weighed by, are read from a memory-mapped array here.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import numpy.typing as npt

from index import vectors

Floats = npt.NDArray[np.float32]

DIMENSION = 384
QUESTIONS = 100
_STEP = 50_000


@dataclass(frozen=True, slots=True)
class Grown:
    """The figures at one size: seconds, bytes, bytes, milliseconds, milliseconds, share."""

    size: int
    build: float
    file: int
    memory: int
    search: float
    exact: float
    recall: float


def make(size: int, seed: int, total: int) -> Floats:
    """Unit vectors of `total // 200` topics in themes."""
    chance = np.random.default_rng(seed)
    shared = np.random.default_rng(0)
    spread = np.arange(1, DIMENSION + 1, dtype=np.float32) ** -0.3
    spread *= np.sqrt(1 - 0.92**2) / np.linalg.norm(spread)
    topics = max(20, total // 200)
    themes = shared.standard_normal((max(5, topics // 50), DIMENSION), dtype=np.float32)
    centres = shared.standard_normal((topics, DIMENSION), dtype=np.float32) * np.sqrt(0.2)
    centres += themes[np.arange(topics) % len(themes)] * np.sqrt(0.25)
    own = chance.standard_normal((size, DIMENSION), dtype=np.float32) * np.sqrt(0.55)
    own += centres[chance.integers(0, topics, size)]
    own *= spread
    own += 0.92 / np.sqrt(DIMENSION)
    own /= np.linalg.norm(own, axis=1, keepdims=True)
    return np.asarray(own, np.float32)


def measure(size: int, work: Path) -> Grown:
    """Build, open and search an index of `size` made vectors."""
    place = work / "made.npy"
    made = np.lib.format.open_memmap(place, "w+", np.float32, (size, DIMENSION))
    for start in range(0, size, _STEP):
        made[start : start + _STEP] = make(min(_STEP, size - start), start + 1, size)

    def batches() -> Iterator[tuple[npt.NDArray[np.int64], Floats]]:
        for start in range(0, size, _STEP):
            batch = np.asarray(made[start : start + _STEP])
            yield np.arange(start, start + len(batch)), batch

    path = work / vectors.file_name(size)
    started = time.perf_counter()
    sha256 = vectors.write(path, size, DIMENSION, batches)
    build = time.perf_counter() - started
    memory = int(subprocess.check_output([sys.executable, __file__, "--open", path, sha256]))
    questions = make(QUESTIONS, 10**9, size)
    near, exact = [], []
    found = []
    built = vectors.load(path, sha256)
    for question in questions:
        started = time.perf_counter()
        numbers = np.array(vectors.nearest(built, question, 100, None))
        best = numbers[np.argsort(-(made[numbers] @ question))[:10]]
        near.append(time.perf_counter() - started)
        found.append(best)
    del built
    hits = _hits(made, questions, found, exact)
    return Grown(
        size,
        build,
        path.stat().st_size,
        memory,
        float(np.median(near)) * 1e3,
        float(np.median(exact)) * 1e3,
        hits / (10 * QUESTIONS),
    )


def _hits(
    made: Floats, questions: Floats, found: list[npt.NDArray[np.int64]], seconds: list[float]
) -> int:
    """How many of the ten nearest were found; `seconds` gets what exact searches take."""
    import faiss  # noqa: PLC0415

    exact = faiss.IndexFlatIP(DIMENSION)
    for start in range(0, len(made), _STEP):
        exact.add(np.asarray(made[start : start + _STEP]))
    hits = 0
    for question, best in zip(questions, found, strict=True):
        started = time.perf_counter()
        _, numbers = exact.search(question[None], 10)
        seconds.append(time.perf_counter() - started)
        hits += len(set(numbers[0].tolist()) & set(best.tolist()))
    return hits


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def gained(path: Path, sha256: str) -> int:
    """The bytes that opening an index and asking 20 questions leaves resident."""
    import faiss  # noqa: F401, PLC0415 - its code is not the index's memory

    questions = make(20, 10**9, 4000)
    before = _resident()
    built = vectors.load(path, sha256)
    for question in questions:
        vectors.nearest(built, question, 100, None)
    return _resident() - before


def main() -> None:
    """Measure each power of ten up to the largest."""
    if sys.argv[1:2] == ["--open"]:
        print(gained(Path(sys.argv[2]), sys.argv[3]))
        return
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rows = []
    for size in (10**power for power in range(2, 7)):
        if size > largest:
            break
        with tempfile.TemporaryDirectory() as work:
            row = measure(size, Path(work))
        rows.append(row)
        raw = 4 * DIMENSION * size
        print(
            f"{size:>9,} vectors: built in {row.build:.1f} s, file {row.file / 1e6:.1f} MB, "
            f"memory {row.memory / 1e6:.1f} MB ({row.memory / raw:.2f} of raw float32), "
            f"search p50 {row.search:.2f} ms (exact {row.exact:.2f} ms, "
            f"{row.search / row.exact:.3f}), recall@10 {row.recall:.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
