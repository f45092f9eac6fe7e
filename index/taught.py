"""The packaged model as it was taught to embed questions and passages.

People ask in everyday words, laws and notices answer in official ones. Two low-rank adapters,
trained by `python -m qa.training.embedding`, change how the model reads either. `prepare` joins one
with the packaged weights into an ONNX graph in the user's cache, once, in whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index import graph, shipped
from index.graph import Nodes
from index.model import MAX_TOKENS, packed
from index.packed import Float32, embeddings, state
from index.pieces import BEGIN, END, pieces

DOWN, UP = ".down", ".up"
"""A layer's adapter: what is added to its weight is `up @ down`, shapes (out, rank), (rank, in)."""

_FOLDER_VERSION = 1
_JOINED = "weights.safetensors"
_AT_ONCE = 32
"""Texts of one batch."""


@dataclass(frozen=True, slots=True)
class Side:
    """What is embedded: the adapter for it, and the `prompt` that the base model knows it by."""

    weights: Path
    prompt: str


_FOLDER = Path(__file__).with_name("weights")
QUESTIONS = Side(_FOLDER / "queries.safetensors", "query: ")
PASSAGES = Side(_FOLDER / "passages.safetensors", "passage: ")


def prepare(side: Side, report: Callable[[str], None] = lambda _: None) -> Path:
    """The folder of the joined graph, made at the first call.

    Raises `ModelError` when the shipped adapter is not the known one, or the cache does not take
    the folder.
    """
    what = f"the model for {side.weights.stem}"
    return shipped.prepared(side.weights, what, _FOLDER_VERSION, join, report)


def join(adapter: bytes, folder: Path) -> None:
    """Write the adapted weights and the graph over them.

    The graph takes the `embedded` tokens (tokens, hidden) of one text and gives its `vector`
    (hidden,).
    """
    from onnx import TensorProto, helper  # noqa: PLC0415 - needed once
    from safetensors.numpy import load  # noqa: PLC0415

    base = packed()
    tensors = {name: value for name, value in state(base).items() if "_embeddings." not in name}
    for name, added in _added(load(adapter)).items():
        tensors[name] = tensors[name] + added
    nodes = Nodes(base, graph.round_layers(tensors))
    states = nodes.norm("embeddings.LayerNorm", "embedded", to="entering")
    nodes.pool(nodes.layers(states, 0, base.layers), to="vector")
    graph.store(folder / _JOINED, tensors)
    graph.save(
        folder,
        _JOINED,
        nodes,
        [helper.make_tensor_value_info("embedded", TensorProto.FLOAT, ["tokens", base.hidden])],
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [base.hidden])],
    )


def _added(adapter: dict[str, npt.NDArray[np.float16]]) -> dict[str, Float32]:
    """What the adapter adds to each weight."""
    layers = [name.removesuffix(DOWN) for name in adapter if name.endswith(DOWN)]
    return {
        f"{layer}.weight": adapter[layer + UP].astype(np.float32)
        @ adapter[layer + DOWN].astype(np.float32)
        for layer in layers
    }


class Taught:
    """The model for one side, as `prepare` has joined it in `folder`, with its tokenizer.

    One text runs on one core, so that nothing waits or is padded: batches spend time on padding,
    and cores that share one text wait for each other.
    """

    def __init__(self, folder: Path, prompt: str) -> None:
        self._session = graph.session(folder)
        self._prompt = prompt
        self._packed = packed()
        self._pieces = pieces()

    def embed(self, texts: Sequence[str]) -> Iterator[Float32]:
        """Unit vectors of shape (texts, hidden), batch by batch."""
        with ThreadPoolExecutor(graph.cores()) as threads:
            for start in range(0, len(texts), _AT_ONCE):
                yield np.stack(list(threads.map(self._embed, texts[start : start + _AT_ONCE])))

    def _embed(self, text: str) -> Float32:
        read = self._pieces.encode(self._prompt + text).ids[: MAX_TOKENS - 2]
        ids = np.array([BEGIN, *read, END], np.int64)
        given = {"embedded": embeddings(self._packed, ids)}
        return np.asarray(self._session.run(["vector"], given)[0])
