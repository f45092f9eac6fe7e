"""Made-up plans and reports: dense sentences of many figures, and questions about one of them.

Real text gives few questions in English or across both languages, and none whose only flaw is a
wrong year or place. A small grammar over `lexicon.toml` writes both: every fact is known, so that
each question has its exact span, and its twins that nothing answers.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import rjieba

from qa.training.examples import Example

_LEXICON = tomllib.loads(Path(__file__).with_name("lexicon.toml").read_text("utf-8"))
PLACES: list[tuple[str, str]] = [(chinese, english) for chinese, english in _LEXICON["places"]]
"""Places in Chinese and in English."""

_HEDGES = ("左右", "以上", "", "", "", "以上", "左右", "以内")
_QUALIFIED, _SHORTENED = 0.35, 0.3
"""How often a text says a name more fully than the lexicon, and a question more shortly."""

_DIGITS = "零一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure of a plan: a clause is `before + figure + after`.

    `asks` are the questions it answers, without year or place, as (Chinese, English, mixed).
    """

    name: str
    before: str
    figure: str
    after: str
    asks: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Frame:
    """When and where a plan holds; `told` is how its sentence says the year."""

    year: int
    told: str
    place: tuple[str, str]
    context: str
    other: str
    """How the text tells the neighbouring year, of which it gives the same figures; or empty."""


def examples(count: int, chance: random.Random) -> Iterator[Example]:
    """`count` plans, each with a question that it answers and a twin that it does not."""
    for _ in range(count):
        facts = _facts(chance, chance.choice((1, 2, 3, 3, 4, 5, 6)))
        frame = _frame(chance)
        text, starts = _sentence(chance, frame, facts)
        asked = _asked(chance, facts)
        fact, start = facts[asked], starts[asked]
        language = chance.choices((0, 1, 2), (0.4, 0.35, 0.25))[0]
        question = _question(
            chance, fact, language, frame.year, frame.place, with_year=bool(frame.other)
        )
        end = start + len(fact.figure)
        yield Example(
            question, frame.context, text, start, end, f"plan-{['zh', 'en', 'mix'][language]}"
        )
        yield _twin(chance, frame, facts, text, asked, language)


def _asked(chance: random.Random, facts: Sequence[Fact]) -> int:
    """A fact whose short name no other fact of the text could bear too, where there is one."""
    order = list(range(len(facts)))
    chance.shuffle(order)
    ends = [fact.name[-2:] for fact in facts]
    return min(order, key=lambda place: ends.count(ends[place]))


def _twin(
    chance: random.Random,
    frame: _Frame,
    facts: Sequence[Fact],
    text: str,
    asked: int,
    language: int,
) -> Example:
    """A question about the same plan with one thing wrong: the year, the place or the subject."""
    flaw = chance.choice(("year", "year", "place", "subject", "subject"))
    if frame.other:
        flaw = "subject"
    year, place, fact = frame.year, frame.place, facts[asked]
    if flaw == "year":
        year += chance.choice((-5, -3, -2, -1, 1, 2, 3, 5))
        question = _question(chance, fact, language, year, place, with_year=True)
    elif flaw == "place":
        place = chance.choice([one for one in PLACES if one != frame.place])
        question = _question(chance, fact, language, year, place, with_place=True)
    else:
        told = {one.name for one in facts}
        fact = next(
            one
            for one in iter(lambda: _fact(chance), None)
            if not any(one.name[-2:] == name[-2:] or one.name in name for name in told)
        )
        question = _question(chance, fact, language, year, place)
    return Example(question, frame.context, text, -1, -1, f"plan-no-{flaw}")


