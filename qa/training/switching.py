"""Mixed questions: the Chinese question word of a question exchanged for an English one."""

from __future__ import annotations

import random
import re
from dataclasses import replace

from qa.training.examples import Example

_WORDS = (
    (r"在?(?:什么|甚么)时候|(?:在|于)?何时|(?:在|于)?什么时间", ("when",)),
    (r"(?:在|于)?(?:哪一年|哪年|何年|几几年)", ("in which year", "which year", "when")),
    (r"(?:在|于|位于)?(?:什么地方|哪里|何处|哪儿|何地)", ("where",)),
    (r"为什么|为何|什么原因", ("why",)),
    (r"多长时间|多久", ("how long",)),
    (r"(?:有|为|是)?(?:多少|几)(?=[个位人名次座家种条所])[个位人名次座家种条所]?", ("how many",)),
    (r"(?:有|为|是)?多少", ("how much", "how many")),
    (r"(?:是|由|被)?(?:谁|哪位|何人|哪个人)", ("who", "by whom")),
    (r"(?:是|有|为)?(?:哪些|哪几[个种])", ("which", "what")),
    (r"(?:是|为)?哪(?:一)?[个所座种家](?:国家|城市|地区|公司)?", ("which", "what")),
    (r"(?:是|为|叫)?什么(?:名字)?", ("what", "what is")),
)


def switched(example: Example, chance: random.Random) -> Example | None:
    """The example asked in both languages; None where no question word is known."""
    for pattern, english in _WORDS:
        match = re.search(pattern, example.question)
        if match is None:
            continue
        word = chance.choice(english)
        before = example.question[: match.start()].strip("，, ")
        after = example.question[match.end() :].strip("？?，, ")
        parts = [before, word, after] if chance.random() < 0.4 else [word, before, after]
        question = " ".join(part for part in parts if part) + chance.choice(("?", ""))
        return replace(example, question=question, source=f"{example.source}-mix")
    return None
