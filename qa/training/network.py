"""The reader's network while it is trained: the packaged encoder, marks, and three heads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from index.pieces import PAD
from qa.inputs import MARKS, Inputs
from qa.network import Array

DROPOUT = 0.1


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


class Network(nn.Module):
    """The encoder with its lower layers frozen, marks that join at the first trained layer."""

    def __init__(self, folder: Path, trained_layers: int) -> None:
        super().__init__()
        bert = BertModel.from_pretrained(
            folder,
            add_pooling_layer=False,
            attn_implementation="eager",  # the fused one goes back at a crawl in bfloat16
            attention_probs_dropout_prob=0.0,  # the default: the hidden states alone lose some
            hidden_dropout_prob=DROPOUT,
        )
        width = bert.config.hidden_size
        self.embeddings, self.encoder = bert.embeddings, bert.encoder
        self.marked = len(self.encoder.layer) - trained_layers
        self.marks = nn.Linear(MARKS, width, bias=False)
        self.edges = nn.Linear(width, 2)
        self.answers = nn.Linear(2 * width, 1)
        nn.init.normal_(self.marks.weight, std=0.02)
        nn.init.normal_(self.edges.weight, std=0.02)
        self._frozen = (self.embeddings, *self.encoder.layer[: self.marked])
        for part in self._frozen:
            part.requires_grad_(requires_grad=False)

    def train(self, mode: bool = True) -> Network:  # noqa: FBT001, FBT002 - as torch has it
        """Train, or read; the frozen layers drop nothing out either way."""
        super().train(mode)
        for part in self._frozen:
            part.train(mode=False)
        return self

    def trained(self) -> dict[str, nn.Parameter]:
        """The parameters that training changes, by name."""
        return {name: value for name, value in self.named_parameters() if value.requires_grad}

    def take(self, trained: Mapping[str, Array]) -> None:
        """Go on from tensors by name; those that are not given stay as they were begun."""
        parameters = self.trained()
        with torch.no_grad():
            for name, value in trained.items():
                parameters[name].copy_(torch.from_numpy(value))

    def forward(self, given: Batch) -> tuple[Tensor, Tensor]:
        """Scores of every token as the answer's first and last [b, n, 2], and answerability [b]."""
        marks = given.marks.to(self.marks.weight.dtype)
        allowed = marks.new_zeros(given.real.shape).masked_fill(~given.real, -1e4)
        allowed = allowed[:, None, None, :]
        with torch.no_grad():
            states = self.embeddings(given.ids)
            for layer in self.encoder.layer[: self.marked]:
                states = layer(states, allowed)
        states = states + self.marks(marks)
        for layer in self.encoder.layer[self.marked :]:
            states = layer(states, allowed)
        edges = self.edges(functional.dropout(states, DROPOUT, self.training)).float()
        edges = edges.masked_fill(~given.readable[..., None], -1e4)
        inside = edges[..., 0].index_fill(1, torch.tensor([0]), -1e4)
        held = (functional.softmax(inside, 1)[:, None].to(states.dtype) @ states)[:, 0]
        return edges, self.answers(torch.cat([states[:, 0], held], 1))[:, 0].float()
