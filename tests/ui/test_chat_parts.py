"""The chat's parts, without a browser."""

from __future__ import annotations

import ast
import io
import json
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document

from index.embed import PackagedModel
from index.search import Index
from index.types import DamagedIndex, Indexed, Scope
from ingest.errors import PolicyQAError
from ingest.types import Metadata
from ui import export, feedback, page, source
from ui.auth import add_user, may_enter, read_users
from ui.documents import Progress
from ui.layout import STATIC
from ui.library import AT_ONCE, Library
from ui.reasons import in_words
from ui.scope import scope
from ui.serve import check_host, start
from ui.turns import (
    Talk,
    Turn,
    talk_from_text,
    talks_from_text,
    talks_to_text,
    turn_to_text,
)
from ui.upload import safe_name, take
from ui.words import CHINESE, ENGLISH, Words, preferred

ROOT = Path(__file__).parents[2]
QUESTION = "到2028年打造多少个工业智能体？"


@pytest.fixture(scope="module")
def library(seed_index: Path, embedder: PackagedModel) -> Library:
    return Library(seed_index, Index(seed_index, embedder))


@pytest.fixture(scope="module")
def turn(library: Library) -> Turn:
    return library.ask(QUESTION, QUESTION, Scope(), "")


def test_a_conversation_survives_the_browsers_storage(turn: Turn) -> None:
    talk = Talk((turn,), "李")
    assert talk_from_text(talk.to_text(), "李") == talk
    assert talk_from_text(talk.to_text(), "王") == Talk(user="王")
    added = f'{{"user": "李", "turns": [{turn_to_text(turn)}]}}'  # as the page puts it in
    assert talk_from_text(added, "李") == talk
    copied = Talk((replace(turn, cited=(replace(turn.cited[0], also=("转发.md",)),)),), "李")
    assert talk_from_text(copied.to_text(), "李") == copied


def test_a_conversation_kept_before_copies_were_named_opens(turn: Turn) -> None:
    talk = Talk((turn,), "李")
    before = json.loads(talk.to_text())
    for place in (*before["turns"][0]["cited"], *before["turns"][0]["nearest"]):
        del place["also"]
    assert talk_from_text(json.dumps(before), "李") == talk


@pytest.mark.parametrize(
    "kept", [None, 1, "", "x", "[]", "{}", '{"user": ""}', '{"user": "", "turns": [1]}']
)
def test_what_fits_not_is_let_go(kept: object) -> None:
    assert talk_from_text(kept, "") == Talk()
    assert talks_from_text(kept, "") == ()


