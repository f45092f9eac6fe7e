"""From checkpoints to the weights that are shipped: 8-bit matrices, one scale a row."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from index.shipped import seal
from qa.network import SCALE, WEIGHTS, Array
from qa.training.train import tensors

_WIDE = 64
"""Matrices with fewer rows (the heads) or columns (the marks) stay in 16 bits."""


def packed(name: str, value: Array) -> dict[str, Array]:
    """A tensor as it is shipped: int8 with a float16 scale a row, or float16."""
    if value.ndim != 2 or min(value.shape) < _WIDE:
        return {name: value.astype(np.float16)}
    scale = np.maximum(np.abs(value).max(axis=1, keepdims=True), 1e-8) / 127
    scale = scale.astype(np.float16).astype(np.float32)
    return {
        name: np.clip(np.rint(value / scale), -127, 127).astype(np.int8),
        name + SCALE: scale.astype(np.float16),
    }


def mean(*checkpoints: Path) -> dict[str, Array]:
    """The mean of the checkpoints' trained tensors.

    Of stages of one training, the mean keeps what each is good at: Wortsman et al., "Model soups",
    ICML 2022.
    """
    stages = [tensors(checkpoint) for checkpoint in checkpoints]
    return {name: np.mean([stage[name] for stage in stages], axis=0) for name in stages[0]}


def ship(trained: Mapping[str, Array]) -> None:
    """Write trained tensors to the folder of shipped weights."""
    shipped: dict[str, Array] = {}
    for name, value in trained.items():
        if not name.startswith("answers"):  # what only training needs
            shipped |= packed(name, value)
    save_file(shipped, WEIGHTS)
    seal(WEIGHTS)
