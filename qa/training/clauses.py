"""Questions made from clauses of real text: how many, how long, what share, when, by whom.

A clause that holds a quantity becomes a question about that quantity: its words before and after
stay, or only its key words, around a question word in Chinese or English. The same question is
asked of a window that holds other quantities, and with its key word or year changed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import rjieba

from qa.training.english import named
from qa.training.examples import Example
from qa.training.overlap import shared
from qa.windows import Window

_NUMBER = r"(?:[0-9０-９][0-9０-９,，.．]*(?:万|亿)?|[一二三四五六七八九十百千万两]+)"
_UNIT = (
    r"(?:个工作日|个自然日|个月内?|个百分点|平方公里|平方米|立方米|公里|公顷|千米|万元|亿元|元|美元|倍|"
    r"周岁|岁|年|月|日|天|小时|分钟|名|人次|人|户|家|所|座|次|件|份|台|套|辆|米|吨|亩|级|项|种|条|个)"
)
_SHARE = r"(?:百分之[一二三四五六七八九十百零]+|[0-9０-９.]+[%％])"
_ONE = rf"(?:{_NUMBER}{_UNIT}|{_SHARE})(?:以上|以下|以内|左右|内)?"
_RANGE = rf"{_NUMBER}(?:{_UNIT})?(?:以上|以下)?(?:至|到|[-~～—]){_ONE}"
_DATE = r"(?:[0-9]{4}年(?:[0-9]{1,2}月(?:[0-9]{1,2}日)?)?)"
_FIGURE = re.compile(rf"(?P<date>{_DATE})|(?P<figure>{_RANGE}|(?:{_ONE}){{1,2}})")
_ACTOR = re.compile(
    r"(?P<what>[一-鿿]{4,20})由(?P<who>[一-鿿]{3,18}?)(?P<does>负责|批准|制定|规定|决定|组织|任命|颁发|确定|办理|受理)"
)
_CLAUSE = re.compile(r"[^，。；：:;\n]+")
_DURATION = re.compile(r"(?:日|天|年|月|小时|分钟|工作日|自然日)(?:内|以内|以上|以下)*$")
_ENGLISH_UNIT = {
    "人": "people",
    "名": "people",
    "家": "companies",
    "户": "households",
    "次": "times",
    "年": "years",
    "日": "days",
    "天": "days",
    "月": "months",
    "小时": "hours",
    "元": "yuan",
    "万元": "yuan",
    "亿元": "yuan",
    "公里": "kilometres",
    "岁": "years old",
    "周岁": "years old",
    "工作日": "working days",
}
_STOP = frozenset(
    [
        "应当",
        "可以",
        "不得",
        "以及",
        "或者",
        "并且",
        "的",
        "由",
        "在",
        "为",
        "和",
        "与",
        "及",
        "其",
        "该",
        "有",
        "对",
        "等",
        "不",
        "超过",
        "少于",
        "低于",
        "达到",
        "之",
        "至",
        "其中",
    ]
)


@dataclass(frozen=True, slots=True)
class _Find:
    start: int
    end: int
    clause: str
    before: str
    after: str
    kind: str


def examples(
    given: Sequence[Window], count: int, chance: random.Random, source: str
) -> Iterator[Example]:
    """At most `count` questions over windows of one text, most with a twin without an answer."""
    windows = [window.text for window in given]
    holding = [(place, finds) for place, window in enumerate(windows) if (finds := _finds(window))]
    chance.shuffle(holding)
    for place, finds in holding[:count]:
        window, find = windows[place], chance.choice(finds)
        question = _ask(find, chance)
        if question is None:
            continue
        context = given[place].context if chance.random() < 0.85 else ""
        kind = f"{source}-{find.kind}"
        yield Example(question, context, window, find.start, find.end, kind)
        answer = window[find.start : find.end]
        keys = _keywords(find)
        rest = [
            windows[other]
            for other, _ in holding
            if answer not in windows[other]
            and sum(key in windows[other] for key in keys) * 2 <= len(keys)
        ]
        if rest and chance.random() < 0.45:
            near = max(rest, key=lambda text: shared(question, text))
            text = near if chance.random() < 0.6 else chance.choice(rest)
            yield Example(question, context, text, -1, -1, f"{source}-no-same")
        elif chance.random() < 0.5:
            strange = _strange(question, find, windows, window, chance)
            if strange:
                yield Example(strange, context, window, -1, -1, f"{source}-no-subject")


def _finds(window: str) -> list[_Find]:
    found = []
    for clause in _CLAUSE.finditer(window):
        text = clause.group().strip()
        begin = clause.start() + clause.group().find(text)
        for match in _FIGURE.finditer(text):
            before, after = text[: match.start()], text[match.end() :]
            ordinal = before.endswith(("第", "（", "(", "号", "之")) or after.startswith(
                ("第", "号令", "修")
            )
            if (
                ordinal
                or match.group() in ("一个", "一种", "一次", "一级", "一人", "一项", "一年")
                or len(before + after) < 5
            ):
                continue
            kind = "date" if match.group("date") else "figure"
            found.append(
                _Find(begin + match.start(), begin + match.end(), text, before, after, kind)
            )
        actor = _ACTOR.search(text)
        if actor:
            start, end = actor.span("who")
            found.append(
                _Find(begin + start, begin + end, text, actor["what"], actor["does"], "actor")
            )
    return found


def _keywords(find: _Find) -> list[str]:
    words = [word for word in rjieba.cut(find.before + "，" + find.after) if len(word) > 1]
    return [
        word
        for word in words
        if word not in _STOP and not re.search(r"[0-9一二三四五六七八九十]", word)
    ]


def _ask(find: _Find, chance: random.Random) -> str | None:
    before = re.sub(r"^第[^条]{1,6}条\s*|^[（(][^）)]*[）)]", "", find.before).strip()
    keys = _keywords(find)
    style = chance.random()
    if find.kind == "actor":
        if style < 0.6:
            return f"{before}由{chance.choice(('谁', '哪个部门', '什么机构'))}{find.after}？"
        return chance.choice(
            (
                f"who {before}",
                f"哪个部门{find.after}{before}？",
                f"which authority is responsible for {before}?",
            )
        )
    if find.kind == "date":
        if style < 0.5 or len(keys) < 2:
            return (
                f"{before}{chance.choice(('何时', '什么时候', '哪一年', '什么时间'))}{find.after}？"
            )
        some = "".join(keys[:3])
        return chance.choice((f"when {some}", f"{some}是什么时候？", f"In which year {some}?"))
    return _ask_figure(find, before, keys, style, chance)


def _ask_figure(
    find: _Find, before: str, keys: list[str], style: float, chance: random.Random
) -> str | None:
    figure = find.clause[len(find.before) : len(find.clause) - len(find.after)]
    unit = re.sub(rf"^{_NUMBER}|(?:以上|以下|以内|左右|内)$", "", figure)
    unit = unit if re.fullmatch(_UNIT, unit) else ""
    lasting = bool(_DURATION.search(figure))
    if "%" in figure or "％" in figure or "百分之" in figure:
        words = ["多少", "百分之几", "百分之多少"]
    elif lasting:
        words = [f"多少{unit}", "多长时间", "多久", f"几{unit}"]
    else:
        words = [f"多少{unit}", "多少", f"几{unit}" if unit else "多少"]
    if style < 0.4:
        return f"{before}{chance.choice(words)}{find.after}？"
    if len(keys) < 2:
        return None
    some = chance.sample(keys, min(len(keys), chance.randint(2, 4)))
    some.sort(key=keys.index)
    if style < 0.7:
        return chance.choice(
            (
                f"{''.join(some)}是{words[0]}？",
                f"{words[0]}{''.join(some)}？",
                f"{''.join(some)}{chance.choice(words)}",
                f"{''.join(some)}有什么数量要求？",
            )
        )
    english = _ENGLISH_UNIT.get(unit.removeprefix("个").removesuffix("内"), "")
    if lasting:
        asks = ["how long", f"how many {english or 'days'}", "within how many days"]
    else:
        asks = ["how many", "how much", f"how many {english}".strip()]
    return _in_english(some, asks, chance)


def _in_english(keys: list[str], asks: list[str], chance: random.Random) -> str:
    """The key words around an English question word, themselves in English where they can be."""
    english = [name for key in keys if (name := named(key))]
    if len(english) == len(keys) and chance.random() < 0.6:
        return chance.choice(
            (
                f"{chance.choice(asks)} {' '.join(english)}?",
                f"{chance.choice(asks).capitalize()} of {' '.join(english)}",
                f"{' '.join(english)}: {chance.choice(asks)}",
            )
        )
    return chance.choice(
        (
            f"{chance.choice(asks)} {''.join(keys)}",
            f"{''.join(keys)} {chance.choice(asks)}?",
            f"{chance.choice(asks)} for {''.join(keys)}?",
        )
    )


def _strange(
    question: str, find: _Find, windows: list[str], window: str, chance: random.Random
) -> str | None:
    """The question with one of its key words exchanged for one that the window does not hold."""
    keys = [word for word in _keywords(find) if word in question]
    other = chance.choice(windows)
    foreign = [
        word
        for word in rjieba.cut(other)
        if len(word) > 1 and word not in window and word.isalpha() and word not in _STOP
    ]
    if not keys or len(foreign) < 3:
        return None
    changed = question.replace(max(keys, key=len), chance.choice(foreign))
    return changed if changed != question else None
