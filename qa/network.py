"""The reader's network, ready to run: the packaged encoder joined with what training changed.

Shipped are the trained layers and the heads only, in 8 bits. `prepare` joins them once with the
packaged weights into an ONNX graph in the user's cache; its name holds the shipped file's SHA-256,
so other weights make another folder.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index import graph, shipped
from index.graph import Nodes
from index.model import packed
from index.packed import state

Array = npt.NDArray[Any]

WEIGHTS = Path(__file__).with_name("weights") / "reader.safetensors"
SCALE = ".scale"

_FOLDER_VERSION = 4
_JOINED = "weights.safetensors"


def prepare(report: Callable[[str], None] = lambda _: None) -> Path:
    """The folder of the joined network, made at the first call.

    Raises `ModelError` when the shipped weights are not the known ones, or the cache does not take
    the folder.
    """
    return shipped.prepared(
        WEIGHTS,
        "the reader",
        _FOLDER_VERSION,
        lambda weights, folder: join(unpacked(weights), folder),
        report,
    )


def unpacked(weights: bytes) -> dict[str, Array]:
    """The trained tensors as float32, by name."""
    from safetensors.numpy import load  # noqa: PLC0415 - needed once

    tensors = load(weights)
    return {
        name: value.astype(np.float32) * tensors[name + SCALE].astype(np.float32)
        if name + SCALE in tensors
        else value.astype(np.float32)
        for name, value in tensors.items()
        if not name.endswith(SCALE)
    }


def join(trained: dict[str, Array], folder: Path) -> None:
    """Write the joined weights and the graph over them.

    The graph takes the `embedded` tokens (tokens, hidden) of one text and their `marks` (tokens,
    MARKS), which join the states that enter the first trained layer, and gives `edges` (tokens, 2).
    """
    from onnx import TensorProto, helper  # noqa: PLC0415 - needed once

    base = packed()
    tensors = {name: value for name, value in state(base).items() if "_embeddings." not in name}
    tensors |= trained
    rounded = graph.round_layers(tensors)
    graph.store(folder / _JOINED, tensors)
    marked = min(int(name.split(".")[2]) for name in trained if name.startswith("encoder."))
    nodes = Nodes(base, rounded)
    states = nodes.norm("embeddings.LayerNorm", "embedded", to="entering")
    states = nodes.layers(states, 0, marked)
    nodes.add("Gemm", "marks", "marks.weight", to="marking", transB=1)
    states = nodes.add("Add", states, "marking", to="marked")
    nodes.linear("edges", nodes.layers(states, marked, base.layers), to="edges")
    graph.save(
        folder,
        _JOINED,
        nodes,
        [
            helper.make_tensor_value_info("embedded", TensorProto.FLOAT, ["tokens", base.hidden]),
            helper.make_tensor_value_info("marks", TensorProto.FLOAT, ["tokens", None]),
        ],
        [helper.make_tensor_value_info("edges", TensorProto.FLOAT, ["tokens", 2])],
    )
