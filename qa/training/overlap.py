"""How much texts share: what a window that misleads shares with a question it does not answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix

from index.words import terms


def shared(first: str, second: str) -> int:
    """How many terms (pairs of characters, words of other scripts) two texts have in common."""
    return len(set(terms(first)) & set(terms(second)))


def nearest(questions: Sequence[str], texts: Sequence[str], count: int = 12) -> list[list[int]]:
    """For each question, the texts that share most terms with it, rare ones counting more."""
    numbers: dict[str, int] = {}

    def matrix(rows: Sequence[str]) -> csr_matrix:
        cells = [
            (row, numbers.setdefault(term, len(numbers)))
            for row, text in enumerate(rows)
            for term in sorted(set(terms(text)))
        ]
        places = np.array(cells, np.int64).reshape(-1, 2)
        return csr_matrix(
            (np.ones(len(places), np.float32), (places[:, 0], places[:, 1])),
            shape=(len(rows), 1_000_000),
        )

    held, asked = matrix(texts), matrix(questions)
    rarity = np.log(len(texts) / np.maximum(np.asarray(held.sum(axis=0)).ravel(), 1))
    scores = asked.multiply(rarity).tocsr() @ held.T.tocsr()
    found = []
    for row in range(len(questions)):
        part = scores.getrow(row)
        order = np.argsort(-part.data, kind="stable")[:count]
        found.append([int(index) for index in part.indices[order]])
    return found
