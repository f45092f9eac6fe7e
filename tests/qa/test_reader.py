"""The reader finds the words that answer, and says when none do."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from index import graph
from index.cache import ModelError
from index.model import prepare
from index.pieces import pieces
from qa import network
from qa.inputs import shared_lengths
from qa.reader import Reader, likeliest, load, most_shared, span_scores
from qa.training.network import Network, batch
from qa.windows import Window, cut

WINDOW = Window(
    "某市促进健康养老服务实施意见 › 二、主要目标",
    "到2031年，全市新建社区食堂120家左右，培训护理员3500名，养老床位达到4.2万张。",
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load()


@pytest.mark.parametrize(
    ("question", "terms", "answer"),
    [
        ("到2031年要新建多少家社区食堂？", "", "120家左右"),
        ("护理员要培训多少名", "", "3500名"),
        ("how many 社区食堂 by 2031", "", "120家左右"),
        ("How many nursing beds are planned by 2031?", "养老 床位", "4.2万张"),
    ],
)
def test_the_answer_is_the_figure_that_was_asked_for(
    reader: Reader, question: str, terms: str, answer: str
) -> None:
    (reading,) = reader.read(question, [WINDOW], terms)
    assert WINDOW.text[reading.start : reading.end] == answer
    assert reading.score > 0


@pytest.mark.parametrize(
    "question", ["全市新建多少所小学？", "社区食堂由谁负责？", "What is the GDP target?"]
)
def test_a_window_without_an_answer_scores_below_no_answer(reader: Reader, question: str) -> None:
    (reading,) = reader.read(question, [WINDOW])
    assert reading.score < 0


def test_windows_are_read_each_for_itself(reader: Reader) -> None:
    other = Window("", "本办法自2020年3月1日起施行。")
    alone = [reader.read("本办法何时施行？", [window])[0] for window in (WINDOW, other)]
    together = reader.read("本办法何时施行？", [WINDOW, other])
    assert [one.score for one in together] == pytest.approx([one.score for one in alone], abs=1e-3)
    assert "2020年3月1日" in other.text[together[1].start : together[1].end]


def test_where_an_answer_may_end_in_several_places_the_middle_one_is_taken() -> None:
    edges = np.full((12, 2), -9.0)
    edges[2, 0] = 5.0
    edges[[3, 8, 9, 10], 1] = 2.2, 2.0, 2.1, 2.0
    spans, scores = likeliest(span_scores(edges))
    assert spans[0].tolist() == [2, 3]
    assert spans[most_shared(spans, scores)].tolist() == [2, 9]
    edges[3, 1] = 9.0
    spans, scores = likeliest(span_scores(edges))
    assert spans[most_shared(spans, scores)].tolist() == [2, 3]


def test_a_window_of_few_tokens_has_few_spans() -> None:
    spans, scores = likeliest(span_scores(np.array([[1.0, 0.0], [0.0, 0.5]])))
    assert spans.tolist() == [[0, 1], [0, 0], [1, 1]]
    assert scores.tolist() == [1.5, 1.0, 0.5]
    assert most_shared(spans, scores) == 0


def test_the_tokenizer_cuts_as_the_models_own() -> None:
    own = Tokenizer.from_file(str(prepare() / "tokenizer.json"))
    for text in (
        "到2028年打造200个左右工业智能体",
        "How many 智能体？",
        "ＧＤＰ增长５％",
        "第十二条",
    ):
        assert list(pieces().encode(text).ids) == own.encode(text, add_special_tokens=False).ids


def test_a_half_of_a_pair_of_code_units_is_an_unknown_piece() -> None:
    assert len(pieces().encode("产值\ud83d").ids) == len(pieces().encode("产值").ids) + 1


@pytest.mark.parametrize(
    ("rounded", "near", "question", "words"),
    [
        (False, 0.05, "到2031年要新建多少家社区食堂？", "120家左右"),
        (True, 0.4, "到2031年要新建多少家社区食堂？", "120家左右"),
        (False, 0.05, "主要目标是什么？", WINDOW.text[:-1]),  # its score is spread over several
    ],
)
def test_what_runs_is_what_was_trained(
    rounded: bool,  # noqa: FBT001 - a parameter of the test
    near: float,
    question: str,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """ONNX Runtime over the joined weights gives the scores that torch gives, but for rounding."""
    trained = network.unpacked(network.WEIGHTS.read_bytes())
    layers = {name.split(".")[2] for name in trained if name.startswith("encoder.")}
    taught = Network(prepare(), len(layers))
    taught.load_state_dict(
        {name: torch.from_numpy(value) for name, value in trained.items()}, strict=False
    )
    taught.eval()
    if not rounded:
        monkeypatch.setattr(graph, "_ROUNDED", re.compile("none"))
    network.join(trained, tmp_path)
    reader = Reader(tmp_path)
    given = reader.prepared(question, WINDOW)
    with torch.no_grad():
        scores, _ = taught(batch([given]))
    edges = scores[0].numpy()
    inside = edges[given.first : given.last]
    (reading,) = reader.read(question, [WINDOW])
    spans = (inside[:, :1] + inside[None, :, 1])[np.triu_indices(len(inside))]
    answered = np.log(np.exp(spans.astype(float)).sum())
    assert reading.score == pytest.approx(float(answered - edges[0].sum()), abs=near)
    assert WINDOW.text[reading.start : reading.end] == words


def test_damaged_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = tmp_path / "reader.safetensors"
    damaged.write_bytes(network.WEIGHTS.read_bytes()[:-1] + b"?")
    shutil.copy(network.WEIGHTS.with_suffix(".sha256"), tmp_path)
    monkeypatch.setattr(network, "WEIGHTS", damaged)
    monkeypatch.setenv("POLICYQA_CACHE", str(tmp_path / "cache"))
    with pytest.raises(ModelError, match="damaged"):
        network.prepare()


@pytest.mark.parametrize("kept", [".safetensors", ".sha256"])
def test_a_missing_file_is_told_with_what_to_do(
    kept: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(network.WEIGHTS.with_suffix(kept), tmp_path)
    monkeypatch.setattr(network, "WEIGHTS", tmp_path / network.WEIGHTS.name)
    monkeypatch.setenv("POLICYQA_CACHE", str(tmp_path / "cache"))
    with pytest.raises(ModelError, match="Install policyqa again"):
        network.prepare()


def test_a_killed_preparation_leaves_nothing_half_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLICYQA_CACHE", str(tmp_path))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(network, "join", full)
    with pytest.raises(ModelError, match="No space left"):
        network.prepare()
    assert list(tmp_path.rglob("*.onnx")) == []
    monkeypatch.undo()
    monkeypatch.setenv("POLICYQA_CACHE", str(tmp_path))
    assert (network.prepare() / graph.FILE).is_file()


def test_windows_cover_a_text_and_end_where_a_sentence_or_clause_does() -> None:
    text = "第一句话说明目的。" * 20 + "这是一个很长的句子，" * 30 + "完。"
    ranges = cut(text, 60)
    assert "".join(text[start:end] for start, end in ranges) == text
    assert all(text[end - 1] in "。，" and end - start <= 60 for start, end in ranges)


def test_the_longest_shared_string_is_counted_for_each_character() -> None:
    assert shared_lengths("打造智能体", "多少个智能体") == [0, 0, 3, 3, 3]
    assert shared_lengths("，。", "，。") == [0, 0]
