"""The vocabulary of answering: an answer, and the words that carry it."""

from __future__ import annotations

from dataclasses import dataclass

from index.types import Hit
from ingest.errors import PolicyQAError
from ingest.types import Span


class QuestionError(PolicyQAError):
    """A question that cannot be answered as it stands."""


@dataclass(frozen=True, slots=True)
class Citation:
    """The words that carry an answer, and where they stand.

    `quote == join(source, spans)`, where the source is the text of the document shown as `doc`;
    `answer` are those words of the quote that answer, from its character `at` on; `line` counts
    from 1 and is the line in which the quote begins; `heading_path` leads from the article's title
    to the section; `score` is that of the passage it stands in. `also` names where else the same
    words stand: this document under its other names, and other documents that were read.
    """

    quote: str
    answer: str
    at: int
    spans: tuple[Span, ...]
    line: int
    document_id: str
    doc: str
    title: str
    heading_path: tuple[str, ...]
    score: float
    page: int | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the documents say to a question.

    Either there are words and at least one citation that carries them, or there is neither, and
    `nearest` are passages that are about the question without answering it. `confidence` is
    between 0 and 1, `seconds` is the time it took.
    """

    question: str
    text: str
    confidence: float
    citations: tuple[Citation, ...]
    nearest: tuple[Hit, ...]
    seconds: float

    def __post_init__(self) -> None:
        if bool(self.text) != bool(self.citations):
            raise ValueError("an answer needs words and a citation that carries them, or neither")

    @property
    def found(self) -> bool:
        """Whether the documents hold an answer."""
        return bool(self.citations)

    def to_json(self) -> dict[str, object]:
        """The public form of an answer, as `--json` prints it (see the README)."""
        return {
            "question": self.question,
            "found": self.found,
            "text": self.text,
            "confidence": round(self.confidence, 4),
            "citations": [
                {
                    "quote": citation.quote,
                    "answer": citation.answer,
                    "spans": [[span.start, span.end] for span in citation.spans],
                    "line": citation.line,
                    "page": citation.page,
                    "doc": citation.doc,
                    "also": list(citation.also),
                    "title": citation.title,
                    "heading_path": list(citation.heading_path),
                    "score": round(citation.score, 4),
                }
                for citation in self.citations
            ],
            "seconds": round(self.seconds, 3),
        }
