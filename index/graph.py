"""ONNX graphs of what was taught to the packaged model: one text in.

A text is run by itself, so nothing is padded and no mask is needed; several run side by side, one
to a core. The weights are not written into the graph: it points into a safetensors file beside it.
"""

from __future__ import annotations

import json
import os
import re
import struct
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from index.packed import Float32, Packed

if TYPE_CHECKING:
    import onnx
    from onnxruntime import InferenceSession

FILE = "model.onnx"

_OPSET = 20
_IR_VERSION = 9

_WHOLE, _SCALE = ".whole", ".scale"
_ROUNDED = re.compile(r"encoder\.layer\.\d+\.(attention|intermediate)\.(?!.*LayerNorm).*\.weight")
"""What may be read in whole numbers; behind the GELU stand a few values too large to share a
scale."""

_LARGEST = 63
"""Whole numbers of 7 bits: with 8, processors without VNNI overflow as they add up products."""


def session(folder: Path) -> InferenceSession:
    """The graph in `folder`, ready to run on one core; several threads may share it."""
    from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415 - takes a moment

    settings = SessionOptions()
    settings.intra_op_num_threads = 1
    settings.inter_op_num_threads = 1
    return InferenceSession(str(folder / FILE), settings, providers=["CPUExecutionProvider"])


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Nodes:
    """The nodes of a BERT graph, added one after another; each method gives what it made by name.

    Weights go by the names that `transformers.BertModel` gives them; those of the linear layers
    in `rounded` are whole numbers, as `in_whole_numbers` gives them.
    """

    def __init__(self, packed: Packed, rounded: Collection[str]) -> None:
        self.made: list[onnx.NodeProto] = []
        self._heads = packed.heads
        self._rounded = rounded

    def add(self, kind: str, *inputs: str, to: str, **settings: Any) -> str:  # noqa: ANN401
        """A node of that kind, an operator of ONNX or of ONNX Runtime."""
        from onnx import helper  # noqa: PLC0415

        self.made.append(helper.make_node(kind, inputs, [to], **settings))
        return to

    def linear(self, name: str, of: str, to: str) -> str:
        """A matrix product and a bias."""
        if name in self._rounded:
            return self.add(
                "DynamicQuantizeMatMul",
                of,
                f"{name}.weight{_WHOLE}",
                f"{name}.weight{_SCALE}",
                "",
                f"{name}.bias",
                to=to,
                domain="com.microsoft",
            )
        return self.add("Gemm", of, f"{name}.weight", f"{name}.bias", to=to, transB=1)

    def norm(self, name: str, of: str, to: str) -> str:
        """A layer norm."""
        weights = (f"{name}.weight", f"{name}.bias")
        return self.add("LayerNormalization", of, *weights, to=to, epsilon=1e-12)

    def pool(self, states: str, to: str) -> str:
        """The mean of all tokens' states, at unit length."""
        self.add("ReduceMean", states, "zero", to="mean", keepdims=0)
        return self.add("LpNormalization", "mean", to=to, axis=0, p=2)

    def layers(self, states: str, first: int, last: int) -> str:
        """The encoder's layers `[first, last)` over `states` of shape (tokens, hidden)."""
        for layer in range(first, last):
            name = f"encoder.layer.{layer}"
            for part in ("query", "key", "value"):
                self.linear(f"{name}.attention.self.{part}", states, f"{layer}.{part}")
                self.add("Unsqueeze", f"{layer}.{part}", "zero", to=f"{layer}.{part}3")
            self.add(
                "MultiHeadAttention",
                *(f"{layer}.{part}3" for part in ("query", "key", "value")),
                to=f"{layer}.attended3",
                domain="com.microsoft",
                num_heads=self._heads,
            )
            self.add("Squeeze", f"{layer}.attended3", "zero", to=f"{layer}.attended")
            self.linear(f"{name}.attention.output.dense", f"{layer}.attended", f"{layer}.mixed")
            self.add("Add", f"{layer}.mixed", states, to=f"{layer}.sum")
            states = self.norm(
                f"{name}.attention.output.LayerNorm", f"{layer}.sum", f"{layer}.middle"
            )
            self.linear(f"{name}.intermediate.dense", states, f"{layer}.wide")
            self.add("Gelu", f"{layer}.wide", to=f"{layer}.active")
            self.linear(f"{name}.output.dense", f"{layer}.active", f"{layer}.narrow")
            self.add("Add", f"{layer}.narrow", states, to=f"{layer}.end")
            states = self.norm(f"{name}.output.LayerNorm", f"{layer}.end", f"{layer}.out")
        return states


