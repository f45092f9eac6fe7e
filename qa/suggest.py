"""Questions that the indexed documents themselves bring up, each tried before it is offered.

"培育50家以上创新载体" becomes "培育多少家创新载体？"; it is offered only when asking it brings the
number back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.search import Index
from qa.answer import ask

_CLAUSE = re.compile(
    r"(?P<before>[\u4e00-\u9fff“”A-Za-z+—-]{2,18})(?P<number>\d[\d.,]*)"
    r"(?P<unit>[个家项条名座]|[万亿]?(?:元|人|吨|辆|台|户|千瓦时?|平方米|亩)|%)"
    r"(?:左右|以上|以内|以下)?(?P<after>[\u4e00-\u9fff“”A-Za-z+、]{0,24})(?=[，；。,;])"
)
_BY_YEAR = re.compile(r"到(?:20)\d\d年")
_SENTENCE = re.compile(r"[^。！？\n]+")
_SHORTEST = 6
"""Characters beside the number, fewer of which say too little of what is asked: 增长百分之多少？"""

_TRIED_EACH = 4
"""Questions tried for each one that is wanted."""


def suggest(index: Index, limit: int) -> list[str]:
    """At most `limit` questions that the documents answer, from as many documents as there are."""
    with index.snapshot() as snapshot:
        drafts = [_drafts(document.text) for document in snapshot.documents()]
    found: list[str] = []
    tried = 0
    while drafts and len(found) < limit and tried < limit * _TRIED_EACH:
        for draft in list(drafts):
            question, number = next(draft, ("", ""))
            if not question:
                drafts.remove(draft)
                continue
            tried += 1
            answer = ask(index, question)
            if answer.found and number in answer.text and question not in found:
                found.append(question)
            if len(found) == limit or tried == limit * _TRIED_EACH:
                break
    return found


def _drafts(text: str) -> Iterator[tuple[str, str]]:
    """Questions with the number that would answer each."""
    for sentence in _SENTENCE.findall(text):
        year = _BY_YEAR.search(sentence)
        for match in _CLAUSE.finditer(f"{sentence}。"):
            before, unit, after = match["before"], match["unit"], match["after"]
            if len(unit) == 1 and unit != "%" and not after:
                continue
            if len(before + after) < _SHORTEST:
                continue
            amount = f"百分之多少{after}" if unit == "%" else f"多少{unit}{after}"
            when = year.group() if year and year.start() < match.start() else ""
            yield f"{when}{before}{amount}？", match["number"]