def _frame(chance: random.Random) -> _Frame:
    year = chance.randint(2003, 2035)
    place = chance.choice([*PLACES, ("全国", "China"), ("全国", "China")])
    topic = chance.choice(_LEXICON["topics"])[0]
    kind = chance.choice(("行动方案", "实施意见", "发展规划", "若干措施", "工作方案", "实施方案"))
    heading = chance.choice(
        ("", "", " › 一、总体要求", " › （一）主要目标", " › 二、重点任务", " › 工作目标")
    )
    style = chance.random()
    other = ""
    if style < 0.45:  # the text tells the year
        told = chance.choice(
            (
                f"到{year}年，",
                f"到{year}年，",
                f"到{year}年底，",
                f"{year}年，",
                f"{year}年底前，",
                f"力争到{year}年，",
            )
        )
        title = chance.choice(
            (f"{place[0]}{topic}{kind}", f"{place[0]}促进{topic}发展{kind}", topic, "")
        )
        if title and chance.random() < 0.3:
            first = year - chance.randint(2, 4)
            title += f"（{first}—{year}年）"
        context = title + heading if title else ""
        told += place[0] if place[0] not in title else ""
    elif style < 0.8:  # the year stands in the title, the text says "this year"
        told = chance.choice(("今年，", "今年", "全年", "今年主要预期目标是：", "今年要", ""))
        context = (
            chance.choice(
                (
                    f"{year}年{place[0]}政府工作报告",
                    f"{place[0]}{year}年{topic}工作要点",
                    f"{year}年{place[0]}{topic}{kind}",
                )
            )
            + heading
        )
        other = (
            chance.choice(("去年，", "过去一年，", f"{year - 1}年，"))
            if chance.random() < 0.4
            else ""
        )
    else:  # "last year" in a report
        told = chance.choice(("去年，", "过去一年，", "去年"))
        context = f"{year + 1}年{place[0]}政府工作报告" + heading
        other = (
            chance.choice(("今年，", "今年要实现", "今年的预期目标是："))
            if chance.random() < 0.4
            else ""
        )
    return _Frame(year, told, place, context, other)


def _sentence(chance: random.Random, frame: _Frame, facts: Sequence[Fact]) -> tuple[str, list[int]]:
    """The plan's sentences, and where each fact's figure begins."""
    text = chance.choice(_LEXICON["fillers"]) + "。" if chance.random() < 0.3 else ""
    first = bool(frame.other) and frame.other[0] != "今"
    text += _contrast(chance, frame, facts) if first else ""
    text += frame.told
    starts = []
    for place, fact in enumerate(facts):
        if place:
            text += chance.choice("，，，，、；")
            if chance.random() < 0.2:
                text += chance.choice(_LEXICON["fillers"]) + "，"
        text += fact.before
        starts.append(len(text))
        text += fact.figure + fact.after
    text += "。"
    if chance.random() < 0.25:
        text += chance.choice(_LEXICON["fillers"]) + "。"
    text += _contrast(chance, frame, facts) if frame.other and not first else ""
    return text, starts


def _contrast(chance: random.Random, frame: _Frame, facts: Sequence[Fact]) -> str:
    """The same figures for another year, each changed."""
    clauses = []
    for fact in facts[:3]:
        changed = "".join(
            str((int(letter) + chance.randint(1, 8)) % 9 + 1)
            if letter.isascii() and letter.isdigit()
            else letter
            for letter in fact.figure
        )
        clauses.append(fact.before + changed + fact.after)
    return frame.other + "，".join(clauses) + "。"


def _facts(chance: random.Random, count: int) -> list[Fact]:
    facts: dict[str, Fact] = {}
    while len(facts) < count:
        fact = _fact(chance)
        facts.setdefault(fact.name, fact)
    return list(facts.values())


def _fact(chance: random.Random) -> Fact:
    return chance.choices((_counted, _money, _share, _sized), (0.45, 0.2, 0.2, 0.15))[0](chance)


def _named(chance: random.Random, noun: str, english: str) -> tuple[str, str, str]:
    """A thing's name in the text, and in questions in Chinese and in English."""
    return _fuller(chance, noun), _shorter(chance, noun), _shorter_english(chance, english)


def _fuller(chance: random.Random, noun: str) -> str:
    """The noun as a text may say it in full: often with a qualifier that people leave out."""
    if chance.random() > _QUALIFIED:
        return noun
    words = rjieba.cut(noun)
    place = chance.randrange(len(words))
    return "".join([*words[:place], chance.choice(_LEXICON["qualifiers"]), *words[place:]])


