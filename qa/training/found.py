"""What an index holds for a question whose answer is known: for finding rivals, and calibrating."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass

from index.search import CANDIDATES, Snapshot, alone
from index.types import Hit, Indexed
from qa.places import Question

_HANDFUL = (2, 8)
"""Documents beside the right one where only a handful is searched, from and to."""


@dataclass(frozen=True, slots=True)
class Found:
    """A question as the index `understood` it, the passages best first, and their documents."""

    question: Question
    understood: str
    hits: list[Hit]
    documents: dict[str, Indexed]

    def beside(self, file: str) -> list[str]:
        """The documents other than the one in `file`, best first."""
        return [key for key, document in self.documents.items() if file not in document.paths]

    def handful(self, file: str, chance: random.Random) -> set[str]:
        """The document in `file`, where it is found, and a few that are found beside it."""
        others = self.beside(file)
        return {*others[: chance.randint(*_HANDFUL)], *(self.documents.keys() - set(others))}

    def among(self, held: Collection[str]) -> list[Hit]:
        """The passages of the documents `held`, best first."""
        return [hit for hit in self.hits if hit.chunk.document_id in held]

    def alone_among(self, held: Collection[str]) -> list[Hit]:
        """The same, with the scores they would have if nothing else were indexed."""
        return alone(self.question.text, self.understood, self.among(held))


def find(snapshot: Snapshot, asked: str) -> Found:
    """Search for a question as answering does."""
    understood = snapshot.understood(asked)
    hits = snapshot.rank(asked, understood, CANDIDATES)
    ids = dict.fromkeys(hit.chunk.document_id for hit in hits)
    documents = {identity: snapshot.document(identity) for identity in ids}
    return Found(Question.of(asked, understood), understood, hits, documents)
