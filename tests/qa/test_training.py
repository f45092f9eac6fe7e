"""The training data hold exact spans, and a stopped training goes on."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load, save_file

from index import shipped
from index.taught import PASSAGES, QUESTIONS
from qa.network import WEIGHTS, unpacked
from qa.training import __main__ as recipe
from qa.training import clauses, embedding, lesson, plans, rivals, rules, ship
from qa.training.calibrate import Read, calibration_error, fit, held_out, shares
from qa.training.data import Material, law_title, material
from qa.training.encoder import Encoder
from qa.training.examples import Example, read, write
from qa.training.reading_sets import Asked
from qa.training.train import Plan, together, train
from qa.windows import Window

LAW = [
    Window("某条例 › 第三条", "第三条 本条例所称服务机构，是指依法设立、提供公益服务的单位。"),
    Window(
        "某条例 › 第四条", "第四条 服务机构应当自收到申请之日起十五日内作出决定，并书面告知申请人。"
    ),
    Window(
        "某条例 › 第五条",
        "第五条 违反本条例规定，擅自收费的，由主管部门责令改正，处二千元以上五千元以下罚款。",
    ),
    Window("某条例 › 第六条", "第六条 申请人对决定不服的，可以依法申请行政复议。"),
]


def made() -> list[Example]:
    chance = random.Random(3)
    return [
        *plans.examples(40, chance),
        *(one for _ in range(20) for one in rules.examples(LAW, 5, chance, "law")),
        *(one for _ in range(20) for one in clauses.examples(LAW, 5, chance, "law")),
    ]


def test_every_example_has_words_of_its_window_or_none() -> None:
    examples = made()
    assert {one.source.split("-")[1] for one in examples} >= {
        "zh",
        "en",
        "mix",
        "no",
        "duty",
        "case",
    }
    for one in examples:
        assert one.question.strip()
        if one.start < 0:
            assert (one.start, one.end, one.answer) == (-1, -1, "")
        else:
            assert 0 <= one.start < one.end <= len(one.text)
            assert one.answer == one.answer.strip()


def test_the_same_seed_makes_the_same_data() -> None:
    assert made() == made()


def test_examples_survive_their_file(tmp_path: Path) -> None:
    examples = made()
    assert write(tmp_path / "deep" / "made.jsonl", examples) == len(examples)
    assert list(read(tmp_path / "deep" / "made.jsonl")) == examples


def test_rivals_are_what_is_found_without_holding_the_answer(tmp_path: Path) -> None:
    bridges = {
        "东河大桥": "1957年",
        "西河大桥": "1968年",
        "南河大桥": "1979年",
        "北河大桥": "1983年",
    }
    asked = []
    for name, year in bridges.items():
        passage = f"{name}是一座公路桥，于{year}建成通车，全长三百米，由市政部门养护。"
        start = passage.index(year)
        question = f"{name}是哪一年建成通车的？"
        asked.append(Asked(question, name, passage, start, start + len(year), "drcd"))
    material = Material({"drcd": asked}, [], [])
    groups = [group for seed in (1, 2) for group in rivals.groups(material, tmp_path, seed)]
    answered = [group[0] for group in groups if group[0].start >= 0]
    assert 0 < len(answered) < len(groups), "some questions have rivals only"
    for one in answered:
        assert one.answer == bridges[one.text[:4]]
        assert one.text[:4] in one.question
    for group in groups:
        assert len({one.question for one in group}) == 1
        assert group[1:] or group[0].start < 0
        name = next(name for name in bridges if name in group[0].question)
        assert all(bridges[name] not in one.text for one in group if one.start < 0)


def test_a_question_is_pulled_to_what_answers_it_and_from_the_rest() -> None:
    bank = torch.eye(4)
    embedded = torch.eye(4)[[1, 3]].requires_grad_()
    right = embedding.loss(embedded, bank, [[1], [2, 3]])
    assert right.item() == pytest.approx(0.0, abs=1e-6)
    assert embedding.loss(torch.eye(4)[[0, 0]], bank, [[1], [2, 3]]).item() > 10
    embedding.loss(half := torch.full((1, 4), 0.5, requires_grad=True), bank, [[1]]).backward()
    assert half.grad is not None
    assert (half.grad < 0).tolist() == [[False, True, False, False]]


def test_both_sides_learn_which_passage_answers() -> None:
    texts = [
        "居住证每年签注一次。",
        "车辆停放收费由政府定价。",
        "养犬应当登记。",
        "烟花爆竹限时燃放。",
    ]
    asked = [
        lesson.Asked("暂住的证件多久换？", (0,), "law"),
        lesson.Asked("养狗要办什么手续？", (2,), "law"),
    ] * 6
    given = lesson.Lesson(texts, 0, asked, [])
    questions, passages = Encoder(QUESTIONS), Encoder(PASSAGES)
    before = passages.embed(texts).detach()
    with torch.no_grad():
        untaught = embedding.loss(
            questions.embed([one.question for one in asked]), before, [one.right for one in asked]
        )
    embedding.train_questions(questions, given, before, random.Random(1))
    embedding.train_both(questions, passages, given, before, random.Random(1))
    assert not torch.equal(passages.embed(texts), before), "passages have moved too"
    with torch.no_grad():
        said = questions.embed([one.question for one in asked])
        taught = embedding.loss(said, passages.embed(texts), [one.right for one in asked])
    assert taught < untaught


def test_windows_of_a_question_share_one_probability() -> None:
    edges = torch.randn(3, 5, 2)
    alone = torch.nn.functional.cross_entropy(edges[:1], torch.tensor([[2, 3]]))
    assert together(edges[:1], torch.tensor([[2, 3]])).item() == pytest.approx(alone.item())

    answered = together(edges, torch.tensor([[0, 0], [2, 3], [0, 0]])).item()
    better, rival = edges.clone(), edges.clone()
    better[1, 2, 0] += 1.0
    rival[2, 4, 1] += 1.0
    assert together(better, torch.tensor([[0, 0], [2, 3], [0, 0]])).item() < answered
    assert together(rival, torch.tensor([[0, 0], [2, 3], [0, 0]])).item() > answered

    silent = together(edges, torch.zeros(3, 2, dtype=torch.long)).item()
    assert together(rival, torch.zeros(3, 2, dtype=torch.long)).item() > silent


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_training_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    examples = [one for one in made() if len(one.text) < 60][:6]
    short = Plan(layers=1, batch_size=2, share=1 / 3)
    train(([one] for one in examples), short, tmp_path)
    train(([one] for one in examples), Plan(layers=1, batch_size=2), tmp_path)
    log = (tmp_path / "log.jsonl").read_text("utf-8").splitlines()
    assert '"from": 0' in log[0]
    assert '"from": 1' in log[-1]


def test_shipped_matrices_come_back_within_half_a_step() -> None:
    value = np.random.default_rng(0).normal(size=(96, 96)).astype(np.float32)
    small = ship.packed("w", value)
    assert small["w"].dtype == np.int8
    back = small["w"].astype(np.float32) * small["w.scale"].astype(np.float32)
    assert np.abs(back - value).max() <= small["w.scale"].max() * 0.51


def test_the_mean_of_stages_is_shipped_sealed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ship, "WEIGHTS", tmp_path / "reader.safetensors")
    stages = [tmp_path / f"{number}.safetensors" for number in (1, 3)]
    for number, path in zip((1.0, 3.0), stages, strict=True):
        save_file({"w": np.full((96, 96), number, np.float32), "answers.bias": np.ones(1)}, path)
    ship.ship(ship.mean(*stages))
    (name,) = mean = unpacked(shipped.checked(tmp_path / "reader.safetensors"))
    assert name == "w"
    assert mean["w"] == pytest.approx(2.0, abs=0.01)


def little(data: Path, to: Path, laws: int, seed: int) -> tuple[Material, Material]:
    """As `material`, but a handful."""
    kept, held = (
        Material({n: asked[:2] for n, asked in one.sets.items()}, one.laws[:1], one.everyday[:1])
        for one in material(data, to, laws, seed)
    )
    return kept, held


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_recipe_runs_from_the_data_to_what_is_shipped(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipe, "material", little)
    monkeypatch.setattr(recipe, "PLANS", 1)
    monkeypatch.setattr(ship, "WEIGHTS", tmp_path / "reader.safetensors")
    recipe.run(shared, tmp_path / "run", to_ship=True)
    made = unpacked(shipped.checked(tmp_path / "reader.safetensors"))
    known = unpacked(shipped.checked(WEIGHTS))
    assert {name: value.shape for name, value in made.items()} == {
        name: value.shape for name, value in known.items()
    }
    assert all(np.isfinite(value).all() for value in made.values())


def test_the_embedding_recipe_runs_from_the_data_to_what_is_shipped(
    shared: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(embedding, "material", little)
    for name in ("QUESTIONS", "PASSAGES"):
        side = replace(getattr(embedding, name), weights=tmp_path / f"{name}.safetensors")
        monkeypatch.setattr(embedding, name, side)
    embedding.run(shared, tmp_path / "run", to_ship=True)
    printed = capsys.readouterr().out
    assert "7 questions read" in printed
    assert all(f"\n{stage} " in printed for stage in ("none", "questions", "both"))
    for side, known in ((embedding.QUESTIONS, QUESTIONS), (embedding.PASSAGES, PASSAGES)):
        made, shipped_now = load(shipped.checked(side.weights)), load(known.weights.read_bytes())
        assert {n: v.shape for n, v in made.items()} == {n: v.shape for n, v in shipped_now.items()}
        assert all(np.isfinite(value).all() for value in made.values())


def test_what_is_held_out_is_not_trained_on(shared: Path, tmp_path: Path) -> None:
    kept, held = material(shared, tmp_path, laws=120, seed=7)
    for name, asked in held.sets.items():
        assert asked
        assert not {one.passage for one in asked} & {one.passage for one in kept.sets[name]}
    assert held.laws
    assert not {law_title(path) for path in held.laws} & {law_title(path) for path in kept.laws}
    articles = [{row["gold"][0]["name"] for row in part.everyday} for part in (kept, held)]
    assert articles[1]
    assert not articles[0] & articles[1]


def test_confidence_is_fitted_to_how_often_candidates_are_right() -> None:
    chance = random.Random(5)
    read = []
    for asked in range(400):
        for answerable in (True, False):
            signal = chance.gauss(1.0 if answerable else -1.0)
            right = answerable and chance.random() < 1 / (1 + math.exp(-2 * signal))
            read.append(
                Read(
                    asked,
                    few=False,
                    answerable=answerable,
                    features=(signal, chance.random()),
                    right=right,
                )
            )
    fitted = fit(read)
    assert fitted.weights[0] > 5 * abs(fitted.weights[1])
    confidences = held_out(read)
    told = np.array([one.right for one in read])
    assert np.mean(confidences) == pytest.approx(told.mean(), abs=0.02)
    few, many = shares(read, confidences, 0.9), shares(read, confidences, 0.1)
    assert few[0] < many[0]
    assert few[1] > many[1]


@pytest.mark.parametrize(("claimed", "error"), [(0.75, 0.0), (0.95, 0.2)])
def test_calibration_error_is_how_far_claims_are_from_what_is_right(
    claimed: float, error: float
) -> None:
    read = [
        Read(asked, few=False, answerable=True, features=(), right=asked % 4 > 0)
        for asked in range(40)
    ]
    assert calibration_error(read, [claimed] * 40) == pytest.approx(error)