def _shorter(chance: random.Random, noun: str) -> str:
    """The noun as people ask for it: sometimes without one of its words, never the last."""
    words = rjieba.cut(noun)
    if len(words) < 2 or chance.random() > _SHORTENED:
        return noun
    dropped = chance.randrange(len(words) - 1)
    return "".join(word for place, word in enumerate(words) if place != dropped)


def _shorter_english(chance: random.Random, name: str) -> str:
    words = name.split()
    if len(words) < 2 or chance.random() > _SHORTENED:
        return name
    acronyms = [word for word in words if word.isupper()]
    return acronyms[0] if acronyms else " ".join(words[1:])


def _number(chance: random.Random, most: int = 4) -> str:
    digits = chance.randint(1, most)
    if digits == 1 and chance.random() < 0.25:
        return _DIGITS[chance.randint(1, 10)]
    number = str(chance.randint(10 ** (digits - 1), 10**digits - 1))
    if digits > 2 and chance.random() < 0.6:
        number = number[:-1] + "0"
    return number + (f".{chance.randint(1, 9)}" if chance.random() < 0.12 else "")


def _counted(chance: random.Random) -> Fact:
    noun, english, units = chance.choice(_LEXICON["counted"])
    unit = chance.choice(units)
    verb, verb_english = chance.choice(_LEXICON["verbs"])
    topic, topic_english = chance.choice(_LEXICON["topics"])
    if chance.random() < 0.35:
        level, level_english = chance.choice(
            (
                ("省级", "provincial "),
                ("国家级", "national "),
                ("市级", "city-level "),
                ("高水平", "high-level "),
                (topic, topic_english + " "),
            )
        )
        noun, english = level + noun, level_english + english
    each = "每年" if chance.random() < 0.25 else ""
    each_english = " each year" if each else ""
    figure = _number(chance, 3) + unit + chance.choice(_HEDGES)
    full, noun, english = _named(chance, noun, english)
    zh = chance.choice(
        (
            f"{each}要{verb}多少{unit}{noun}",
            f"{each}{verb}多少{unit}{noun}",
            f"{each}计划{verb}几{unit}{noun}",
            f"{each}{verb}{noun}的数量目标是多少",
        )
    )
    en = chance.choice(
        (
            f"How many {english} will it {verb_english}{each_english}",
            f"How many {english} are to be added{each_english}"
            if verb == "新增"
            else f"how many {english}{each_english}",
            f"What is the target number of {english}{each_english}",
            f"How many {english} are planned{each_english}",
        )
    )
    mixed = chance.choice(
        (
            f"how many {noun}{each_english}",
            f"how many {noun} will be {verb}",
            f"{each}{verb}多少{unit} {english}",
            f"{noun} how many",
            f"target number of {noun}",
        )
    )
    if chance.random() < 0.75:
        return Fact(full, f"{each}{verb}", figure, full, (zh, en, mixed))
    return Fact(
        full,
        f"{each}{verb}{full}{chance.choice(('', '达到', '超过', '不少于'))}",
        figure,
        "",
        (zh, en, mixed),
    )


def _money(chance: random.Random) -> Fact:
    noun, english = chance.choice(_LEXICON["money"])
    if chance.random() < 0.3:
        topic, topic_english = chance.choice(_LEXICON["topics"])
        noun, english = topic + noun, f"{topic_english} {english}"
    full, noun, english = _named(chance, noun, english)
    if chance.random() < 0.4:
        figure = f"{_number(chance, 2)}%{chance.choice(('左右', '以上', '', ''))}"
        verb = chance.choice(("增长", "同比增长", "年均增长", "增速达到", "比上年增长"))
        zh = chance.choice(
            (f"{noun}增长多少", f"{noun}的增速是多少", f"{noun}增长目标是多少", f"{noun}增长率")
        )
        en = chance.choice(
            (
                f"What is the growth of {english}",
                f"By how much will {english} grow",
                f"What {english} growth is targeted",
                f"{english} growth",
            )
        )
        mixed = chance.choice(
            (
                f"{noun} growth rate",
                f"{noun}增长 how much",
                f"{english} 增长多少",
                f"what is {noun} growth target",
            )
        )
        return Fact(full, f"{full}{verb}", figure, "", (zh, en, mixed))
    unit = chance.choice(("亿元", "亿元", "万亿元", "万元", "亿美元"))
    figure = _number(chance) + unit + chance.choice(("", "", "", "左右", "以上"))
    verb = chance.choice(("达到", "突破", "超过", "增长到", "力争达到", "实现", "为"))
    zh = chance.choice(
        (
            f"{noun}要达到多少",
            f"{noun}的目标是多少",
            f"{noun}是多少",
            f"{noun}突破多少",
            f"{noun}多少亿元",
        )
    )
    en = chance.choice(
        (
            f"What {english} is targeted",
            f"How much {english} should be reached",
            f"What is the {english} target",
            f"What will {english} exceed",
            f"how much {english}",
        )
    )
    mixed = chance.choice(
        (f"how much {noun}", f"{noun} target", f"{english} 是多少", f"what is the {noun}")
    )
    return Fact(full, f"{full}{verb}", figure, "", (zh, en, mixed))


