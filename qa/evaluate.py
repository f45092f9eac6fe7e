"""Measuring answers against a question set.

F1 follows the official evaluation of CMRC 2018 (Cui et al., "A Span-Extraction Dataset for Chinese
Machine Reading Comprehension", EMNLP 2019): Chinese by characters, the rest by words, punctuation
left out, overlap counted as the longest common run.
"""

from __future__ import annotations

import json
import re
import statistics
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.search import Index
from ingest.errors import PolicyQAError
from ingest.types import join
from qa.answer import ask
from qa.types import Answer, Citation

_TOKEN = re.compile(r"[\u4e00-\u9fff]|[^\W_\u4e00-\u9fff]+")


class QuestionSetError(PolicyQAError):
    """A question set that cannot be read."""


@dataclass(frozen=True, slots=True)
class Row:
    """One question of a set: any of `answers` is right; `doc` is the document that holds it."""

    question: str
    answers: tuple[str, ...]
    answerable: bool
    doc: str = ""
    lang: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer beside what was asked for."""

    row: Row
    answer: Answer
    true_citations: int
    """How many of its citations have a quote that equals its spans of the source, joined."""


@dataclass(frozen=True, slots=True)
class Report:
    """Figures over a question set; a rate is None where there is nothing to count.

    Rates are shares of 1. Those of hits, F1 and `right_document` are over answerable questions, and
    an abstention counts as wrong. `f1_better` takes, of each question, the better of text and first
    quote: known answers are words in some sets and whole sentences in others. A document is the
    right one where the first citation names it, be it among those that hold the same words.
    """

    questions: int
    hit_text: float | None
    hit_quote: float | None
    f1_text: float | None
    f1_quote: float | None
    f1_better: float | None
    right_document: float | None
    true_citations: float | None
    false_answers: float | None
    false_abstentions: float | None
    seconds_p50: float
    seconds_p95: float


def read_questions(path: Path) -> list[Row]:
    """The rows of a question set in JSON Lines.

    Raises `QuestionSetError`, naming the line, when one of them is broken.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionSetError(f"{path} cannot be read: {error}. Give a JSONL file.") from error
    rows = [_row(line, path, number) for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise QuestionSetError(f"{path} holds no question. Write one JSON object a line.")
    return rows


def _row(line: str, path: Path, number: int) -> Row:
    def broken(why: str) -> QuestionSetError:
        return QuestionSetError(f"{path}, line {number}: {why}. Mend the line, then run again.")

    try:
        row = json.loads(line)
    except ValueError as error:
        raise broken(f"not JSON ({error})") from error
    if not isinstance(row, dict) or not isinstance(row.get("question"), str):
        raise broken('not an object with a "question"')
    answers = row.get("answers", [])
    if not isinstance(answers, list) or not all(isinstance(answer, str) for answer in answers):
        raise broken('"answers" is not a list of strings')
    return Row(
        question=row["question"],
        answers=tuple(answers),
        answerable=bool(row.get("answerable", bool(answers))),
        doc=str(row.get("doc") or ""),
        lang=str(row.get("lang") or ""),
        id=str(row.get("id") or ""),
    )


def judge(index: Index, rows: Iterable[Row]) -> Iterator[Judged]:
    """Ask every question, one by one."""
    for row in rows:
        answer = ask(index, row.question)
        yield Judged(row, answer, sum(_is_true(index, one) for one in answer.citations))


def _is_true(index: Index, citation: Citation) -> bool:
    """Whether the quote is its spans of the source, joined."""
    with index.snapshot() as snapshot:
        source = snapshot.document(citation.document_id).text
    return citation.quote == join(source, citation.spans)


def report(judged: Sequence[Judged]) -> Report:
    """The figures over all judged answers. Raises `ValueError` when there is none."""
    if not judged:
        raise ValueError("nothing to report on")
    answerable = [one for one in judged if one.row.answerable]
    refusable = [one for one in judged if not one.row.answerable]
    placed = [one for one in answerable if one.row.doc]
    words = [f1(one.answer.text, one.row.answers) for one in answerable]
    quotes = [f1(_first_quote(one), one.row.answers) for one in answerable]
    seconds = sorted(one.answer.seconds for one in judged)
    citations = sum(len(one.answer.citations) for one in judged)
    return Report(
        questions=len(judged),
        hit_text=_mean(_hit(one.answer.text, one.row) for one in answerable),
        hit_quote=_mean(_hit(_first_quote(one), one.row) for one in answerable),
        f1_text=_mean(words),
        f1_quote=_mean(quotes),
        f1_better=_mean(map(max, words, quotes)),
        right_document=_mean(
            one.answer.found and one.row.doc in _named(one.answer.citations[0]) for one in placed
        ),
        true_citations=sum(one.true_citations for one in judged) / citations if citations else None,
        false_answers=_mean(one.answer.found for one in refusable),
        false_abstentions=_mean(not one.answer.found for one in answerable),
        seconds_p50=statistics.median(seconds),
        seconds_p95=seconds[min(len(seconds) - 1, int(len(seconds) * 0.95))],
    )


def reports(judged: Sequence[Judged]) -> dict[str, Report]:
    """The figures over all answers, and apart for Chinese and for English or mixed questions."""
    foreign = {"en", "mixed"}
    groups = {
        "all": list(judged),
        "zh": [one for one in judged if one.row.lang == "zh"],
        "en+mixed": [one for one in judged if one.row.lang in foreign],
    }
    return {name: report(group) for name, group in groups.items() if group}


def _named(citation: Citation) -> tuple[str, ...]:
    return citation.doc, *citation.also


def _first_quote(one: Judged) -> str:
    return one.answer.citations[0].quote if one.answer.citations else ""


def _hit(text: str, row: Row) -> bool:
    return any(answer in text for answer in row.answers)


def _mean(values: Iterable[float]) -> float | None:
    listed = list(values)
    return sum(listed) / len(listed) if listed else None


def tokens(text: str) -> list[str]:
    """Chinese characters and words of other scripts, without punctuation.

    >>> tokens("打造200个AI智能体。")
    ['打', '造', '200', '个', 'ai', '智', '能', '体']
    """
    separate = re.sub(r"([\u4e00-\u9fff])", r" \1 ", unicodedata.normalize("NFKC", text).lower())
    return _TOKEN.findall(separate)


def f1(prediction: str, answers: Sequence[str]) -> float:
    """The best F1 of the prediction against any answer, by their longest common run of tokens."""
    return max((_f1(tokens(prediction), tokens(answer)) for answer in answers), default=0.0)


def _f1(predicted: Sequence[str], gold: Sequence[str]) -> float:
    run = _longest_common_run(predicted, gold)
    if not run:
        return 0.0
    precision, recall = run / len(predicted), run / len(gold)
    return 2 * precision * recall / (precision + recall)


def _longest_common_run(left: Sequence[str], right: Sequence[str]) -> int:
    longest = 0
    above = [0] * (len(right) + 1)
    for token in left:
        row = [0] * (len(right) + 1)
        for place, other in enumerate(right):
            if token == other:
                row[place + 1] = above[place] + 1
                longest = max(longest, row[place + 1])
        above = row
    return longest
