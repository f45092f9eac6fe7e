"""Prints how many headings and characters of the fixture documents are read right.

python tests/bench/ingest_fixtures.py
"""

from __future__ import annotations

import importlib.util
from collections import defaultdict
from pathlib import Path

from ingest.read import read

_path = Path(__file__).parents[1] / "ingest" / "test_fixtures.py"
_spec = importlib.util.spec_from_file_location("test_fixtures", _path)
assert _spec is not None
assert _spec.loader is not None
fixtures = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(fixtures)


def main() -> None:
    totals: dict[str, list[float]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for path in fixtures.FILES:
        text = fixtures.known_text(path)
        document = read(path, path.name)
        expected, got = fixtures.known.headings(text), fixtures.headings(document)
        body, truth = fixtures.body(document), fixtures.known.body(text)
        invented = len([heading for heading in got if heading not in expected])
        found = len([heading for heading in expected if heading in got])
        share = fixtures.characters_right(body, truth)
        for key in (path.suffix, "all"):
            row = totals[key]
            row[0] += 1
            row[1] += found
            row[2] += len(expected)
            row[3] += invented
            row[4] += share
        if got != expected or share < fixtures.CHARACTERS:
            print(f"{path.name}: {found} of {len(expected)}, invented {invented}, {share:.4%}")
    for key, (files, found, expected, invented, share) in totals.items():
        print(
            f"{key:6} {files:.0f} documents: headings {found:.0f} of {expected:.0f}, "
            f"invented {invented:.0f}, characters {share / files:.4%}"
        )


if __name__ == "__main__":
    main()
