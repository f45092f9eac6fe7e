"""The vocabulary of finding: what is searched for, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ingest.errors import PolicyQAError
from ingest.types import Chunk, Metadata


class IndexProblem(PolicyQAError):  # noqa: N818 - it names the state that a user meets
    """The index is missing, damaged, busy, or made by another model or version."""


class NoIndex(IndexProblem):
    """Nothing was indexed in this folder yet."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"There is no index in {folder}. Run: policyqa index PATH…")


class DamagedIndex(IndexProblem):
    """The index cannot be read at all, and only a rebuild helps: damaged, or of another format."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which documents a search is held within; an empty field holds nothing back.

    `issuer` and `document` match any part of the issuer's name, or of the file's name or title;
    `year` is one of the years that a document is about or dated in.
    """

    issuer: str = ""
    year: int | None = None
    document: str = ""

    def __bool__(self) -> bool:
        return bool(self.issuer or self.year is not None or self.document)


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that was found, with each signal's own score, so that a ranking can be explained.

    `score` is the weighted sum of the signals' z-scores over the candidates of one search:
    comparable within a search, not between searches. `dense` is a cosine, `lexical` the share of
    the question's terms that the passage holds, and `document` the BM25 score of the whole document
    it stands in (0 where it shares no term with the question), which has that many `passages`.
    """

    chunk: Chunk
    score: float
    dense: float
    lexical: float
    document: float = 0.0
    passages: int = 1


@dataclass(frozen=True, slots=True)
class Indexed:
    """A document as the catalogue keeps it: `paths` are all the names under which it stands."""

    id: str
    paths: tuple[str, ...]
    title: str
    text: str
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class Status:
    """What an index holds. `size` is in bytes, `built` is ISO 8601 in local time."""

    documents: int
    chunks: int
    model: str
    size: int
    built: str
    generation: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was left out of an update, and why, in one line."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Update:
    """What an update did. `documents` and `chunks` count what the index holds afterwards."""

    documents: int
    chunks: int
    added: int
    changed: int
    removed: int
    embedded: int
    skipped: tuple[Skipped, ...]
    seconds: float