def test_the_oldest_conversations_leave_when_the_browser_has_no_more_room(
    turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    talks = tuple(Talk((replace(turn, id=str(number)),)) for number in range(5))
    assert talks_from_text(talks_to_text(talks), "") == talks
    size = len(talks[0].to_text().encode())
    monkeypatch.setattr("ui.turns.ROOM", 2 * size)
    assert talks_from_text(talks_to_text(talks), "") == talks[:2]


def test_the_marked_words_are_the_spans_of_the_source(library: Library, turn: Turn) -> None:
    place = turn.cited[0]
    document = library.document(place.document_id)
    assert document is not None
    spans = source.sound(document, [list(span) for span in place.spans])
    assert f"<mark>{place.quote}</mark>" in source.panel(document, spans, CHINESE)
    before, answer, after = place.parts
    assert answer == place.answer == turn.text
    shown = source.panel(document, spans, CHINESE, (len(before), len(before) + len(answer)))
    assert f"<mark>{before}<strong>{answer}</strong>{after}</mark>" in shown


def test_words_that_answer_across_a_broken_sentence_are_marked_in_both_pieces() -> None:
    text = "打造2<0页眉0个智能体"
    document = Indexed("x", ("x.md",), "题", text, Metadata())
    spans = source.sound(document, [[0, 4], [6, 11]])
    shown = source.panel(document, spans, CHINESE, (2, 6))
    assert (
        "<mark>打造<strong>2&lt;</strong></mark>0页<mark><strong>眉0</strong>个智能</mark>体"
        in shown
    )


@pytest.mark.parametrize("sent", [None, "ab", [], [1], [1, "2"], [1, 2, 3], {"0": 1}])
def test_words_that_answer_are_no_more_than_two_numbers(sent: object) -> None:
    assert source.answering(sent) == (0, 0)


@pytest.mark.parametrize("spans", [None, "x", [[0]], [[3, 1]], [[0, 10**9]], [[0, 5], [2, 8]]])
def test_spans_that_are_none_mark_nothing(library: Library, turn: Turn, spans: object) -> None:
    document = library.document(turn.cited[0].document_id)
    assert document is not None
    assert source.sound(document, spans) == ()


def test_exports_hold_answer_quote_and_place(turn: Turn) -> None:
    talk = Talk((turn,))
    text = export.talk_markdown(talk, CHINESE)
    assert turn.text in text
    assert "第 11 行" in text
    paragraphs = Document(io.BytesIO(export.talk_docx(talk, CHINESE))).paragraphs
    said = [paragraph.text for paragraph in paragraphs]
    assert turn.text in said
    assert turn.cited[0].quote in said


def test_markdown_of_a_document_means_nothing_in_an_export() -> None:
    assert export.plain("# [点](javascript:1) <b>\n- *x*") == (
        r"\# \[点\](javascript:1) \<b\> - \*x\*"
    )


def test_feedback_is_kept_and_the_last_word_counts(tmp_path: Path, turn: Turn) -> None:
    feedback.keep(tmp_path, turn, 1, "", "")
    feedback.keep(tmp_path, turn, -1, " 年份不对 ", "李")
    with (tmp_path / feedback.FILE).open("a") as file:
        file.write('{"half": ')
    (judged,) = feedback.read(tmp_path)
    assert (judged.vote, judged.note, judged.question) == (-1, "年份不对", QUESTION)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/通知.md", "通知.md"),
        ("C:\\docs\\a.md", "a.md"),
        (".ssh.md", "ssh.md"),
        ("a\u202e\n<b>.md", "a_b_.md"),
        ("“人工智能+制造”（版面）.md", "“人工智能+制造”（版面）.md"),
        ("", "_"),
        ("..", "_"),
    ],
)
def test_names_are_made_safe(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_a_name_fits_every_file_system() -> None:
    name = safe_name("长" * 300 + ".md")
    assert len(name.encode()) <= 183
    assert name.endswith(".md")


def test_what_a_file_is_gets_told_from_its_content(tmp_path: Path) -> None:
    files = {
        "a.pdf": b"<html>",
        "b.docx": b"PK\x03\x04",
        "c.md": b"\x7fELF\x00",
        "d.exe": b"MZ",
        "good.md": b"# x",
    }
    given = []
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        given.append((str(tmp_path / name), name))
    with zipfile.ZipFile(tmp_path / "e.docx", "w") as packed:
        packed.writestr("evil.txt", "x")
    refused = take(tmp_path / "uploads", [*given, (str(tmp_path / "e.docx"), "e.docx")])
    assert [name for name, _ in refused] == ["a.pdf", "b.docx", "c.md", "d.exe", "e.docx"]
    assert [path.name for path in (tmp_path / "uploads").iterdir()] == ["good.md"]


def reasons() -> Iterator[str]:
    """Every reason that reading or taking a file in can give, with 7 for what is filled in."""
    for file in [*(ROOT / "ingest").glob("*.py"), ROOT / "ui" / "upload.py"]:
        nodes = list(ast.walk(ast.parse(file.read_text("utf-8"))))
        filled = [node for node in nodes if isinstance(node, ast.JoinedStr)]
        pieces = {id(piece) for node in filled for piece in node.values}
        texts = [
            "".join(
                getattr(piece, "value", "") if isinstance(piece, ast.Constant) else "7"
                for piece in node.values
            )
            for node in filled
        ]
        texts += [
            node.value
            for node in nodes
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in pieces
        ]
        for text in texts:
            if (
                re.match(r"(it|its|there|files|reading|no text) (\w+ )+\w+", text)
                and "\n" not in text
            ):
                yield text


def test_every_reason_has_words_in_chinese() -> None:
    found = set(reasons())
    assert "it is empty" in found
    assert "it is larger than 7 MB; split it into smaller files" in found
    assert [one for one in found if in_words(one, CHINESE) == one] == []
    assert in_words("it is empty", ENGLISH) == "it is empty"


def errors() -> Iterator[str]:
    """Every error that asking and indexing can raise, with 7 for what is filled in."""
    kinds = {"IndexProblem", "DamagedIndex", "ModelError", "QuestionError", "__init__"}
    asking = (ROOT / "qa" / "answer.py", ROOT / "qa" / "network.py")
    for file in [*(ROOT / "index").glob("*.py"), *asking]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            if getattr(node.func, "id", getattr(node.func, "attr", "")) not in kinds:
                continue
            if isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)
            elif isinstance(node.args[0], ast.JoinedStr):
                yield "".join(
                    str(piece.value) if isinstance(piece, ast.Constant) else "7"
                    for piece in node.args[0].values
                )


def test_every_error_has_words_in_chinese() -> None:
    found = set(errors())
    assert "There is no index in 7. Run: policyqa index PATH…" in found
    assert len(found) > 20
    assert [one for one in found if in_words(one, CHINESE) == one] == []


def test_an_index_that_cannot_be_read_is_not_taken_for_an_empty_one(
    seed_index: Path, tmp_path: Path
) -> None:
    assert Library(tmp_path / "none").counts() == (0, 0)
    assert Library(tmp_path / "none").documents() == []
    shutil.copytree(seed_index, tmp_path / "index")
    (tmp_path / "index" / "catalogue.sqlite").write_bytes(b"no catalogue" * 1000)
    broken = Library(tmp_path / "index")
    for look in (broken.counts, broken.documents, lambda: broken.document("x")):
        with pytest.raises(DamagedIndex):
            look()
    with pytest.raises(DamagedIndex):
        start(tmp_path / "index", "127.0.0.1", 7860, None)


