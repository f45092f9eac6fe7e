"""The reader's network, ready to run: the packaged encoder joined with what training changed.

Shipped are the trained layers and the heads only, in 8 bits. `prepare` joins them once with the
packaged weights into an ONNX graph in the user's cache; its name holds the shipped file's SHA-256,
so other weights make another folder.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index import graph
from index.cache import ModelError, cache_folder, is_whole, make
from index.graph import Nodes
from index.model import packed
from index.packed import state

Array = npt.NDArray[Any]

WEIGHTS = Path(__file__).with_name("weights") / "reader.safetensors"
DIGEST = WEIGHTS.with_suffix(".sha256")
"""The SHA-256 of the weights, which training ships beside them."""
SCALE = ".scale"

_FOLDER_VERSION = 4
_JOINED = "weights.safetensors"
_ROUNDED = re.compile(r"encoder\.layer\.\d+\.(attention|intermediate)\.(?!.*LayerNorm).*\.weight")
"""What is read in whole numbers; behind the GELU stand a few values too large to share a scale."""


def prepare(report: Callable[[str], None] = lambda _: None) -> Path:
    """The folder of the joined network, made at the first call.

    Raises `ModelError` when the shipped weights are not the known ones, or the cache does not take
    the folder.
    """
    known = shipped(DIGEST).decode().strip()
    folder = cache_folder() / f"reader-{known[:12]}-v{_FOLDER_VERSION}"
    if not is_whole(folder):
        report("Preparing the reader (once, some seconds)…")
        make(folder, "The reader", functools.partial(join, unpacked(_checked(known))))
    return folder


def shipped(path: Path) -> bytes:
    """A file that stands beside the weights. Raises `ModelError` when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        why = f"{path} cannot be read ({error.strerror}). Install policyqa again."
        raise ModelError(why) from error


def _checked(known: str) -> bytes:
    weights = shipped(WEIGHTS)
    if hashlib.sha256(weights).hexdigest() != known:
        raise ModelError(f"{WEIGHTS} is damaged (its SHA-256 differs). Install policyqa again.")
    return weights


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
    from safetensors import SafetensorError  # noqa: PLC0415
    from safetensors.numpy import save_file  # noqa: PLC0415

    base = packed()
    tensors = {name: value for name, value in state(base).items() if "_embeddings." not in name}
    tensors |= trained
    rounded = {name.removesuffix(".weight") for name in tensors if _ROUNDED.fullmatch(name)}
    for layer in rounded:
        weight = f"{layer}.weight"
        tensors |= graph.in_whole_numbers(weight, tensors.pop(weight))
    try:
        save_file(tensors, folder / _JOINED)
    except SafetensorError as error:  # a full disk, in a kind of its own
        raise OSError(str(error)) from error
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
