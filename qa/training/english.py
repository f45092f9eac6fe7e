"""English names of Chinese words, so that real Chinese text can be asked about in English.

CC-CEDICT the way it stands, Chinese to English: the first plain meaning of each word of a phrase.
The questions are word by word, as a hurried bilingual person types them.
"""

from __future__ import annotations

import functools
import re

import rjieba

from index.glossary import entries, without_asides

_NOT_PLAIN = re.compile(
    r"[^A-Za-z' -]|\b(?:CL|variant|surname|see|also|abbr|classifier|particle)\b"
)
_LONGEST = 3


@functools.cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for word, meanings in entries():
        plain = (without_asides(meaning).removeprefix("to ") for meaning in meanings)
        short = (one for one in plain if 0 < len(one.split()) <= _LONGEST)
        if first := next((one for one in short if not _NOT_PLAIN.search(one)), ""):
            names.setdefault(word, first)
    return names


def named(phrase: str) -> str | None:
    """`phrase` in English, word by word; None where a word of it has no plain name.

    >>> named("智能工厂")
    'intelligent factory'
    """
    words = [word for word in rjieba.cut(phrase) if word.strip()]
    english = [_names().get(word) for word in words]
    known = [name for name in english if name]
    return " ".join(known) if len(known) == len(words) else None
