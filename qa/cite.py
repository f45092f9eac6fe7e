"""From words in a passage to the place where they stand in the source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index.types import Hit, Indexed
from ingest.types import Span, join, locate
from qa.types import Citation


def cite(
    hit: Hit, words: Span, answer: Span, hits: Sequence[Hit], documents: Mapping[str, Indexed]
) -> Citation:
    """Cite characters `words` of the passage `hit`.

    `answer` are the characters among them that answer; `hits` are all passages that were read, and
    `documents` those that they stand in, by id.

    White space at either end is left out. Raises `ValueError` when nothing is left.
    """
    quoted = hit.chunk.text[words.start : words.end]
    start = words.start + len(quoted) - len(quoted.lstrip())
    spans = locate(hit.chunk.spans, start, start + len(quoted.strip()))
    if not spans:
        raise ValueError("a citation needs words")
    document = documents[hit.chunk.document_id]
    said = _unspaced(quoted)
    copies = {one.chunk.document_id for one in hits if said in _unspaced(one.chunk.text)}
    names = [name for one in copies for name in documents[one].paths]
    return Citation(
        quote=join(document.text, spans),
        answer=hit.chunk.text[answer.start : answer.end],
        at=answer.start - start,
        spans=spans,
        line=document.text.count("\n", 0, spans[0].start) + 1,
        document_id=document.id,
        doc=document.paths[0],
        title=hit.chunk.path[0] if hit.chunk.path else document.title,
        heading_path=hit.chunk.path,
        score=hit.score,
        page=hit.chunk.page,
        also=tuple(sorted(name for name in names if name != document.paths[0])),
    )


def _unspaced(text: str) -> str:
    """Text without white space, in which copies of a notice differ."""
    return "".join(text.split())
