"""Bringing an index in step with files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index import build, search, store, vectors
from index.build import remove, update
from index.embed import Embedder
from index.search import Index, Snapshot, status
from index.types import IndexProblem, Scope
from ingest.types import join


def names(folder: Path, toy: Embedder) -> set[str]:
    with Index(folder, toy).snapshot() as snapshot:
        return {path for document in snapshot.documents() for path in document.paths}


def first(folder: Path, embedder: Embedder, question: str) -> str:
    with Index(folder, embedder).snapshot() as snapshot:
        return closest(snapshot, question)


def closest(snapshot: Snapshot, question: str) -> str:
    """The first by its words: the toy's vectors have no meaning, and outweigh them as they fall."""
    return max(snapshot.search(question, 10), key=lambda hit: hit.lexical).chunk.text


def test_only_what_is_new_or_changed_is_embedded(
    papers: Path, tmp_path: Path, toy: Embedder
) -> None:
    folder = tmp_path / "index"
    assert update(folder, [papers], toy).added == 3
    again = update(folder, [papers], toy)
    assert (again.added, again.changed, again.embedded) == (0, 0, 0)
    (papers / "新.md").write_text("# 新的通知\n\n补助三万元。\n", "utf-8")
    (papers / "北京.md").write_text("# 北京市通知\n\n2021年恢复举办展会。\n", "utf-8")
    after = update(folder, [papers], toy)
    assert (after.added, after.changed, after.embedded, after.documents) == (1, 1, 2, 4)
    assert "2021年恢复" in first(folder, toy, "展会")


def test_an_unchanged_corpus_publishes_nothing(papers: Path, tmp_path: Path, toy: Embedder) -> None:
    update(tmp_path / "index", [papers], toy)
    update(tmp_path / "index", [papers], toy)
    assert status(tmp_path / "index").generation == 1


def test_every_chunk_is_its_spans_of_the_source(
    papers: Path, tmp_path: Path, toy: Embedder
) -> None:
    update(tmp_path / "index", [papers], toy)
    with Index(tmp_path / "index", toy).snapshot() as snapshot:
        for hit in snapshot.search("行动方案 通知", 10):
            source = snapshot.document(hit.chunk.document_id).text
            assert join(source, hit.chunk.spans) == hit.chunk.text


def test_the_same_text_under_two_names_is_one_document(
    papers: Path, tmp_path: Path, toy: Embedder
) -> None:
    (papers / "副本.md").write_bytes((papers / "北京.md").read_bytes())
    done = update(tmp_path / "index", [papers], toy)
    assert done.documents == 3
    assert {"北京.md", "副本.md"} <= names(tmp_path / "index", toy)
    assert remove(tmp_path / "index", "北京.md", toy) == 1
    assert status(tmp_path / "index").documents == 3
    assert remove(tmp_path / "index", "副本.md", toy) == 1
    assert status(tmp_path / "index").documents == 2


def test_a_file_given_twice_counts_once(papers: Path, tmp_path: Path, toy: Embedder) -> None:
    paths = [papers, papers / "北京.md", papers / ".." / papers.name]
    assert update(tmp_path / "index", paths, toy).added == 3


