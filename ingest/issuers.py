"""Which body issued a document: told by its title, its letterhead, its adoption or its signature.

Several bodies often issue one document together; their names are then joined by a space, as they
stand in its title.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from ingest.days import DAY, iso
from ingest.limit import look_at_clock

_LONGEST = 40
"""Characters of the longest name of one body."""
_MOST = 10
"""Bodies that sign together."""
_SIGNED_WITHIN = 300
"""Characters before a day in which the names stand that sign it."""

_BODY = (
    r"(?:政府|办公厅|办公室|(?<![主承协督经])办|委员会|委|局|厅|部|院|署|中心|法院|检察院|主席|人民代表大会"
    r"|人大|政协|党组|(?:联合|协|学|基金|商|工|党委|管委|常委|理事)会|指挥部|组|机制|国务院|司|处"
    r"|集团|公司|大学|学院|总队|支队|(?:银|分|支|总)行)"
)
_NAME = re.compile(
    rf"(?=..)(?!特此|根据|按照|依照|依据|\S*关于)[\u4e00-\u9fa5（）()、·]{{0,{_LONGEST}}}?{_BODY}(?:[（(][\u4e00-\u9fa5]{{1,10}}[）)])*"
)
_OF_TITLE = re.compile(
    rf"(?!转发|关于|印发)(?P<who>[\u4e00-\u9fa5（）()、·\s]{{0,{4 * _LONGEST}}}?{_BODY})"
    r"\s?(?:关于|印发|转发|公布|公告|通告|令)"
)
_OF_REPORT = re.compile(r"(?P<who>国务院|[\u4e00-\u9fa5]{2,12}?人民政府)(?:政府)?工作报告")
_LETTERHEAD = re.compile(r"(?P<who>[\u4e00-\u9fa5]{2,30})文件\Z")

_ADOPTED_ON = re.compile(rf"[（(]?{DAY}\s*(?P<act>\S.*)")
_ASSEMBLY = re.compile(
    r"(?P<where>[\u4e00-\u9fa5]{0,16}?)第[一二三四五六七八九十]{1,3}届"
    r"(?P<who>[\u4e00-\u9fa5]{0,12}?(?:人民代表大会常务委员会|人民代表大会|人大常委会))"
)
_ACTED = re.compile(
    rf"(?:经(?!济))?(?P<who>[\u4e00-\u9fa5、]{{0,{_LONGEST}}}?{_BODY})"
    r"(?:(?:\d{4}年)?第[一二三四五六七八九十百\d]+次[\u4e00-\u9fa5]{0,3}会议(?:审议)?通过|(?:第\d+号)?(?:令|公告|发布|公布|颁布)|制定|印发)"
)
_COURT = re.compile(r"最高人民法院|最高人民检察院")

_SIGNED_ON = re.compile(rf"(?<=\s){DAY}(?=\s|[（(【\[]|\Z)")
_FRAGMENT = re.compile(
    r"(?!特此|附件|联系|此致|专此)[\u4e00-\u9fa5（）()]{4,30}"
    r"(?<!通知|公告|通告|意见|办法|方案|决定|规定|报告|措施|条例) \Z"
)
_SEAL = re.compile(r"\s*[（(](?:代章|章|盖章|公章|印章)[）)]\s*\Z")
_ENDED = "。！？；…!?;”》）)】"
_SPREAD = re.compile(r"(?<!\S)(?:\S[^\S\r\n]+)+\S(?!\S)")
_WORD = re.compile(r"\S+\s*")
_OPEN_BRACKET = re.compile("[（(《〈“][^）)》〉”]*\\Z")


def is_body(words: str) -> bool:
    """Whether `words` are the name of one body and nothing else, such as 国务院办公厅."""
    return _NAME.fullmatch(words) is not None


def issuer_of_title(title: str) -> str:
    """The bodies that a title begins with: 财政部 税务总局关于…的公告 → 财政部 税务总局."""
    found = _OF_TITLE.match(title) or _OF_REPORT.search(title)
    return _plain(found["who"]) if found else ""


def issuer_of_head(lines: Sequence[str]) -> str:
    """The body of the letterhead, or else the one that passed or issued a law."""
    for line in lines:
        if (found := _LETTERHEAD.match(line)) and is_body(found["who"]):
            return found["who"]
    for line in lines:
        if (dated := _ADOPTED_ON.match(line)) and (issuer := _issuer_of_act(dated["act"])):
            return issuer
    return ""


def _issuer_of_act(act: str) -> str:
    """Who acted: 山东省第十二届人民代表大会常务委员会第六次会议通过, 财政部令第3号公布."""
    if found := _ASSEMBLY.search(act):
        where = found["where"].removeprefix("经")
        return f"{where}{found['who']}" if where else f"全国{found['who'].removeprefix('全国')}"
    if found := _COURT.search(act):
        return found.group()
    found = _ACTED.match(act)
    # 市十二届人民代表大会 does not say of which city; a later line may.
    return _plain(found["who"]) if found and "届" not in found["who"] else ""


def _plain(who: str) -> str:
    return " ".join(who.split()).replace("中华人民共和国", "")


def signature(text: str) -> tuple[str, str]:
    """The bodies that signed and the day, where names and then a day stand by themselves; or "".

    The first signature counts: what follows it are attachments. Line ends and spaces are taken
    alike, for pages copied from the web have spaces where line ends were.
    """
    for found in _SIGNED_ON.finditer(text):
        look_at_clock()
        before = _SEAL.sub("", text[max(0, found.start() - _SIGNED_WITHIN) : found.start()])
        if signers := bodies_at_end(before):
            return signers, iso(found)
    return "", ""


def bodies_at_end(before: str) -> str:
    """The names of bodies that a text ends with, joined by a space; "" where it ends otherwise."""
    before = _SPREAD.sub(lambda found: "".join(found.group().split()), before)  # 财 政 部
    words = _WORD.findall(before)
    names = list(takewhile(is_body, (word.rstrip() for word in reversed(words))))[:_MOST]
    rest = words[: len(words) - len(names)]
    if not names or (rest and _OPEN_BRACKET.search(rest[-1])):
        return ""  # none, or ones that a sentence cites in brackets
    names.reverse()
    if rest and _is_broken_off(rest):
        names[0] = rest[-1].rstrip() + names[0]
    return " ".join(names)


def _is_broken_off(words: Sequence[str]) -> bool:
    """Whether the last word is the beginning of a long name that a line's end broke."""
    alone = len(words) == 1 or words[-2].rstrip()[-1] in _ENDED
    return alone and _FRAGMENT.match(words[-1]) is not None
