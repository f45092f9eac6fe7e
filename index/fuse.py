"""Joining several rankings into one."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]


def z_scores(scores: Scores) -> Scores:
    """Scores in standard deviations from their mean; all 0 where they are all the same."""
    deviation = scores.std() if len(scores) else 0.0
    if deviation == 0:
        return np.zeros_like(scores)
    return np.asarray((scores - scores.mean()) / deviation)


def fuse(signals: Iterable[tuple[float, Scores]]) -> Scores:
    """The weighted sum of each signal's z-scores over the same candidates.

    Normalised score sums keep the margins that reciprocal-rank fusion throws away, and rank better
    here (`tests/bench/index_retrieval.py`); Bruch, Gai and Ingber, "An Analysis of Fusion Functions
    for Hybrid Retrieval", ACM TOIS 2023, find the same in general.
    """
    return np.asarray(sum(weight * z_scores(scores) for weight, scores in signals))