def test_passwords_are_hashed(tmp_path: Path) -> None:
    file = tmp_path / "users.json"
    add_user(file, "李", "correct horse")
    assert "correct" not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    users = read_users(file)
    assert may_enter(users, "李", "correct horse")
    assert not may_enter(users, "李", "wrong horse")
    assert not may_enter(users, "王", "")
    with pytest.raises(PolicyQAError, match="8 characters"):
        add_user(file, "王", "short")


@pytest.mark.parametrize("text", ["", "{}", '{"scrypt": {"a": ["zz", ""]}}', "[]"])
def test_a_file_of_users_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "users.json").write_text(text)
    with pytest.raises(PolicyQAError, match="no file of users"):
        read_users(tmp_path / "users.json")


def test_other_machines_are_let_in_only_with_a_login(tmp_path: Path) -> None:
    for host in ("127.0.0.1", "::1", "localhost"):
        check_host(host, None)
    for host in ("0.0.0.0", "::", "192.168.1.5", "example.org"):  # noqa: S104 - what is refused
        with pytest.raises(PolicyQAError, match="--auth"):
            check_host(host, None)
    check_host("0.0.0.0", tmp_path)  # noqa: S104


def test_choices_become_a_scope() -> None:
    assert scope("", "", "") == (Scope(), "")
    assert scope("a.md", "省政府", "2026") == (
        Scope("省政府", 2026, "a.md"),
        "a.md · 省政府 · 2026",
    )


def test_the_browser_chooses_the_language() -> None:
    assert preferred("en-US,en;q=0.9").code == "en"
    assert preferred("fr, zh-CN").code == "zh"
    assert preferred("").code == "zh"


def test_more_questions_than_can_be_answered_at_once_wait(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    running: list[str] = []
    most = 0

    def slow(_index: Index, question: str, scope: Scope) -> str:
        nonlocal most
        running.append(question)
        most = max(most, len(running))
        time.sleep(0.05)
        running.remove(question)
        return f"{question}{scope.year}"

    monkeypatch.setattr("qa.answer.ask", slow)
    with ThreadPoolExecutor(6) as clients:
        asked = [clients.submit(library.answer, str(number), Scope()) for number in range(6)]
    assert [one.result() for one in asked] == [f"{number}None" for number in range(6)]
    assert most == AT_ONCE


@pytest.mark.parametrize("words", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_progress_tells_files_chunks_and_time_left(words: Words) -> None:
    progress = Progress(words)
    assert words.starting in progress.html()
    progress.step("reading", 3, 3)
    progress.step("embedding", 5, 20)
    shown = progress.html()
    assert words.files.format(3, 3) in shown
    assert words.chunks.format(5, 20) in shown
    assert 'aria-valuenow="5"' in shown


def test_text_is_escaped_wherever_it_stands(turn: Turn) -> None:
    evil = '"><script>x</script>'
    place = replace(
        turn.cited[0], quote=evil, doc=evil, also=(evil,), heading_path=(evil,), document_id=evil
    )
    shown = page.turn(
        replace(turn, asked=evil, understood=evil * 2, text=evil, cited=(place,)), ENGLISH
    )
    assert "<script" not in shown
    assert evil not in shown


def _light(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_text_has_the_contrast_of_aa(theme: int) -> None:
    css = (STATIC / "chat.css").read_text("utf-8")
    block = re.findall(r"\{[^}]*--paper:[^}]*\}", css)[theme]
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
    pairs = [(text, ground) for text in ("ink", "soft", "accent") for ground in ("paper", "sheet")]
    pairs += [
        ("mark-ink", "mark"),
        ("ink", "quoted"),
        ("accent-ink", "accent"),
        ("accent", "tint"),
        ("ink", "tint"),
    ]
    pairs += [("warn", "warn-tint"), ("ink", "warn-tint"), ("warn", "paper"), ("soft", "tint")]
    for text, ground in pairs:
        dark, light = sorted((_light(colours[text]), _light(colours[ground])))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground)


def test_the_command_starts_without_gradio() -> None:
    code = "import sys, ui.cli; print([m for m in ('gradio', 'torch', 'docx') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


WRITES = """
import sys
from pathlib import Path
from ui.chat import Chat
from ui.library import AT_ONCE, Library
from ui.reasons import in_words

chat = Chat(Library(Path(sys.argv[1])))
written = {}
for event in chat.blocks.fns.values():
    if event.fn:
        written.setdefault(event.fn.__name__, set()).update(event.outputs)
assert chat.parts.answered in written["ask"]
assert written["welcome"] == {chat.parts.welcome}
"""


def test_a_welcome_that_comes_late_replaces_no_turn(tmp_path: Path) -> None:
    # Its own process, for Gradio leaves an event loop open.
    run = subprocess.run(
        [sys.executable, "-c", WRITES, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert run.returncode == 0, run.stderr
