"""Words and terms: one way of cutting, the same for documents and questions."""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Callable

import rjieba

_CHINESE = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_RUN = re.compile(rf"{_CHINESE.pattern}+|(?:(?!{_CHINESE.pattern})[^\W_])+")


@functools.cache
def _simplify() -> Callable[[str], str]:
    from opencc import OpenCC  # noqa: PLC0415 - its tables load once, at the first text

    converter = OpenCC("t2s")
    return lambda text: str(converter.convert(text))


def normalize(text: str) -> str:
    """Fold what a reader takes for the same: width, case, traditional and simplified forms.

    >>> normalize("２０２８年 臺灣 AI")
    '2028年 台湾 ai'
    """
    return _simplify()(unicodedata.normalize("NFKC", text).lower())


def is_chinese(text: str) -> bool:
    """Whether any Chinese character stands in `text`."""
    return _CHINESE.search(text) is not None


def words(text: str) -> list[str]:
    """The words of `text` in order, long Chinese words also by their parts; no punctuation.

    >>> words("到2028年，人工智能产业")
    ['到', '2028', '年', '人工', '智能', '人工智能', '产业']
    """
    cut: list[str] = rjieba.cut_for_search(normalize(text))
    return [word for word in (part.strip() for part in cut) if any(map(str.isalnum, word))]


def terms(text: str) -> list[str]:
    """What the lexical index holds of `text`: pairs of Chinese characters, other scripts' words.

    Pairs of neighbours find a name or a new word that no dictionary cuts; they rank notices better
    than words do, and short passages no worse (`tests/bench/index_retrieval.py`).

    >>> terms("智能体，2028年 AI")
    ['智能', '能体', '2028', '年', 'ai']
    """
    found: list[str] = []
    for run in _RUN.findall(normalize(text)):
        if len(run) > 1 and _CHINESE.match(run):
            found.extend(first + second for first, second in itertools.pairwise(run))
        else:
            found.append(run)
    return found


def tagged(text: str) -> list[tuple[str, str]]:
    """The words of `text` with their parts of speech: ns a place, n a noun, r a pronoun and so on.

    >>> tagged("浙江省的产量")
    [('浙江省', 'ns'), ('的', 'uj'), ('产量', 'n')]
    """
    return [(word, tag) for word, tag in rjieba.tag(normalize(text)) if word.strip()]
