"""From a question to an answer with its citations, or to silence."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from index.search import Index
from index.types import Scope
from qa.choose import Choice, calibration, choose
from qa.cite import cite
from qa.places import Question
from qa.reader import load
from qa.types import Answer, QuestionError
from qa.verdict import verdict

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
    return answer(index, check(question), passages, scope)


def answer(
    index: Index, question: str, passages: int = PASSAGES, scope: Scope | None = None
) -> Answer:
    """As `ask`, for a question that has come through `check`, before an index was opened say."""
    started = time.perf_counter()
    # The reader loads while passages are searched: of a first answer, that is a good part.
    with ThreadPoolExecutor(1) as thread, index.snapshot() as snapshot:
        loading = thread.submit(load)
        understood = snapshot.understood(question)
        hits = snapshot.rank(question, understood, passages, scope)
        sources = {hit.chunk.document_id for hit in hits}
        documents = {source: snapshot.document(source) for source in sources}
        asked = Question.of(question, understood)
        calibrated = calibration(snapshot.embedder().name)
        chosen = choose(asked, hits, documents, loading.result(), calibrated)
    return Answer(
        question=question,
        text=_text(question, chosen),
        confidence=max((choice.confidence for choice in chosen), default=0.0),
        citations=tuple(
            cite(choice.hit, choice.quote, choice.answer, hits, documents) for choice in chosen
        ),
        nearest=tuple(hits),
        seconds=time.perf_counter() - started,
    )


def _text(question: str, chosen: Sequence[Choice]) -> str:
    """The answer's words, in a list those of each place; a yes or no goes before them."""
    words = "；".join(map(_words, chosen))
    decided = verdict(question, words) if chosen else ""
    return f"{decided}：{words}" if decided else words


def _words(choice: Choice) -> str:
    return " ".join(choice.hit.chunk.text[choice.answer.start : choice.answer.end].split())
