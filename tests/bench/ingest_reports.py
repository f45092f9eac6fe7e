"""Compares the headings found in the government work reports with a plain count of marked lines.

    python tests/bench/ingest_reports.py ../shared/corpora/government-work-reports [--list]

The count takes each line that begins with 一、 or （一）, however long. With --list the outline of
each report is printed, to be compared with the report by hand.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from ingest.read import discover, read

_LINE = re.compile(
    r"(?m)^[ \t\u3000]*((?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[)）]).*)$"
)


def main(folder: Path, *, listed: bool) -> None:
    found = expected = other = 0
    for file in discover([folder]):
        document = read(file.path, file.name)
        marked = {match.start(1) for match in _LINE.finditer(document.text)}
        starts = {section.span.start: section for section in document.sections[1:]}
        expected += len(marked)
        found += len(marked & starts.keys())
        unmarked = [starts[start].heading for start in sorted(starts.keys() - marked)]
        other += len(unmarked)
        for heading in unmarked:
            print(f"{file.name}: heading without a number: {heading}")
        if listed:
            print(file.name, f"{len(marked & starts.keys())} of {len(marked)}")
            for section in document.sections:
                print("   " * section.level + section.heading)
    print(f"一、 and （一） headings found: {found} of {expected} = {found / expected:.2%}")
    print(f"other headings, told by blank lines: {other}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), listed="--list" in sys.argv)
