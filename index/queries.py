"""Questions, embedded by the packaged model as it was taught to read them.

People ask in everyday words, laws and notices answer in official ones. A low-rank adapter, trained
by `python -m qa.training.queries`, changes how the model reads a question; passages are embedded as
ever, so every index stays as it is. `prepare` joins it once with the packaged weights into an ONNX
graph in the user's cache, in whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index import graph, shipped
from index.graph import Nodes
from index.model import MAX_TOKENS, packed
from index.packed import Float32, embeddings, state
from index.pieces import BEGIN, END, pieces

WEIGHTS = Path(__file__).with_name("weights") / "queries.safetensors"
DOWN, UP = ".down", ".up"
"""A layer's adapter: what is added to its weight is `up @ down`, shapes (out, rank), (rank, in)."""

_FOLDER_VERSION = 1
_JOINED = "weights.safetensors"


def prepare(report: Callable[[str], None] = lambda _: None) -> Path:
    """The folder of the joined graph, made at the first call.

    Raises `ModelError` when the shipped adapter is not the known one, or the cache does not take
    the folder.
    """
    return shipped.prepared(WEIGHTS, "the model for questions", _FOLDER_VERSION, join, report)


def join(adapter: bytes, folder: Path) -> None:
    """Write the adapted weights and the graph over them.

    The graph takes the `embedded` tokens (tokens, hidden) of one question and gives its `vector`
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


class Questions:
    """The adapted model, as `prepare` has joined it in `folder`, with its tokenizer."""

    def __init__(self, folder: Path) -> None:
        self._session = graph.session(folder)
        self._packed = packed()
        self._pieces = pieces()

    def embed(self, questions: Sequence[str]) -> Float32:
        """Unit vectors of shape (questions, hidden)."""
        return np.stack([self._embed(one) for one in questions])

    def _embed(self, question: str) -> Float32:
        read = self._pieces.encode(f"query: {question}").ids[: MAX_TOKENS - 2]
        ids = np.array([BEGIN, *read, END], np.int64)
        given = {"embedded": embeddings(self._packed, ids)}
        return np.asarray(self._session.run(["vector"], given)[0])
