"""What the items of a list and the rows of a table need to be understood: lead-in and header."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from ingest.sentences import sentences
from ingest.types import Block, Role, Span, join, locate

_LEADS_IN = re.compile(r"[：:]\Z|下列|如下|以下")


@dataclass(frozen=True, slots=True)
class Lead:
    """A list's lead-in or a table's header, and the range of the source that it leads."""

    head: tuple[Span, ...]
    body: Span

    def is_needed_at(self, place: int) -> bool:
        """Whether a passage that begins at `place` is part of the list, without its lead-in."""
        return self.body.start < place < self.body.end


def leads_that_fit(
    source: str, blocks: Sequence[Block], count_tokens: Callable[[str], int], most: int
) -> tuple[list[Lead], int]:
    """The lead-ins and headers of at most `most` tokens, and the tokens of the longest of them."""
    fitting: list[Lead] = []
    longest = 0
    for lead in _leads(source, blocks):
        tokens = count_tokens(join(source, lead.head))
        if tokens <= most:
            fitting.append(lead)
            longest = max(longest, tokens)
    return fitting, longest


def _leads(source: str, blocks: Sequence[Block]) -> Iterator[Lead]:
    """A list's lead-in is the sentence before its items, a table's header its first row."""
    for role, group in groupby(enumerate(blocks), key=lambda pair: pair[1].role):
        members = list(group)
        first, last = members[0][1], members[-1][1]
        if role is Role.ROW:
            if len(members) > 1:
                head = first.spans
                following = members[1][1].spans[0].start
                end = break_between(source, head[-1].end, following)
                yield Lead((*head, *end), Span(following - 1, last.spans[-1].end))
        elif role is Role.ITEM and members[0][0]:
            before = blocks[members[0][0] - 1]
            words = join(source, before.spans)
            if before.role is Role.TEXT and _LEADS_IN.search(words):
                sentence = sentences(words)[-1]
                head = locate(before.spans, sentence.start, sentence.end)
                following = first.spans[0].start
                end = break_between(source, head[-1].end, following)
                yield Lead((*head, *end), Span(following - 1, last.spans[-1].end))


def break_between(source: str, end: int, start: int) -> tuple[Span, ...]:
    """The first line end between two blocks, or else the white space behind the first, if any."""
    gap = source[end:start]
    at = min((gap.index(sign) for sign in "\r\n" if sign in gap), default=0)
    return (Span(end + at, end + at + 1),) if gap[at : at + 1].isspace() else ()
