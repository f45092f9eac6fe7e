"""The index behind the page: ask it, list it, add to it, while others go on asking."""

from __future__ import annotations

import functools
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from index import build
from index.embed import PACKAGED, Embedder, open_embedder
from index.search import Index, Snapshot, status
from index.types import Hit, Indexed, NoIndex, Scope, Update
from ingest.types import Span, join
from qa import answer
from qa.types import Answer
from ui.turns import Place, Turn

AT_ONCE = 2
"""Questions answered at once. One keeps a core busy; with four on two cores, twenty clients got a
quarter fewer answers a minute."""

_PREVIEW = 180
"""Characters of a passage that is shown without answering."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A document in the list. `size` is in characters, `chunks` counts its passages."""

    document: Indexed
    chunks: int

    @property
    def size(self) -> int:
        """Characters of its text."""
        return len(self.document.text)


class Library:
    """One index folder, which may still be empty: uploading the first document makes the index."""

    def __init__(self, folder: Path, index: Index | None = None) -> None:
        self.folder = folder
        self.uploads = folder / "uploads"
        self._opening = threading.Lock()
        self._index = index
        self._answering = ThreadPoolExecutor(AT_ONCE)

    @functools.cached_property
    def _packaged(self) -> Embedder:
        return open_embedder(PACKAGED)

    @property
    def index(self) -> Index:
        """The open index. Raises `NoIndex` when there is none yet."""
        with self._opening:
            if self._index is None:
                self._index = Index(self.folder)
            return self._index

    def counts(self) -> tuple[int, int]:
        """How many documents and passages there are.

        Raises `IndexProblem` when the index cannot be read.
        """
        with suppress(NoIndex):
            held = status(self.folder)
            return held.documents, held.chunks
        return 0, 0

    def documents(self) -> list[Listed]:
        """Every document, in the order of their names.

        Raises `IndexProblem` when the index cannot be read.
        """
        with suppress(NoIndex), self.index.snapshot() as snapshot:
            chunks = snapshot.chunks_of()
            return [Listed(one, chunks.get(one.id, 0)) for one in snapshot.documents()]
        return []

    def document(self, identity: str) -> Indexed | None:
        """The document of that id, if it is still there. Raises `IndexProblem` as `documents`."""
        with suppress(KeyError, NoIndex), self.index.snapshot() as snapshot:
            return snapshot.document(identity)
        return None

    def answer(self, question: str, scope: Scope) -> Answer:
        """Answer a question when its turn has come: the page and programs wait in one line.

        Raises `QuestionError` or `IndexProblem`.
        """
        return self._answering.submit(answer.ask, self.index, question, scope=scope).result()

    def ask(self, asked: str, understood: str, scope: Scope, within: str) -> Turn:
        """As `answer` for `understood`, with all that the page shows of it."""
        answered = self.answer(understood, scope)
        documents, chunks = self.counts()
        with self.index.snapshot() as snapshot:
            cited = tuple(
                Place(
                    quote=citation.quote,
                    spans=tuple((span.start, span.end) for span in citation.spans),
                    document_id=citation.document_id,
                    doc=citation.doc,
                    title=citation.title,
                    heading_path=citation.heading_path,
                    date=_date(snapshot, citation.document_id),
                    line=citation.line,
                    page=citation.page,
                    score=citation.score,
                    answer=citation.answer,
                    at=citation.at,
                    also=citation.also,
                )
                for citation in answered.citations
            )
            nearest = tuple(place(snapshot, hit) for hit in answered.nearest)
        return Turn(
            id=uuid.uuid4().hex[:12],
            asked=asked,
            understood=understood,
            text=answered.text,
            confidence=answered.confidence,
            cited=cited,
            nearest=nearest,
            seconds=answered.seconds,
            within=within,
            documents=documents,
            chunks=chunks,
        )

    def search(self, query: str, limit: int, scope: Scope) -> list[Place]:
        """The passages about `query`, best first. Raises `QuestionError` or `IndexProblem`."""
        with self.index.snapshot() as snapshot:
            hits = snapshot.search(answer.check(query), limit, scope)
            return [place(snapshot, hit, whole=True) for hit in hits]

    def take_in(self, progress: Callable[[str, int, int], None]) -> Update:
        """Bring the index in step with the upload folder, with the progress of `build.update`."""
        self.uploads.mkdir(parents=True, exist_ok=True)
        try:
            embedder = self.index.embedder
        except NoIndex:
            embedder = self._packaged
        return build.update(self.folder, [self.uploads], embedder, prune=True, progress=progress)

    def remove(self, identity: str) -> str:
        """Take a document out, its uploaded file too; gives its title, or nothing if it is gone.

        Raises `IndexProblem` when the index cannot be read or written.
        """
        document = self.document(identity)
        if document is None:
            return ""
        for name in set(document.paths):  # two files of one name leave together
            build.remove(self.folder, name, self.index.embedder)
            uploaded = self.uploads / name
            if uploaded.parent == self.uploads:  # a name from elsewhere may lead out of the folder
                uploaded.unlink(missing_ok=True)
        return document.title


def place(snapshot: Snapshot, hit: Hit, *, whole: bool = False) -> Place:
    """Where a passage stands, with the beginning of its words, or the `whole` of them."""
    chunk = hit.chunk
    document = snapshot.document(chunk.document_id)
    spans = [Span(span.start, span.end) for span in chunk.spans]
    text = join(document.text, spans).strip()
    return Place(
        quote=text if whole or len(text) <= _PREVIEW else f"{text[:_PREVIEW]}…",
        spans=tuple((span.start, span.end) for span in spans),
        document_id=chunk.document_id,
        doc=document.paths[0],
        title=chunk.path[0] if chunk.path else document.title,
        heading_path=chunk.path,
        date=document.metadata.date,
        line=document.text.count("\n", 0, spans[0].start) + 1 if spans else 1,
        page=chunk.page,
        score=hit.score,
        dense=hit.dense,
        lexical=hit.lexical,
        also=document.paths[1:],
    )


def _date(snapshot: Snapshot, identity: str) -> str:
    try:
        return snapshot.document(identity).metadata.date
    except KeyError:  # it was removed since the answer was read
        return ""
