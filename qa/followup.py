"""Follow-up questions: "那四川呢？" after "浙江的产量是多少？" asks "四川的产量是多少？".

No language model: a short question that names only a place, a year, a body or a thing is put in
the place of the one word of the same kind in the question before. Where no such word stands
there, or several do, nothing is guessed, and the question is asked as it was typed.
"""

from __future__ import annotations

import re

from index.words import normalize, tagged

_LONGEST = 24
"""Characters of a question that can still lean on the one before."""

_CHINESE = re.compile(
    r"^(?:那么|那|再看|换成|如果是|要是|至于)?(?P<new>[^，。？?]{1,16}?)(?:的话)?(?:又)?[呢吶][？?]?$"
    r"|^(?:那么|那|换成|如果是|要是)(?P<other>[^，。？?]{1,16})[？?]?$"
)
_ENGLISH = re.compile(
    r"^(?:and|but|so|then)?[ ,]*(?:what|how) about (?P<new>.{1,40}?)\??$"
    r"|^(?:and|but|then)[ ,]+(?P<other>.{1,40}?)\??$",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"^(?:by|in|for|of|at|with|from|to|the|到|在|对|于|截至)\s*", re.IGNORECASE
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_RELATIVE_YEAR = re.compile(r"今年|去年|前年|明年|后年|本年|上年")
_COUNTED = re.compile(
    r"(?:多少|几)[个家项处种条座名位件台套批类所]?(?P<thing>[^，。？?的是]{2,16})[？?]?$"
)
"""The thing that a question counts: 多少家创新载体."""

_KINDS = ("ns", "nt", "nr", "nz")
"""Parts of speech that are names: places, bodies, people, others."""


def resolve(question: str, before: str) -> str:
    """The question that `question` asks after `before`; itself when that cannot be told.

    >>> resolve("那四川呢？", "2026年浙江的汽车产量是多少？")
    '2026年四川的汽车产量是多少？'
    >>> resolve("and by 2027?", "how many 智能体 by 2028?")
    'how many 智能体 by 2027?'
    """
    asked = question.strip()
    if not before or len(asked) > _LONGEST:
        return question
    match = _CHINESE.match(asked) or _ENGLISH.match(asked)
    if match is None:
        return question
    new = (match["new"] or match["other"] or "").strip()
    while (shorter := _PREPOSITION.sub("", new)) != new:
        new = shorter
    return _exchange(new, before) or question


def _exchange(new: str, before: str) -> str | None:
    """`before` with its one word of the same kind as `new` exchanged for it."""
    new = new.removesuffix("的")
    if not new or new in before:
        return None
    if _YEAR.fullmatch(new.removesuffix("年")) or _RELATIVE_YEAR.fullmatch(new):
        return _exchange_year(new, before)
    names = [(word, tag) for word, tag in _spans(new) if tag in _KINDS]
    if len(names) == 1:
        name, kind = names[0]
        rest = new.removeprefix(name).removeprefix("的")
        if not new.startswith(name) or rest not in before:
            return None
        olds = {word for word, tag in _spans(before) if tag == kind}
        return before.replace(olds.pop(), name) if len(olds) == 1 else None
    tags = [tag for _, tag in tagged(new)]
    counted = _COUNTED.search(before)
    if names or counted is None or not tags or not tags[-1].startswith("n"):
        return None
    return before[: counted.start("thing")] + new + before[counted.end("thing") :]


def _exchange_year(new: str, before: str) -> str | None:
    years = set(_YEAR.findall(before)) | set(_RELATIVE_YEAR.findall(before))
    if len(years) != 1:
        return None
    old = years.pop()
    if old.isdigit():
        if new[0].isdigit():
            return before.replace(old, new.removesuffix("年"))
        return before.replace(f"{old}年", new)
    return before.replace(old, new if new.endswith("年") else f"{new}年")


def _spans(text: str) -> list[tuple[str, str]]:
    """The words of `text` as they stand in it; neighbours of one kind are one (四川省成都市)."""
    merged: list[tuple[str, str]] = []
    folded = normalize(text)
    if len(folded) != len(text):
        return []
    at = 0
    ended = -1
    for word, tag in tagged(text):
        start = folded.index(word, at)
        at = start + len(word)
        if merged and merged[-1][1] == tag and start == ended:
            merged[-1] = (merged[-1][0] + text[start:at], tag)
        else:
            merged.append((text[start:at], tag))
        ended = at
    return merged
