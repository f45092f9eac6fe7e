"""The command as a user meets it: real processes, exit codes, one-line errors."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from index.store import FILE
from ingest.types import Span, join

QUESTION = "how many 智能体 by 2028"


def policyqa(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, "-m", "ui.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(root), "PYTHONUTF8": "1"},
    )


def refused(*arguments: str | Path) -> str:
    """The one line with which the command refuses."""
    done = policyqa(*arguments)
    assert done.returncode == 2, done
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert done.stderr.startswith("policyqa: ")
    return done.stderr


@pytest.fixture
def own_index(tmp_path: Path) -> Path:
    """A small index of its own, for tests that damage it."""
    document = tmp_path / "通知.md"
    document.write_text(
        "# 关于补贴的通知\n\n补贴标准为每人300元，自2026年5月1日起执行。\n", "utf-8"
    )
    assert policyqa("index", document, "--index-dir", tmp_path / "index").returncode == 0
    return tmp_path / "index"


def test_the_example_question_is_answered_with_its_sentence_and_place(seed_index: Path) -> None:
    done = policyqa("ask", QUESTION, "--index-dir", seed_index)
    assert done.returncode == 0
    first, *rest = done.stdout.splitlines()
    assert "200个左右" in first
    shown = "\n".join(rest)
    assert "到2028年" in shown
    assert "山东加力推动“人工智能+制造”" in shown
    assert "（报纸版面）.md, line 11" in shown
    assert "\x1b" not in done.stdout


def test_json_has_the_documented_shape_and_quotes_the_file_itself(
    seed_index: Path, seeds: Path
) -> None:
    done = policyqa("ask", QUESTION, "--index-dir", seed_index, "--json")
    answer = json.loads(done.stdout)
    assert list(answer) == ["question", "found", "text", "confidence", "citations", "seconds"]
    assert answer["question"] == QUESTION
    assert answer["found"] is True
    assert 0 <= answer["confidence"] <= 1
    for citation in answer["citations"]:
        assert {
            "quote", "spans", "line", "doc", "also", "title", "heading_path", "score",
        } <= set(citation)  # fmt: skip
        source = (seeds / citation["doc"]).read_text("utf-8")
        spans = [Span(start, end) for start, end in citation["spans"]]
        assert citation["quote"] == join(source, spans)
        assert source.count("\n", 0, spans[0].start) + 1 == citation["line"]
        assert citation["heading_path"][0] == citation["title"]


def test_what_the_documents_do_not_hold_is_exit_code_1(seed_index: Path) -> None:
    done = policyqa("ask", "北京的天气怎么样？", "--index-dir", seed_index)
    assert done.returncode == 1
    assert "Not in these documents" in done.stdout
    told = policyqa("ask", "北京的天气怎么样？", "--index-dir", seed_index, "--json")
    assert told.returncode == 1
    answer = json.loads(told.stdout)
    assert answer["found"] is False
    assert answer["citations"] == []


def test_asking_imports_no_heavy_library(seed_index: Path) -> None:
    code = (
        "import sys; from ui.cli import app; "
        f"app(['ask', {QUESTION!r}, '--index-dir', {str(seed_index)!r}], standalone_mode=False); "
        "heavy = {'torch', 'transformers', 'gradio', 'sentence_transformers', 'langchain_core'}; "
        "print('HEAVY', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "200个左右" in done.stdout
    assert done.stdout.strip().endswith("HEAVY []")


def test_search_ranks_passages_with_each_signals_score(seed_index: Path) -> None:
    done = policyqa("search", "汽车产量", "--index-dir", seed_index, "-k", "2")
    assert done.returncode == 0
    scores = re.findall(r"score ([+-][\d.]+) · dense [\d.]+ · words [\d.]+", done.stdout)
    assert len(scores) == 2
    assert float(scores[0]) >= float(scores[1])
    assert "汽车产量30.6万辆" in done.stdout


def test_status_counts_what_is_there(seed_index: Path) -> None:
    done = policyqa("status", "--index-dir", seed_index, "--documents")
    assert done.returncode == 0
    assert re.search(r"documents +1\n", done.stdout)
    assert "multilingual-e5-small" in done.stdout
    assert "（报纸版面）.md" in done.stdout


def test_eval_prints_figures_and_writes_every_answer(seed_index: Path, tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    row = {"id": "q1", "question": QUESTION, "answers": ["200个左右"], "lang": "mixed"}
    questions.write_text(json.dumps(row), "utf-8")
    out = tmp_path / "answers.jsonl"
    done = policyqa("eval", questions, "--index-dir", seed_index, "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["all"]["hit_quote"] == 1.0
    assert json.loads(out.read_text("utf-8"))["id"] == "q1"


def test_indexing_skips_what_it_cannot_read_and_says_why(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "good.md").write_text("# 通知\n\n补贴每人300元。\n", "utf-8")
    (folder / "empty.md").write_text("", "utf-8")
    (folder / "picture.xyz").write_bytes(b"\0\1")
    done = policyqa("index", folder, "--index-dir", tmp_path / "index")
    assert done.returncode == 0
    assert "skipped empty.md: " in done.stdout
    assert "skipped picture.xyz: " in done.stdout
    assert done.stdout.splitlines()[-1].startswith("1 documents, 1 chunks")


def test_asking_within_a_scope_leaves_other_documents_out(tmp_path: Path) -> None:
    for year, sum_ in ((2024, 300), (2025, 400)):
        path = tmp_path / "docs" / f"{year}年通知.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"# {year}年补贴通知\n\n补贴标准为每人{sum_}元。\n", "utf-8")
    index = tmp_path / "index"
    policyqa("index", tmp_path / "docs", "--index-dir", index)
    for year, sum_ in ((2024, 300), (2025, 400)):
        done = policyqa("ask", "补贴标准是多少元？", "--doc", f"{year}年", "--index-dir", index)
        assert f"{sum_}元" in done.stdout.splitlines()[0]


# ── Bad input ────────────────────────────────────────────────────────────────────────────────────


def test_no_index_yet(tmp_path: Path) -> None:
    for command in (["ask", "好"], ["search", "好"], ["status"], ["remove", "x.md"]):
        assert "policyqa index PATH" in refused(*command, "--index-dir", tmp_path / "none")


def test_an_empty_or_endless_question(seed_index: Path) -> None:
    assert "empty" in refused("ask", "  ", "--index-dir", seed_index)
    assert "100,000" in refused("ask", "q" * 100_000, "--index-dir", seed_index)


def test_a_bad_question_is_told_before_an_index_is_opened(tmp_path: Path) -> None:
    for command in ("ask", "search"):
        assert "empty" in refused(command, "  ", "--index-dir", tmp_path / "none")


def test_an_empty_folder_and_a_missing_file(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "no document" in refused("index", tmp_path / "empty", "--index-dir", tmp_path / "index")
    assert "none.md" in refused("index", tmp_path / "none.md", "--index-dir", tmp_path / "index")


def test_an_index_made_by_another_model(own_index: Path) -> None:
    import sqlite3  # noqa: PLC0415

    import numpy as np  # noqa: PLC0415

    other = np.zeros(384, np.float32)
    with sqlite3.connect(own_index / FILE) as connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'probe'", (other.tobytes(),))
    connection.close()
    assert "another model" in refused("ask", "补贴多少？", "--index-dir", own_index)
    path = own_index.parent / "通知.md"
    assert "--rebuild" in refused("index", path, "--index-dir", own_index)
    assert policyqa("index", path, "--rebuild", "--index-dir", own_index).returncode == 0
    assert policyqa("ask", "补贴标准是多少？", "--index-dir", own_index).returncode == 0


def test_a_cache_that_cannot_be_written_is_not_taken_for_a_damaged_index(
    own_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    cache.write_text("a file, where a folder must be", "utf-8")
    monkeypatch.setenv("POLICYQA_CACHE", str(cache))
    told = refused("ask", "What is the subsidy?", "--index-dir", own_index)
    assert f"dictionary cannot be kept in {cache}" in told
    assert "POLICYQA_CACHE" in told
    for command in ("ask", "search"):
        told = refused(command, "补贴标准是多少？", "--index-dir", own_index)
        assert f"model for passages cannot be kept in {cache}" in told


def test_a_damaged_vector_file_is_refused_and_made_again(own_index: Path) -> None:
    path = next(own_index.glob("vectors-*.faiss"))
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)
    assert "damaged" in refused("ask", "补贴多少？", "--index-dir", own_index)
    again = policyqa("index", own_index.parent / "通知.md", "--index-dir", own_index)
    assert "0 chunks embedded" in again.stdout
    assert policyqa("ask", "补贴标准是多少？", "--index-dir", own_index).returncode == 0


def test_a_damaged_catalogue_is_refused_and_rebuilt(own_index: Path) -> None:
    (own_index / FILE).write_bytes(b"not a database, but of some length" * 1000)
    assert "--rebuild" in refused("ask", "补贴多少？", "--index-dir", own_index)
    path = own_index.parent / "通知.md"
    assert policyqa("index", path, "--rebuild", "--index-dir", own_index).returncode == 0
    assert policyqa("ask", "补贴标准是多少？", "--index-dir", own_index).returncode == 0


def test_an_unreadable_file_leaves_the_index_as_it_was(own_index: Path) -> None:
    path = own_index.parent / "通知.md"
    path.write_bytes(b"\0\1\2" * 100)
    assert "skipped" in policyqa("index", path, "--index-dir", own_index).stdout
    assert policyqa("ask", "补贴标准是多少？", "--index-dir", own_index).returncode == 0


def test_a_broken_question_set(seed_index: Path, tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"question": "好"}\n{broken\n', "utf-8")
    out = tmp_path / "answers.jsonl"
    told = refused("eval", questions, "--index-dir", seed_index, "--out", out)
    assert "line 2" in told
    assert not out.exists()


@pytest.mark.parametrize(
    "command", ["index", "remove", "ask", "search", "status", "inspect", "eval"]
)
def test_every_command_has_help_with_an_example(command: str) -> None:
    done = policyqa(command, "--help")
    assert done.returncode == 0
    assert "Example" in done.stdout
    assert f"policyqa {command}" in done.stdout


def test_inspect_shows_outline_metadata_passages_and_ledger(tmp_path: Path) -> None:
    document = tmp_path / "通知.md"
    text = "# 某市人民政府关于补贴的通知\n\n某政发〔2026〕3号\n\n## 一、标准\n\n每人300元。\n"
    document.write_text(text, "utf-8")
    shown = policyqa("inspect", document).stdout
    for words in ("某市人民政府", "某政发〔2026〕3号", "一、标准", "2 passages", "0  unaccounted"):
        assert words in shown
    told = json.loads(policyqa("inspect", document, "--json").stdout)
    for passage in told["passages"]:
        assert join(text, [Span(*span) for span in passage["spans"]]) == passage["text"]
    assert told["ledger"]["unaccounted"] == 0


def test_inspect_says_why_a_file_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "空.md").write_text("", "utf-8")
    assert "it is empty" in refused("inspect", tmp_path / "空.md")
