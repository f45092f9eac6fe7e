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
    r"(?:吗|(?<![什怎这那多])么|(?<!干)嘛)\s*[？?]?\s*$"
    r"|^\s*(?:is|are|was|were|does|do|did|can|could|may|must|should|will|has|have)\b",
    re.IGNORECASE,
)
_ASKS_WHICH = re.compile(
    r"(?:知道|告诉|了解|清楚|请问).*(?:什么|哪|多少|几|谁|如何|怎)"
    r"|\b(?:know|tell|say|show|explain)\b.*\b(?:what|which|how|when|where|who|why)\b",
    re.IGNORECASE,
)
"""A polite question for a thing: 您知道有多少个吗？"""
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
    if not _asks(question):
        return ""
    asked = bool(_DENIES.search(_ALTERNATIVES.sub("", question)))
    affirmed = asked == bool(_DENIES.search(deciding))
    if is_chinese(question):
        return "是" if affirmed else "否"
    return "Yes" if affirmed else "No"


def _asks(question: str) -> bool:
    if _ALTERNATIVES.search(question):
        return True
    return bool(_ASKS.search(question)) and not _ASKS_WHICH.search(question)
