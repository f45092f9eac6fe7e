"""From a question to an answer with its citations, or to silence."""

from __future__ import annotations

import time

from index.search import Index
from index.types import Indexed, Scope
from qa.choose import Choice, Question, choose
from qa.cite import cite
from qa.reader import load
from qa.types import Answer, Citation, QuestionError

LONGEST_QUESTION = 1000
"""In characters; what is longer is a document, not a question."""

PASSAGES = 10
"""How many passages are read for an answer, unless a caller asks for another number."""


def check(question: str) -> str:
    """The question without white space around it.

    Raises `QuestionError` when it is empty or too long.
    """
    question = question.strip()
    if not question:
        raise QuestionError(
            "The question is empty. Ask something, such as: 到2028年有多少个智能体？"
        )
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"The question has {len(question):,} characters; "
            f"at most {LONGEST_QUESTION:,} can be answered. Ask about one thing at a time."
        )
    return question


def ask(
    index: Index, question: str, passages: int = PASSAGES, scope: Scope | None = None
) -> Answer:
    """Answer `question` from the `passages` best passages of `index`, within `scope`.

    Raises `QuestionError` when the question is empty or too long.
    """
    question = check(question)
    started = time.perf_counter()
    with index.snapshot() as snapshot:
        terms = snapshot.understood(question).removeprefix(question).strip()
        hits = snapshot.search(question, passages, scope)
        sources = {hit.chunk.document_id for hit in hits}
        documents = {source: snapshot.document(source) for source in sources}
        chosen = choose(Question(question, terms), hits, documents, load())
    return Answer(
        question=question,
        text=_words(chosen) if chosen else "",
        confidence=chosen.confidence if chosen else 0.0,
        citations=(_cited(chosen, documents),) if chosen else (),
        nearest=tuple(hits),
        seconds=time.perf_counter() - started,
    )


def _cited(chosen: Choice, documents: dict[str, Indexed]) -> Citation:
    return cite(documents[chosen.hit.chunk.document_id], chosen.hit, chosen.sentence)


def _words(chosen: Choice) -> str:
    return " ".join(chosen.hit.chunk.text[chosen.answer.start : chosen.answer.end].split())
