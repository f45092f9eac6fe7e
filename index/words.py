"""Words for the lexical index: one segmenter, the same for documents and questions."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable

import rjieba


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


def words(text: str) -> list[str]:
    """The words of `text` in order, long Chinese words also by their parts; no punctuation.

    >>> words("到2028年，人工智能产业")
    ['到', '2028', '年', '人工', '智能', '人工智能', '产业']
    """
    cut: list[str] = rjieba.cut_for_search(normalize(text))
    return [word for word in (part.strip() for part in cut) if any(map(str.isalnum, word))]


def tagged(text: str) -> list[tuple[str, str]]:
    """The words of `text` with their parts of speech: ns a place, n a noun, r a pronoun and so on.

    >>> tagged("浙江省的产量")
    [('浙江省', 'ns'), ('的', 'uj'), ('产量', 'n')]
    """
    return [(word, tag) for word, tag in rjieba.tag(normalize(text)) if word.strip()]
