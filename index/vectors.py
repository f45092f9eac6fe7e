"""The FAISS file: chunk vectors, searched by inner product (a cosine, as they are unit vectors)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.embed import Vectors
from index.types import IndexProblem

if TYPE_CHECKING:
    import faiss


def file_name(generation: int | str) -> str:
    """The name of a generation's FAISS file."""
    return f"vectors-{generation}.faiss"


def write(path: Path, numbers: Sequence[int], vectors: Vectors) -> str:
    """Write vectors under their chunks' numbers, through to the disk; gives the file's SHA-256.

    Raises `ValueError` when there are not as many numbers as vectors.
    """
    import faiss  # noqa: PLC0415 - loading takes a moment, and `status` does not need it

    if len(numbers) != len(vectors):
        raise ValueError(f"{len(numbers)} numbers for {len(vectors)} vectors")
    built = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
    built.add_with_ids(vectors, np.asarray(numbers, np.int64))
    data = faiss.serialize_index(built).tobytes()
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
    return hashlib.sha256(data).hexdigest()


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system can."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def load(path: Path, sha256: str) -> faiss.Index:
    """Load a FAISS file after comparing its checksum.

    A flipped bit in the body of a flat index changes the ranking without any error, so a file is
    trusted only by its checksum. Raises `IndexProblem` when it differs, and `FileNotFoundError`
    when a newer generation has taken the file's place.
    """
    import faiss  # noqa: PLC0415

    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise IndexProblem(
            f"{path} is damaged (its checksum differs). Run policyqa index PATH… again: "
            "the file is made anew from the catalogue, and nothing is embedded twice."
        )
    return faiss.deserialize_index(np.frombuffer(data, np.uint8))


def whole(folder: Path, meta: Mapping[str, object]) -> bool:
    """Whether the FAISS file that the catalogue names is there, as it was written."""
    try:
        data = (folder / str(meta.get("faiss"))).read_bytes()
    except OSError:
        return False
    return hashlib.sha256(data).hexdigest() == meta.get("sha256")


def tidy(folder: Path, meta: Mapping[str, object]) -> None:
    """Delete the FAISS files of other generations than the catalogue's; readers keep theirs."""
    for path in folder.glob(file_name("*")):
        if path.name != meta.get("faiss"):
            path.unlink(missing_ok=True)


def nearest(
    built: faiss.Index, question: Vectors, limit: int, allowed: Sequence[int] | None
) -> dict[int, float]:
    """Chunk numbers with their cosines to one question vector, best first.

    `allowed` holds the search within those chunks.
    """
    import faiss  # noqa: PLC0415

    limit = min(limit, built.ntotal if allowed is None else len(allowed))
    if not limit:
        return {}
    parameters = None
    if allowed is not None:
        selector = faiss.IDSelectorBatch(np.asarray(allowed, np.int64))
        parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
    cosines, numbers = built.search(question.reshape(1, -1), limit, params=parameters)
    return {
        int(number): float(cosine)
        for number, cosine in zip(numbers[0], cosines[0], strict=True)
        if number >= 0
    }
