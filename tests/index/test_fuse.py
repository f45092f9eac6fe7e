"""Fusion: margins count, constants do not, and words tell less the longer documents are."""

import numpy as np

from index.fuse import Scores, Signals, fuse, weights, z_scores

DENSE = np.array([0.8, 0.7, 0.9])


def signals(*, dense: Scores, terms: Scores, passages: int = 1) -> Signals:
    return Signals(dense, terms, np.zeros(len(dense)), np.full(len(dense), float(passages)))


def test_z_scores_have_mean_zero_and_unit_deviation() -> None:
    scores = z_scores(np.array([1.0, 2.0, 6.0]))
    assert abs(scores.mean()) < 1e-12
    assert abs(scores.std() - 1) < 1e-12


def test_a_signal_that_says_nothing_changes_nothing() -> None:
    assert np.allclose(fuse(signals(dense=DENSE, terms=np.zeros(3))), z_scores(DENSE))
    assert len(fuse(signals(dense=np.zeros(0), terms=np.zeros(0)))) == 0


def test_words_outweigh_meaning_in_short_documents_and_not_in_long_ones() -> None:
    against = np.array([0.4, 0.5, 0.3])
    assert fuse(signals(dense=DENSE, terms=against, passages=1)).argmax() == 1
    assert fuse(signals(dense=DENSE, terms=against, passages=100)).argmax() == 2


def test_no_weight_falls_below_zero_however_long_a_document_is() -> None:
    longest = signals(dense=DENSE, terms=np.zeros(3), passages=1_000_000)
    assert weights(longest) == weights(signals(dense=DENSE, terms=np.zeros(3), passages=150))
    assert weights(longest) == (1.0, 0.0, 0.0)


def test_terms_weigh_more_where_a_passage_holds_more_of_them() -> None:
    few, many = (signals(dense=DENSE, terms=np.array([0, 0, share])) for share in (0.1, 0.5))
    assert weights(few)[1] < weights(many)[1]
    assert weights(few)[2] == weights(many)[2]


def test_terms_out_of_a_dictionary_weigh_less() -> None:
    alone = signals(dense=DENSE, terms=np.ones(3))
    assert weights(alone, looked_up=True)[1] < weights(alone)[1]
