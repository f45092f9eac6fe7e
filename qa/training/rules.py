"""Questions made from what rules say: definitions, duties, consequences, lists, purposes, may one.

The form of a legal or administrative sentence tells which question it answers, so that real text
gives questions whose answers are clauses and whole sentences, not only names and figures.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import rjieba

from qa.training.english import named
from qa.training.examples import Example
from qa.training.overlap import shared
from qa.training.plans import PLACES
from qa.windows import Window

_DEFINITION = re.compile(
    r"(?:^|[，。；：、\n 　]|所称的?|所说的)(?P<term>(?:(?!所称|所说)[^，。；：、\n 　]){2,14})"
    r"[，,]?是指(?P<answer>[^。\n]{6,130})"
)
_DUTY = re.compile(
    r"(?:^|(?<=[，；。\n、 ]))(?P<who>[一-鿿、]{2,24}?)(?P<modal>应当|必须|不得|可以|禁止|有权)"
    r"(?P<what>[^。；\n]{4,120})"
)
_CASE = re.compile(
    r"(?:^|(?<=[。；\n 　]))(?P<case>[^。；：\n]{6,60}?)的，(?P<then>[^。\n]{6,130})"
)
_PURPOSE = re.compile(
    r"为了?(?P<answer>[^。\n]{6,110}?)，(?:根据|依据|按照|结合|制定|特制定|现|经)"
)
_LIST = re.compile(
    r"(?P<lead>[一-鿿、]{2,24}?)(?P<verb>包括|分为|主要有|是指|由|实行|遵循|坚持)(?:下列|以下)?"
    r"(?P<answer>[^。；：，\n]{2,30}(?:、[^。；：，\n]{2,30}){2,})"
)
_ITEMS = re.compile(
    r"(?P<lead>[^。；\n]{4,60}?)(?:下列|以下)(?P<kind>[一-鿿]{2,8}?)(?:之一)?(?:的)?[：:]\s*(?P<answer>[（(][一二1][）)][^。]{10,200})"
)
_REASON = re.compile(r"(?P<cause>(?:因|由于)[^。，；\n]{4,40})，(?P<then>[^。\n]{6,80})")
_MODALS = {"不得": "must not", "可以": "may", "禁止": "must not", "有权": "may"}
_DESCRIPTIVE = re.compile(r"如何|怎么|怎样|哪些|什么(?:规定|要求|后果)|有何|措施|举措")
"""Questions that several sentences may answer together."""

_PLACE = re.compile(r"(?<![一-鿿])[一-鿿]{2,7}?(?:省|市|自治区|自治州|经济特区)")
_LATIN = re.compile(r"[A-Za-z]")
_WITH_PLACE, _TWIN, _IN_FULL = 0.4, 0.4, 0.4
"""How often a question names its place, has a twin about another, is answered by a paragraph."""

_LONGEST, _LONGEST_MATTER = 160, 12
_ARTICLE = re.compile(r"^第[一二三四五六七八九十百千零〇]+条(?:之[一二三四五六七八九十])?[ 　]*")


@dataclass(frozen=True, slots=True)
class _Asked:
    question: str
    start: int
    end: int
    kind: str


def examples(
    windows: Sequence[Window], count: int, chance: random.Random, source: str
) -> Iterator[Example]:
    """At most `count` questions over `windows` of one text, most with a twin without an answer."""
    found = [(window, asked) for window in windows for asked in _questions(window, chance)]
    chance.shuffle(found)
    for window, asked in found[:count]:
        name = f"{source}-{asked.kind}"
        context = window.context if chance.random() < 0.85 else ""
        there, elsewhere = _placed(asked.question, context, chance)
        yield Example(there, context, window.text, asked.start, asked.end, name)
        if elsewhere:
            yield Example(elsewhere, context, window.text, -1, -1, f"{source}-no-place")
        if chance.random() < 0.75:
            answer = window.text[asked.start : asked.end]
            others = [one for one in windows if one is not window and answer not in one.text]
            if others:
                near = max(others, key=lambda one: shared(asked.question, one.text))
                text = near if chance.random() < 0.6 else chance.choice(others)
                yield Example(there, text.context, text.text, -1, -1, f"{name}-no")


def _placed(question: str, context: str, chance: random.Random) -> tuple[str, str]:
    """The question with the place that the law is of, now and then, and with a wrong one."""
    place = _PLACE.search(context)
    if place is None or _LATIN.search(question) or chance.random() > _WITH_PLACE:
        return question, ""
    joint = chance.choice(("", "", "对", "的"))
    wrong = chance.choice([name for name, _ in PLACES if name[:2] != place.group()[:2]])
    twin = f"{wrong}{joint}{question}" if chance.random() < _TWIN else ""
    return f"{place.group()}{joint}{question}", twin


def _questions(window: Window, chance: random.Random) -> Iterator[_Asked]:
    """Every question that a form in the window gives, each asked in one of its ways."""
    text = window.text
    for kind, (pattern, answer, ask) in _FORMS.items():
        for match in pattern.finditer(text):
            if question := ask(match, window, chance):
                start = match.start(answer)
                # A duty is answered from its modal verb on.
                end = match.end("what" if kind == "duty" else answer)
                if _DESCRIPTIVE.search(question) and chance.random() < _IN_FULL:
                    end = _paragraph_end(text, start, end)
                yield _Asked(question, start, _stop(text, end), kind)


def _paragraph_end(text: str, start: int, end: int) -> int:
    """Where the paragraph ends that an answer stands in, unless that is too far."""
    last = text.find("\n", end)
    last = len(text) if last < 0 else last
    return last if last - start <= _LONGEST else end


def _ask_definition(match: re.Match[str], _: Window, chance: random.Random) -> str:
    return _defined(match["term"], chance)


def _ask_case(match: re.Match[str], _: Window, chance: random.Random) -> str:
    numbering = "，、 （）()一二三四五六七八九十0123456789"
    case = _ARTICLE.sub("", match["case"]).lstrip(numbering)
    return _consequence(case, chance) if len(case) >= 5 else ""


def _ask_duty(match: re.Match[str], _: Window, chance: random.Random) -> str:
    return _duty(match["who"], match["modal"], match["what"], chance)


def _ask_purpose(_: re.Match[str], window: Window, chance: random.Random) -> str:
    title = window.context.split(" › ")[0] or "本规定"
    asks = (
        f"制定{title}的目的是什么？",
        f"为什么制定{title}？",
        f"{title}是为了什么",
        f"why was {title} made?",
    )
    return chance.choice(asks)


def _ask_list(match: re.Match[str], _: Window, chance: random.Random) -> str:
    lead, verb = match["lead"], match["verb"]
    asks = (
        f"{lead}{verb}哪些？",
        f"{lead}有哪些？",
        f"{lead}{verb}什么？",
        f"哪些属于{lead}",
        f"which {lead}?",
        f"{lead} include what?",
    )
    return chance.choice(asks)


def _ask_items(match: re.Match[str], _: Window, chance: random.Random) -> str:
    lead = _ARTICLE.sub("", match["lead"]).rstrip("，有应当符合具备的")
    kind = match["kind"]
    asks = (
        f"{lead}有哪些{kind}？",
        f"{lead}的{kind}是什么？",
        f"{lead}应当满足哪些{kind}",
        f"{lead}{kind}包括哪些？",
        f"what are the {kind} for {lead}?",
    )
    return chance.choice(asks)


def _ask_reason(match: re.Match[str], _: Window, chance: random.Random) -> str:
    return chance.choice((f"为什么{match['then']}？", f"{match['then']}的原因是什么？"))


_Ask = Callable[[re.Match[str], Window, random.Random], str]
_FORMS: dict[str, tuple[re.Pattern[str], str, _Ask]] = {
    "definition": (_DEFINITION, "answer", _ask_definition),
    "case": (_CASE, "then", _ask_case),
    "duty": (_DUTY, "modal", _ask_duty),
    "purpose": (_PURPOSE, "answer", _ask_purpose),
    "list": (_LIST, "answer", _ask_list),
    "items": (_ITEMS, "answer", _ask_items),
    "reason": (_REASON, "cause", _ask_reason),
}
"""Each form: what matches it, the group that answers, and how it is asked."""


def _defined(term: str, chance: random.Random) -> str:
    asks = [
        f"什么是{term}？",
        f"{term}是什么？",
        f"{term}是指什么",
        f"{term}的定义",
        f"{term}是什么意思？",
        f"what is {term}?",
        f"what does {term} mean",
    ]
    if english := named(term):
        asks += [f"What is meant by {english}?", f"what is {english}"]
    return chance.choice(asks)


def _consequence(case: str, chance: random.Random) -> str:
    asks = (
        "怎么办？",
        "如何处理？",
        "会怎样？",
        "的怎么处罚？",
        "有什么规定？",
        "应当如何处理？",
        "，有何措施",
        "如何应对？",
        "有什么后果",
        " what happens?",
        " what is the penalty?",
    )
    return case + chance.choice(asks)


def _duty(who: str, modal: str, what: str, chance: random.Random) -> str:
    first = re.split(r"[，,]", what)[0]
    matter = "".join(word for word in rjieba.cut(first) if len(word) > 1)[:_LONGEST_MATTER]
    style = chance.random()
    if style < 0.3 and modal != "禁止" and 3 <= len(first) <= 30:
        asked = {"不得": "可以", "有权": "有权"}.get(modal, modal)
        return chance.choice(
            (
                f"{who}{asked}{first}吗？",
                f"{who}是否{asked}{first}？",
                f"{who}能不能{first}？",
            )
        )
    english = named(who)
    if english and style < 0.5:
        thing = named(first[:8]) if len(first) <= 8 else None
        must = _MODALS.get(modal, "must")
        about = f" about {thing}" if thing else ""
        return chance.choice((f"What {must} the {english} do{about}?", f"what {must} {english} do"))
    if modal in ("不得", "禁止"):
        asks = (
            f"{who}不得做什么？",
            f"{who}不得有哪些行为？",
            f"哪些行为是{who}禁止的？",
            f"对{who}有什么限制？",
        )
        return chance.choice(asks)
    return chance.choice(
        (
            f"{who}{modal}做什么？",
            f"{who}{modal}怎么做？",
            f"{who}有哪些职责？",
            f"{who}要采取什么措施？",
            f"{who}如何{first}？",
            f"如何{first}？",
            f"{who}怎样{first}",
            f"对{who}有什么要求？",
            f"{who}对{matter}有何举措",
            f"{who}在{matter}方面有哪些措施？",
            f"{matter}有什么规定？",
            f"{who}{matter}有哪些要求",
        )
    )


def _stop(text: str, end: int) -> int:
    """The end of an answer without the marks and spaces behind it."""
    return len(text[:end].rstrip("；;，,、：: \n"))