def _share(chance: random.Random) -> Fact:
    full, noun, english = _named(chance, *chance.choice(_LEXICON["shares"]))
    verb = chance.choice(("达到", "超过", "控制在", "提高到", "保持在", "为", "不低于", ""))
    hedges = ("", "", "左右", "以上", "以内" if verb == "控制在" else "")
    figure = f"{_number(chance, 2)}%{chance.choice(hedges)}"
    zh = chance.choice(
        (f"{noun}是多少", f"{noun}目标是多少", f"{noun}要达到百分之几", f"{noun}达到多少")
    )
    en = chance.choice(
        (
            f"What is the {english} target",
            f"What {english} is expected",
            f"What is the {english}",
            f"What should the {english} reach",
        )
    )
    mixed = chance.choice((f"{noun} target", f"what is the {noun}", f"{english} 目标是多少"))
    return Fact(full, full + verb, figure, "", (zh, en, mixed))


def _sized(chance: random.Random) -> Fact:
    noun, english, units = chance.choice(_LEXICON["sized"])
    full, noun, english = _named(chance, noun, english)
    unit = chance.choice(units)
    verb = chance.choice(("达到", "超过", "增加", "保持在", "新增", "", "突破"))
    figure = _number(chance) + unit + chance.choice(_HEDGES[:5])
    zh = chance.choice(
        (f"{noun}是多少", f"{noun}的目标是多少", f"{noun}要达到多少{unit}", f"{noun}多少{unit}")
    )
    en = chance.choice(
        (
            f"What is the {english} target",
            f"How much {english} is planned",
            f"What {english} will be reached",
            f"how many {english}",
        )
    )
    mixed = chance.choice((f"{noun} target", f"how many {noun}", f"{english} 多少{unit}"))
    return Fact(full, full + verb, figure, "", (zh, en, mixed))


def _question(
    chance: random.Random,
    fact: Fact,
    language: int,
    year: int,
    place: tuple[str, str],
    *,
    with_year: bool = False,
    with_place: bool = False,
) -> str:
    """A fact's question, with its year and place as often as people say them."""
    ask = fact.asks[language]
    year_told = with_year or chance.random() < 0.65
    place_told = with_place or chance.random() < 0.4
    if language == 0:
        when = chance.choice((f"到{year}年", f"{year}年", f"{year}年底")) if year_told else ""
        where = place[0] if place_told else ""
        comma = chance.choice(("，", "", "")) if when else ""
        return f"{when}{comma}{where}{ask}" + chance.choice(("？", "？", "?", ""))
    when = (
        chance.choice((f" by {year}", f" in {year}", f" by the end of {year}")) if year_told else ""
    )
    if language == 1:
        where = chance.choice((f" in {place[1]}", f" for {place[1]}")) if place_told else ""
        return f"{ask}{where}{when}" + chance.choice(("?", "?", ""))
    if when and chance.random() < 0.4:
        return f"{year}年{place[0] if place_told else ''}{ask}"
    return f"{place[0] + ' ' if place_told else ''}{ask}{when}" + chance.choice(("", "?"))
