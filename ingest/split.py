"""Cutting a text that is too long into pieces that end where a reader pauses."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from ingest.limit import look_at_clock

_SEPARATORS = [
    r"\n+",
    r"[。！？!?…]+[”’」』）)》]*",
    r"[；;]",
    r"\.\s+",
    r"[，,、：:]",
    r"\s+",
    "",
]
"""Where a text may be cut, the best first; the sign stays at the end of the piece before it."""

_SHARES = (1.05, 1.15, 1.3, 2.0)
"""How much longer than equal parts a piece may be: tried until no small rest is left over."""

_MANY_PARTS = 10
"""Parts above which a small rest is not worth another try."""

_WINDOW = 8000
"""Characters that are split at once."""


def split(
    text: str, count_tokens: Callable[[str], int], max_tokens: int
) -> Iterator[tuple[int, int]]:
    """Ranges of `text` of at most `max_tokens`, about equally long, cut at the best places."""
    if len(text) > _WINDOW:
        # The splitter's time grows faster than the text.
        for start, end in _windows(text):
            for low, high in split(text[start:end], count_tokens, max_tokens):
                yield start + low, start + high
        return
    look_at_clock()
    tokens = count_tokens(text)
    if tokens <= max_tokens or len(text) == 1:
        yield 0, len(text)
        return
    # 0.5 s of imports that only indexing needs.
    from langchain_text_splitters import RecursiveCharacterTextSplitter  # noqa: PLC0415

    parts = math.ceil(tokens / max_tokens)
    per_token = len(text) / tokens
    for share in _SHARES if parts < _MANY_PARTS else _SHARES[-1:]:
        splitter = RecursiveCharacterTextSplitter(
            separators=_SEPARATORS,
            is_separator_regex=True,
            keep_separator="end",
            chunk_size=max(1, int(min(max_tokens, tokens / parts * share) * per_token)),
            chunk_overlap=0,
            strip_whitespace=False,
        )
        pieces = splitter.split_text(text)
        if len(pieces) <= parts:
            break
    offset = 0
    for piece in pieces:
        start = text.index(piece, offset)
        offset = start + len(piece)
        for low, high in split(piece, count_tokens, max_tokens):
            yield start + low, start + high


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """Ranges of a long text, each up to the last line's or sentence's end in its reach."""
    start = 0
    while start < len(text):
        end = start + _WINDOW
        if end < len(text):
            cut = max(text.rfind(sign, start + 1, end) for sign in ("\n", "。", "；", ". "))
            end = cut + 1 if cut > 0 else end
        yield start, min(end, len(text))
        start = end
