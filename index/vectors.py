"""The FAISS file: chunk vectors, searched by inner product (a cosine, as they are unit vectors).

Up to `EXACT_UP_TO` vectors the search is exact. Above, vectors are sorted into lists around centres
(Jégou, Douze and Schmid, "Product Quantization for Nearest Neighbor Search", PAMI 2011) and kept in
one bit a dimension (RaBitQ: Gao and Long, SIGMOD 2024); a search looks into the nearest lists and
puts forward more than is wanted, to be weighed by their true vectors, which the catalogue holds.
`tests/bench/index_scale.py` measures what that costs and saves.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from index.embed import Vectors
from index.types import IndexProblem

if TYPE_CHECKING:
    import faiss

Batches = Iterable[tuple[npt.NDArray[np.int64], Vectors]]

EXACT_UP_TO = 100_000
"""Vectors that are searched one by one: some 20 ms on one core."""

_TRAINED_ON = 64
"""Vectors for each centre when the centres are found."""

_ROUNDS = 8
"""Rounds of k-means: more change the recall in the third decimal."""

_PROBED = 128
"""Lists that a search looks into. Made vectors need fewer; real ones lie less neatly (some 5,800
real passages in 64 lists: 0.97 of the ten nearest from 16 lists, 0.91 from 8)."""

_SPARE = 4
"""How many times as many vectors are put forward where cosines are estimated from bits."""

_READ_AT_ONCE = 1 << 20


def file_name(generation: int | str) -> str:
    """The name of a generation's FAISS file."""
    return f"vectors-{generation}.faiss"


def write(path: Path, total: int, dimension: int, batches: Callable[[], Batches]) -> str:
    """Write `total` vectors under their chunks' numbers, to the disk; gives the file's SHA-256.

    `batches` is called once for each pass over the vectors. Raises `ValueError` when there are not
    `total` of them.
    """
    import faiss  # noqa: PLC0415 - loading takes a moment, and `status` does not need it

    built = _empty(total, dimension, batches)
    for numbers, vectors in batches():
        built.add_with_ids(vectors, numbers)
    if built.ntotal != total:
        raise ValueError(f"{built.ntotal} vectors for {total} chunks")
    # A draft, as a reader may have mapped a file that once had this name.
    draft = path.with_suffix(".draft")
    try:
        faiss.write_index(built, str(draft))
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        sha256 = _sha256(draft)
        draft.replace(path)
    except RuntimeError as error:
        raise IndexProblem(
            f"{path} cannot be written. See that the disk has room, then try again."
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)
    return sha256


def _empty(total: int, dimension: int, batches: Callable[[], Batches]) -> faiss.Index:
    """An index of the kind that fits so many vectors, trained on a sample of them."""
    import faiss  # noqa: PLC0415

    if total <= EXACT_UP_TO:
        return faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
    centres = 2 ** round(math.log2(math.sqrt(total)))
    built = faiss.index_factory(dimension, f"IVF{centres},RaBitQfs", faiss.METRIC_INNER_PRODUCT)
    faiss.extract_index_ivf(built).cp.niter = _ROUNDS
    step = max(1, total // (centres * _TRAINED_ON))
    built.train(np.concatenate([vectors[::step] for _, vectors in batches()]))
    return built


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system can."""
    with suppress(PermissionError):  # Windows opens no folder
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(_READ_AT_ONCE):
            digest.update(part)
    return digest.hexdigest()


def load(path: Path, sha256: str) -> faiss.Index:
    """Open a FAISS file after comparing its checksum; its vectors are mapped, not read.

    A flipped bit in the body of an index changes the ranking without any error, so a file is
    trusted only by its checksum. Raises `IndexProblem` when it differs, and `FileNotFoundError`
    when a newer generation has taken the file's place.
    """
    import faiss  # noqa: PLC0415

    if _sha256(path) != sha256:
        raise IndexProblem(
            f"{path} is damaged (its checksum differs). Run policyqa index PATH… again: "
            "the file is made anew from the catalogue, and nothing is embedded twice."
        )
    try:
        return faiss.read_index(str(path), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
    except RuntimeError as error:
        if not path.exists():
            raise FileNotFoundError(2, "gone", str(path)) from error
        raise


def whole(folder: Path, meta: Mapping[str, object]) -> bool:
    """Whether the FAISS file that the catalogue names is there, as it was written."""
    try:
        return _sha256(folder / str(meta.get("faiss"))) == meta.get("sha256")
    except OSError:
        return False


def numbers(built: faiss.Index) -> npt.NDArray[np.int64]:
    """The numbers of all chunks that an index holds, in no order."""
    import faiss  # noqa: PLC0415

    if not isinstance(built, faiss.IndexIVF):
        return np.asarray(faiss.vector_to_array(built.id_map), np.int64)
    lists = built.invlists
    held = [
        faiss.rev_swig_ptr(lists.get_ids(number), lists.list_size(number)).copy()
        for number in range(built.nlist)
        if lists.list_size(number)
    ]
    return np.concatenate([np.zeros(0, np.int64), *held])


def tidy(folder: Path, meta: Mapping[str, object]) -> None:
    """Delete the FAISS files of other generations than the catalogue's; readers keep theirs."""
    for path in folder.glob(file_name("*")):
        if path.name != meta.get("faiss"):
            with suppress(PermissionError):  # Windows keeps what a reader has open
                path.unlink(missing_ok=True)


def nearest(
    built: faiss.Index, question: Vectors, limit: int, allowed: Sequence[int] | None
) -> list[int]:
    """Numbers of the chunks that are nearest to one question vector, best first.

    `allowed` holds the search within those chunks. An exact index gives `limit`, another one more,
    in the order of cosines that are estimates.
    """
    import faiss  # noqa: PLC0415

    listed = isinstance(built, faiss.IndexIVF)
    limit = min(limit * (_SPARE if listed else 1), built.ntotal)
    if not limit or (allowed is not None and not allowed):
        return []
    selector = None if allowed is None else faiss.IDSelectorBatch(np.asarray(allowed, np.int64))
    # A few documents may lie in any list, so a search within them looks into all.
    parameters = (
        faiss.SearchParametersIVF(sel=selector, nprobe=_PROBED if allowed is None else built.nlist)
        if listed
        else faiss.SearchParameters(sel=selector)
    )
    _, numbers = built.search(question.reshape(1, -1), limit, params=parameters)
    return [int(number) for number in numbers[0] if number >= 0]
