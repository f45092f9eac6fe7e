"""Yes or no: whether the words that decide a question affirm what it asks.

Only the form is looked at: words that forbid or deny, against those in the question. The sentence
itself always stands beside the verdict, so that a reader can judge.
"""

from __future__ import annotations

import re

from index.words import is_chinese

_ALTERNATIVES = re.compile(
    r"能不能|可不可以|可以不可以|会不会|有没有|是不是|要不要|需不需要|是否|能否|可否|应否"
)
_ASKS = re.compile(
    rf"{_ALTERNATIVES.pattern}|(?:吗|么|嘛)\s*[？?]?\s*$"
    r"|^\s*(?:is|are|was|were|does|do|did|can|could|may|must|should|will|has|have)\b",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"不得|不能|不可|不予|不应|不准|不许|不再|不需|不必|不属于|不适用|禁止|严禁|无需|无须|没有|未(?!来|成年)|"
    r"\b(?:not|no|never|forbidden|prohibited)\b",
    re.IGNORECASE,
)


def verdict(question: str, deciding: str) -> str:
    """是 or 否 (Yes or No to a question in English); empty where the question asks for neither.

    >>> verdict("居住证可以转让吗？", "居住证不得转让")
    '否'
    """
    if not _ASKS.search(question):
        return ""
    asked = bool(_DENIES.search(_ALTERNATIVES.sub("", question)))
    affirmed = asked == bool(_DENIES.search(deciding))
    if is_chinese(question):
        return "是" if affirmed else "否"
    return "Yes" if affirmed else "No"