def test_removing_takes_chunks_terms_and_vectors_along(
    papers: Path, tmp_path: Path, toy: Embedder
) -> None:
    folder = tmp_path / "index"
    update(folder, [papers], toy)
    remove(folder, "北京.md", toy)
    with store.opened(folder) as connection:
        for table in ("chunk", "vector", "chunk_terms", "document", "document_terms"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (2,)
    with Index(folder, toy).snapshot() as snapshot:
        assert all("展会" not in hit.chunk.text for hit in snapshot.search("展会", 5))


def test_removing_an_unknown_name_says_where_the_names_are(
    papers: Path, tmp_path: Path, toy: Embedder
) -> None:
    update(tmp_path / "index", [papers], toy)
    with pytest.raises(IndexProblem, match="policyqa status --documents"):
        remove(tmp_path / "index", "没有.md", toy)


def test_pruning_forgets_files_that_are_gone(papers: Path, tmp_path: Path, toy: Embedder) -> None:
    folder = tmp_path / "index"
    update(folder, [papers], toy)
    (papers / "北京.md").unlink()
    assert update(folder, [papers], toy).documents == 3
    assert update(folder, [papers], toy, prune=True).removed == 1
    assert "北京.md" not in names(folder, toy)


def test_pruning_takes_nothing_along_when_the_folder_itself_is_away(
    papers: Path, tmp_path: Path, toy: Embedder
) -> None:
    folder = tmp_path / "index"
    update(folder, [papers], toy)
    papers.rename(tmp_path / "unmounted")
    assert update(folder, [papers], toy, prune=True).removed == 0
    assert status(folder).documents == 3


def test_an_unreadable_new_version_leaves_the_old_one(
    papers: Path, tmp_path: Path, toy: Embedder
) -> None:
    folder = tmp_path / "index"
    update(folder, [papers], toy)
    (papers / "北京.md").write_text("", "utf-8")
    done = update(folder, [papers], toy)
    assert "what it held before stays in the index" in done.skipped[0].reason
    assert "暂停举办展会" in first(folder, toy, "展会")


def test_a_rebuild_with_another_model_replaces_every_vector(
    papers: Path, tmp_path: Path, toy: Embedder, other: Embedder
) -> None:
    folder = tmp_path / "index"
    update(folder, [papers], toy)
    with pytest.raises(IndexProblem, match="made by the model toy"):
        update(folder, [papers], other)
    update(folder, [papers], other, rebuild=True)
    with store.opened(folder) as connection:
        sizes = connection.execute("SELECT length(value) FROM vector").fetchall()
    assert sizes == [(4 * other.dimension,)] * 3
    assert "展会" in first(folder, other, "暂停举办展会")


def test_a_rebuild_cuts_every_document_anew(
    papers: Path, tmp_path: Path, toy: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "index"
    update(folder, [papers], toy)
    monkeypatch.setattr(build, "VERSION", 99)
    with pytest.raises(IndexProblem, match="another version"):
        update(folder, [papers], toy)
    toy.max_tokens = 10
    assert update(folder, [papers], toy, rebuild=True).chunks > 3


def test_a_rebuild_embeds_anew_only_what_a_new_version_reads_otherwise(
    papers: Path, tmp_path: Path, toy: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "index"
    update(folder, [papers], toy)
    assert update(folder, [papers], toy, rebuild=True).embedded == 3
    monkeypatch.setattr(build, "VERSION", 99)
    (papers / "新.md").write_text("# 新的通知\n\n补助三万元。\n", "utf-8")
    done = update(folder, [papers], toy, rebuild=True)
    assert (done.documents, done.embedded) == (4, 1)
    assert "暂停举办展会" in first(folder, toy, "展会")
    assert update(folder, [papers], toy).embedded == 0


@pytest.mark.parametrize("damage", ["header", "body", "format"])
def test_a_rebuild_starts_anew_from_what_cannot_be_read(
    papers: Path, tmp_path: Path, toy: Embedder, damage: str
) -> None:
    folder = tmp_path / "index"
    update(folder, [papers], toy)
    file = folder / store.FILE
    data = bytearray(file.read_bytes())
    if damage == "format":
        with store.opened(folder, write=True) as connection:
            store.set_meta(connection, format=0)
    else:
        start = 0 if damage == "header" else 4096
        data[start : start + 4096] = b"\xff" * 4096
        file.write_bytes(data)
    with pytest.raises(IndexProblem, match="policyqa index --rebuild"):
        update(folder, [papers], toy)
    assert update(folder, [papers], toy, rebuild=True).documents == 3


def test_a_damaged_faiss_file_is_told_and_made_anew(
    papers: Path, tmp_path: Path, toy: Embedder
) -> None:
    folder = tmp_path / "index"
    update(folder, [papers], toy)
    file = folder / vectors.file_name(1)
    data = bytearray(file.read_bytes())
    data[-20] ^= 1
    file.write_bytes(data)
    with pytest.raises(IndexProblem, match="checksum"), Index(folder, toy).snapshot():
        pass
    assert update(folder, [papers], toy).embedded == 0
    assert first(folder, toy, "展会")


def test_a_missing_faiss_file_is_told_and_made_anew(
    papers: Path, tmp_path: Path, toy: Embedder
) -> None:
    folder = tmp_path / "index"
    update(folder, [papers], toy)
    (folder / vectors.file_name(1)).unlink()
    with pytest.raises(IndexProblem, match="is missing"), Index(folder, toy).snapshot():
        pass
    assert update(folder, [papers], toy).embedded == 0
    assert first(folder, toy, "展会")


def test_vectors_made_before_a_run_died_are_not_made_again(
    papers: Path, tmp_path: Path, toy: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "index"
    write = vectors.write

    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(vectors, "write", full)
    with pytest.raises(IndexProblem, match="No space left on device"):
        update(folder, [papers], toy)
    with pytest.raises(IndexProblem, match="There is no index"):
        Index(folder, toy)
    monkeypatch.setattr(vectors, "write", write)
    done = update(folder, [papers], toy)
    assert (done.added, done.embedded) == (3, 0)


def test_a_failed_update_leaves_the_old_index(
    papers: Path, tmp_path: Path, toy: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "index"
    update(folder, [papers], toy)
    (papers / "北京.md").write_text("# 北京市通知\n\n恢复举办展会。\n", "utf-8")

    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(vectors, "write", full)
    with pytest.raises(IndexProblem, match="No space left"):
        update(folder, [papers], toy)
    assert "暂停举办展会" in first(folder, toy, "展会")


def test_an_open_reader_moves_on_by_itself(papers: Path, tmp_path: Path, toy: Embedder) -> None:
    folder = tmp_path / "index"
    update(folder, [papers], toy)
    reader = Index(folder, toy)
    with reader.snapshot() as before:
        (papers / "北京.md").write_text("# 北京市通知\n\n恢复举办展会。\n", "utf-8")
        update(folder, [papers], toy)
        assert "暂停举办展会" in closest(before, "展会")
    with reader.snapshot() as after:
        assert "恢复举办展会" in closest(after, "展会")


def test_an_open_reader_follows_a_rebuild_with_another_model(
    papers: Path,
    tmp_path: Path,
    toy: Embedder,
    other: Embedder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "index"
    update(folder, [papers], toy)
    monkeypatch.setattr(search, "open_embedder", {"toy": toy, "other": other}.__getitem__)
    reader = Index(folder)
    assert reader.embedder is toy
    update(folder, [papers], other, rebuild=True)
    with reader.snapshot() as snapshot:
        assert "展会" in snapshot.search("展会", 1)[0].chunk.text
    assert reader.embedder is other


def test_a_reader_refuses_a_model_that_only_bears_the_name(
    papers: Path, tmp_path: Path, toy: Embedder, other: Embedder
) -> None:
    folder = tmp_path / "index"
    update(folder, [papers], toy)
    other.name = "toy"
    with Index(folder, other).snapshot() as snapshot, pytest.raises(IndexProblem, match="rebuild"):
        snapshot.search("展会", 1)


def test_filters_hold_inside_the_search(papers: Path, tmp_path: Path, toy: Embedder) -> None:
    update(tmp_path / "index", [papers], toy)
    with Index(tmp_path / "index", toy).snapshot() as snapshot:
        found = snapshot.search("展会", 5, Scope(document="山东"))
        assert [hit.chunk.path[0] for hit in found] == ["山东省行动方案（2026—2028年）"]
        found = snapshot.search("方案", 5, Scope(year=2028))
        assert [hit.chunk.path[0] for hit in found] == ["山东省行动方案（2026—2028年）"]
        assert snapshot.search("展会", 5, Scope(document="没有")) == []


def test_the_log_does_not_stay_as_large_as_the_update(
    papers: Path, tmp_path: Path, toy: Embedder
) -> None:
    update(tmp_path / "index", [papers], toy)
    log = tmp_path / "index" / f"{store.FILE}-wal"
    assert not log.exists() or log.stat().st_size == 0


def test_as_many_numbers_as_vectors(tmp_path: Path) -> None:
    batch = (np.arange(2), np.ones((2, 4), np.float32))
    with pytest.raises(ValueError, match="2 vectors for 3 chunks"):
        vectors.write(tmp_path / "v.faiss", 3, 4, lambda: [batch])
