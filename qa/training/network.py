"""The reader's network while it is trained: the packaged encoder, marks, and three heads."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from index.packed import Packed, state
from qa.inputs import MARKS, Inputs
from qa.pieces import PAD

DROPOUT = 0.1
_HEADS = 12


@dataclass(frozen=True, slots=True)
class Batch:
    """`ids` [b, n], `marks` [b, n, MARKS], `real` [b, n] and `readable` [b, n].

    `real` tokens are no padding; `readable` ones belong to the window, or are the first of all,
    which stands for "no answer here".
    """

    ids: Tensor
    marks: Tensor
    real: Tensor
    readable: Tensor


def batch(inputs: list[Inputs]) -> Batch:
    """Inputs of different lengths, padded to the longest."""
    size = (len(inputs), max(len(one.ids) for one in inputs))
    ids = torch.full(size, PAD)
    marks = torch.zeros(*size, MARKS)
    real = torch.zeros(size, dtype=torch.bool)
    readable = torch.zeros(size, dtype=torch.bool)
    for row, one in enumerate(inputs):
        length = len(one.ids)
        ids[row, :length] = torch.from_numpy(one.ids)
        marks[row, :length] = torch.from_numpy(one.marks)
        real[row, :length] = True
        readable[row, one.first : one.last] = True
        readable[row, 0] = True
    return Batch(ids, marks, real, readable)


class Layer(nn.Module):
    """One Transformer layer, normalised after each residual, as in BERT."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.q, self.k, self.v = (nn.Linear(width, width) for _ in range(3))
        self.ao = nn.Linear(width, width)
        self.aln = nn.LayerNorm(width, 1e-12)
        self.fi, self.fo = nn.Linear(width, inner), nn.Linear(inner, width)
        self.oln = nn.LayerNorm(width, 1e-12)

    def forward(self, states: Tensor, allowed: Tensor) -> Tensor:
        """New states [b, n, width]; `allowed` [b, 1, 1, n] is added to the attention scores."""
        rows, length, width = states.shape
        q, k, v = (
            project(states).view(rows, length, _HEADS, -1).transpose(1, 2)
            for project in (self.q, self.k, self.v)
        )
        mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=allowed)
        mixed = self.ao(mixed.transpose(1, 2).reshape(rows, length, width))
        states = self.aln(states + functional.dropout(mixed, DROPOUT, self.training))
        mixed = self.fo(functional.gelu(self.fi(states)))
        return self.oln(states + functional.dropout(mixed, DROPOUT, self.training))


class Network(nn.Module):
    """The encoder with its lower layers frozen, marks that join at the first trained layer."""

    def __init__(self, packed: Packed, trained_layers: int) -> None:
        super().__init__()
        width = packed.hidden
        weights = {name: torch.from_numpy(value) for name, value in state(packed).items()}
        self.words = weights["embeddings.word_embeddings.weight"]
        self.places = (
            weights["embeddings.position_embeddings.weight"]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        self.norm = nn.LayerNorm(width, 1e-12)
        self.norm.load_state_dict(_part(weights, {"": "embeddings.LayerNorm"}))
        self.layers = nn.ModuleList(Layer(width, packed.feed_forward) for _ in range(packed.layers))
        for index, layer in enumerate(self.layers):
            layer.load_state_dict(_part(weights, _names(index)))
        self.cut = packed.layers - trained_layers
        self.marks = nn.Linear(MARKS, width, bias=False)
        self.edges = nn.Linear(width, 2)
        self.answers = nn.Linear(2 * width, 1)
        nn.init.normal_(self.marks.weight, std=0.02)
        nn.init.normal_(self.edges.weight, std=0.02)
        for frozen in (self.norm, *self.layers[: self.cut]):
            frozen.requires_grad_(requires_grad=False)

    def train(self, mode: bool = True) -> Network:  # noqa: FBT001, FBT002 - as torch has it
        """Train, or read; the frozen layers drop nothing out either way."""
        super().train(mode)
        for frozen in self.layers[: self.cut]:
            frozen.train(mode=False)
        return self

    def trained(self) -> dict[str, nn.Parameter]:
        """The parameters that training changes, by name."""
        return {name: value for name, value in self.named_parameters() if value.requires_grad}

    def forward(self, given: Batch) -> tuple[Tensor, Tensor]:
        """Scores of every token as the answer's first and last [b, n, 2], and answerability [b]."""
        allowed = torch.zeros(given.real.shape).masked_fill(~given.real, -1e4)[:, None, None, :]
        length = given.ids.shape[1]
        with torch.no_grad():
            states = self.norm(self.words[given.ids] + self.places[:length])
            for layer in self.layers[: self.cut]:
                states = layer(states, allowed)
        states = states + self.marks(given.marks)
        for layer in self.layers[self.cut :]:
            states = layer(states, allowed)
        edges = self.edges(functional.dropout(states, DROPOUT, self.training))
        edges = edges.masked_fill(~given.readable[..., None], -1e4)
        inside = (
            edges[..., 0].masked_fill(~given.readable, -1e4).index_fill(1, torch.tensor([0]), -1e4)
        )
        held = (functional.softmax(inside, 1)[:, None] @ states)[:, 0]
        return edges, self.answers(torch.cat([states[:, 0], held], 1))[:, 0]


def _names(index: int) -> dict[str, str]:
    place = f"encoder.layer.{index}"
    return {
        "q.": f"{place}.attention.self.query",
        "k.": f"{place}.attention.self.key",
        "v.": f"{place}.attention.self.value",
        "ao.": f"{place}.attention.output.dense",
        "aln.": f"{place}.attention.output.LayerNorm",
        "fi.": f"{place}.intermediate.dense",
        "fo.": f"{place}.output.dense",
        "oln.": f"{place}.output.LayerNorm",
    }


def _part(weights: dict[str, Tensor], names: dict[str, str]) -> dict[str, Tensor]:
    return {
        f"{short}{kind}": weights[f"{long}.{kind}"]
        for short, long in names.items()
        for kind in ("weight", "bias")
    }
