"""Fusion: margins count, constants do not."""

import numpy as np

from index.fuse import fuse, z_scores


def test_z_scores_have_mean_zero_and_unit_deviation() -> None:
    scores = z_scores(np.array([1.0, 2.0, 6.0]))
    assert abs(scores.mean()) < 1e-12
    assert abs(scores.std() - 1) < 1e-12


def test_a_signal_that_says_nothing_changes_nothing() -> None:
    dense = np.array([0.8, 0.7, 0.9])
    assert np.allclose(fuse([(1.0, dense), (1.0, np.zeros(3))]), z_scores(dense))
    assert len(fuse([(1.0, np.zeros(0))])) == 0
