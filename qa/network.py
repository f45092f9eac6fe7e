"""The reader's network, ready to run: the packaged encoder joined with what training changed.

Shipped are the trained layers and the heads only, in 8 bits. `prepare` joins them once with the
packaged weights into an ONNX graph in the user's cache; its name holds the shipped file's SHA-256,
so other weights make another folder.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.model import ModelError, cache_folder, not_cached, packed_path
from index.packed import Packed, parse, state

Array = npt.NDArray[Any]

WEIGHTS = Path(__file__).with_name("weights") / "reader.safetensors"
SCALE = ".scale"
GRAPH, HEAD = "encoder.onnx", "head.npz"

_SHA256 = "71890973f6d4298e1a7d8fe2858a106db0eb475c3f16a8f8005aa32e97dc1f12"
_OPSET, _IR_VERSION = 20, 9
_LINEAR = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
"""The names of a layer's parts: the reader's, and those of the packaged model."""


def prepare(report: Callable[[str], None] = lambda _: None) -> Path:
    """The folder of the joined network, made at the first call.

    Raises `ModelError` when the shipped weights are not the known ones, or the cache does not take
    the folder.
    """
    try:
        shipped = WEIGHTS.read_bytes()
    except OSError as error:
        why = f"{WEIGHTS} cannot be read ({error.strerror}). Install policyqa again."
        raise ModelError(why) from error
    digest = hashlib.sha256(shipped).hexdigest()
    if digest != _SHA256:
        raise ModelError(f"{WEIGHTS} is damaged (its SHA-256 differs). Install policyqa again.")
    folder = cache_folder() / f"reader-{digest[:12]}-v2"
    if (folder / HEAD).is_file():  # written last, and moved into place with the rest
        return folder
    report("Preparing the reader (once, some seconds)…")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f"{folder.name}.", dir=folder.parent) as drafts:
            draft = Path(drafts) / "whole"
            draft.mkdir()
            _write(parse(packed_path().read_bytes()), unpacked(shipped), draft)
            shutil.rmtree(folder, ignore_errors=True)
            draft.rename(folder)
    except OSError as error:
        if not (folder / HEAD).is_file():  # else another process was faster
            raise not_cached("The reader", folder.parent, error) from error
    return folder


def unpacked(shipped: bytes) -> dict[str, Array]:
    """The trained tensors as float32, by name."""
    from safetensors.numpy import load  # noqa: PLC0415 - needed once

    tensors = load(shipped)
    return {
        name: value.astype(np.float32) * tensors[name + SCALE].astype(np.float32)
        if name + SCALE in tensors
        else value.astype(np.float32)
        for name, value in tensors.items()
        if not name.endswith(SCALE)
    }


def _write(packed: Packed, trained: dict[str, Array], folder: Path) -> None:
    import onnx  # noqa: PLC0415 - needed once
    from onnx import TensorProto, helper, numpy_helper  # noqa: PLC0415

    base = state(packed)
    tensors = {
        f"{part}.{kind}": base[f"embeddings.LayerNorm.{kind}"]
        for part in ("norm",)
        for kind in ("weight", "bias")
    }
    for layer in range(packed.layers):
        for short, long in _LINEAR.items():
            for kind in ("weight", "bias"):
                name = f"layers.{layer}.{short}.{kind}"
                tensors[name] = trained.get(name, base[f"encoder.layer.{layer}.{long}.{kind}"])
    tensors["marks.weight"] = trained["marks.weight"]
    marked = min(int(name.split(".")[1]) for name in trained if name.startswith("layers."))
    graph = helper.make_graph(
        _nodes(packed, marked),
        "reader",
        [
            helper.make_tensor_value_info("embedded", TensorProto.FLOAT, ["tokens", packed.hidden]),
            helper.make_tensor_value_info("marks", TensorProto.FLOAT, ["tokens", None]),
        ],
        [helper.make_tensor_value_info("states", TensorProto.FLOAT, ["tokens", packed.hidden])],
        [
            *(numpy_helper.from_array(value, name) for name, value in tensors.items()),
            helper.make_tensor("zero", TensorProto.INT64, [1], [0]),
        ],
    )
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
    onnx.save(model, str(folder / GRAPH))
    np.savez(folder / HEAD, weight=trained["edges.weight"], bias=trained["edges.bias"])
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())


def _nodes(packed: Packed, marked: int) -> list[Any]:
    """The encoder's nodes; the marks join the states that enter layer `marked`."""
    from onnx import helper  # noqa: PLC0415

    nodes: list[Any] = []

    def node(kind: str, *inputs: str, to: str, **settings: Any) -> str:  # noqa: ANN401
        nodes.append(helper.make_node(kind, inputs, [to], **settings))
        return to

    def linear(name: str, of: str, to: str) -> str:
        return node("Gemm", of, f"{name}.weight", f"{name}.bias", to=to, transB=1)

    def norm(name: str, of: str, to: str) -> str:
        weights = (f"{name}.weight", f"{name}.bias")
        return node("LayerNormalization", of, *weights, to=to, epsilon=1e-12)

    states = norm("norm", "embedded", "0.in")
    for layer in range(packed.layers):
        name = f"layers.{layer}"
        if layer == marked:
            node("Gemm", "marks", "marks.weight", to="marking", transB=1)
            states = node("Add", states, "marking", to="marked")
        for part in "qkv":
            linear(f"{name}.{part}", states, f"{layer}.{part}")
            node("Unsqueeze", f"{layer}.{part}", "zero", to=f"{layer}.{part}3")
        node(
            "MultiHeadAttention",
            *(f"{layer}.{part}3" for part in "qkv"),
            to=f"{layer}.attended3",
            domain="com.microsoft",
            num_heads=packed.heads,
        )
        node("Squeeze", f"{layer}.attended3", "zero", to=f"{layer}.attended")
        linear(f"{name}.ao", f"{layer}.attended", f"{layer}.mixed")
        node("Add", f"{layer}.mixed", states, to=f"{layer}.sum")
        states = norm(f"{name}.aln", f"{layer}.sum", f"{layer}.middle")
        linear(f"{name}.fi", states, f"{layer}.wide")
        node("Gelu", f"{layer}.wide", to=f"{layer}.active")
        linear(f"{name}.fo", f"{layer}.active", f"{layer}.narrow")
        node("Add", f"{layer}.narrow", states, to=f"{layer}.end")
        last = layer == packed.layers - 1
        states = norm(f"{name}.oln", f"{layer}.end", "states" if last else f"{layer + 1}.in")
    return nodes