def round_layers(tensors: dict[str, npt.NDArray[Any]]) -> set[str]:
    """Put the linear layers that lose little by it into whole numbers; gives their names."""
    rounded = {name.removesuffix(".weight") for name in tensors if _ROUNDED.fullmatch(name)}
    for layer in rounded:
        weight = f"{layer}.weight"
        tensors |= in_whole_numbers(weight, tensors.pop(weight))
    return rounded


def in_whole_numbers(name: str, weight: Float32) -> dict[str, npt.NDArray[Any]]:
    """A linear layer's weight (out, in) as int8 and a scale for each output.

    What it multiplies is rounded as the graph runs, with one scale for all: dynamic quantisation
    (Jacob et al., arXiv:1712.05877).
    """
    scale = np.maximum(np.abs(weight).max(axis=1), np.finfo(np.float32).tiny) / _LARGEST
    whole = np.rint(weight / scale[:, None]).astype(np.int8)
    return {
        name + _WHOLE: np.ascontiguousarray(whole.T),
        name + _SCALE: scale,
    }


def store(path: Path, tensors: dict[str, npt.NDArray[Any]]) -> None:
    """Write tensors as a safetensors file. Raises `OSError` when the disk does not take it."""
    from safetensors import SafetensorError  # noqa: PLC0415 - needed once
    from safetensors.numpy import save_file  # noqa: PLC0415

    try:
        save_file(tensors, path, metadata={"format": "pt"})
    except SafetensorError as error:  # a full disk, in a kind of its own
        raise OSError(str(error)) from error


def save(
    folder: Path,
    weights: str,
    nodes: Nodes,
    inputs: Sequence[onnx.ValueInfoProto],
    outputs: Sequence[onnx.ValueInfoProto],
) -> None:
    """Write the graph of `nodes` to `folder`, its tensors pointing into the file `weights` there.

    The name `zero` stands for the number [0].
    """
    import onnx  # noqa: PLC0415
    from onnx import TensorProto, helper  # noqa: PLC0415

    stored = _stored(folder / weights)
    used = {name for node in nodes.made for name in node.input}
    graph = helper.make_graph(
        nodes.made,
        "bert",
        inputs,
        outputs,
        [
            one
            for one in (
                *(_pointer(weights, name, *place) for name, place in stored.items()),
                helper.make_tensor("zero", TensorProto.INT64, [1], [0]),
            )
            if one.name in used
        ],
    )
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
    (folder / FILE).write_bytes(model.SerializeToString())
    onnx.checker.check_model(str(folder / FILE))


def _stored(path: Path) -> dict[str, tuple[str, list[int], int, int]]:
    """Each tensor's kind and shape, where its bytes begin in the file and how many they are."""
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    return {
        name: (
            about["dtype"],
            about["shape"],
            8 + length + about["data_offsets"][0],
            _extent(about),
        )
        for name, about in header.items()
        if name != "__metadata__"
    }


def _extent(about: dict[str, Sequence[int]]) -> int:
    start, end = about["data_offsets"]
    return end - start


def _pointer(
    file: str, name: str, kind: str, shape: list[int], offset: int, length: int
) -> onnx.TensorProto:
    """A tensor whose bytes stand in another file."""
    from onnx import TensorProto  # noqa: PLC0415

    kinds = {"F32": TensorProto.FLOAT, "I8": TensorProto.INT8}
    tensor = TensorProto(name=name, data_type=kinds[kind], dims=shape)
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", file), ("offset", str(offset)), ("length", str(length))):
        tensor.external_data.add(key=key, value=value)
    return tensor
