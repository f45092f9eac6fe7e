"""Joining several signals about the same passages into one score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]

_TERMS = 0.6, 0.12
_DOCUMENT = 0.35, 0.08
"""What a passage's terms and its document's weigh, meaning weighing 1, and what they lose where
documents are e times as long."""

_COVERED = 1.0
"""What terms gain where one passage holds all of the question's.

An official question finds its own words, an everyday one others in their place. Weights like these
find most of the training sets; the likeliest ones are printed by `tests/bench/index_fusion.py`.
"""

_LONGEST = 150
"""Passages of a document from which on it counts as no longer: nothing longer was fitted to."""

_LOOKED_UP = 2 / 3
"""The part of it that terms weigh out of a dictionary, which often took another word than the
documents."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What each signal says of the same passages.

    `meaning` are cosines with the question, `terms` the shares of its terms that they hold,
    `document` BM25 scores of their documents, and `passages` is how many passages each of these
    has. All are of shape (passages,).
    """

    meaning: Scores
    terms: Scores
    document: Scores
    passages: Scores


def z_scores(scores: Scores) -> Scores:
    """Scores in standard deviations from their mean; all 0 where they are all the same."""
    deviation = scores.std() if len(scores) else 0.0
    if deviation == 0:
        return np.zeros_like(scores)
    return np.asarray((scores - scores.mean()) / deviation)


def length(passages: Scores) -> float:
    """The mean logarithm of the documents' lengths in passages."""
    return float(np.log(np.minimum(passages, _LONGEST)).mean()) if len(passages) else 0.0


def weights(signals: Signals, *, looked_up: bool = False) -> tuple[float, float, float]:
    """What meaning, the passage's terms and the document's weigh among candidates.

    A long document holds every word somewhere, and what its passages have in common tells none of
    them from the rest. `looked_up` where the terms are a dictionary's.
    """
    long = length(signals.passages)
    terms, document = (most - lost * long for most, lost in (_TERMS, _DOCUMENT))
    terms += _COVERED * signals.terms.max(initial=0.0)
    return 1.0, max(0.0, terms) * (_LOOKED_UP if looked_up else 1.0), max(0.0, document)


def fuse(signals: Signals, *, looked_up: bool = False) -> Scores:
    """The weighted sum of each signal's z-scores over the same candidates.

    Normalised score sums keep the margins that reciprocal-rank fusion throws away, and rank better
    here (`tests/bench/index_retrieval.py`); Bruch, Gai and Ingber, "An Analysis of Fusion Functions
    for Hybrid Retrieval", ACM TOIS 2023, find the same in general.
    """
    told = signals.meaning, signals.terms, signals.document
    weighed = zip(weights(signals, looked_up=looked_up), told, strict=True)
    return np.asarray(sum(weight * z_scores(scores) for weight, scores in weighed))
