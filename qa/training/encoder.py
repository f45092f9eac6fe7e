"""The packaged embedding model with a low-rank adapter that can be trained."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from rich.progress import track
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from index.embed import PackagedModel
from index.model import MAX_TOKENS, prepare
from index.pieces import BEGIN, END, PAD, Pieces, pieces
from index.taught import DOWN, UP, Side

PADDED = 10
"""Passages that are embedded together, those of like length."""

_RANK = 16


class Adapted(nn.Module):
    """A linear layer with a low-rank addition, of which `share` counts."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.layer = layer
        self.share = 1.0
        self.down = nn.Parameter(torch.randn(_RANK, layer.in_features) * layer.in_features**-0.5)
        self.up = nn.Parameter(torch.zeros(layer.out_features, _RANK))

    def forward(self, states: Tensor) -> Tensor:
        """The layer's output and the addition."""
        low = functional.linear(states, self.down.to(states.dtype))
        added = functional.linear(low, self.up.to(states.dtype))
        return self.layer(states) + self.share * added


class Encoder:
    """The packaged model for one side, adapted in every linear layer; the rest stays as it is."""

    def __init__(self, side: Side) -> None:
        self.network = BertModel.from_pretrained(
            prepare(), add_pooling_layer=False, attn_implementation="eager"
        )
        self.network.requires_grad_(requires_grad=False)
        self.network.to(torch.bfloat16)
        self.side = side
        self.adapted: dict[str, Adapted] = {}
        for name, module in list(self.network.named_modules()):
            if isinstance(module, nn.Linear):
                owner, _, last = name.rpartition(".")
                self.adapted[name] = Adapted(module)
                setattr(self.network.get_submodule(owner), last, self.adapted[name])
        self._pieces: Pieces = pieces()

    def parameters(self) -> list[nn.Parameter]:
        """What is trained."""
        return [one for layer in self.adapted.values() for one in (layer.down, layer.up)]

    def tensors(self) -> dict[str, Tensor]:
        """The adapter by its layers' names, what counts of it taken into `up`."""
        found = {}
        for name, layer in self.adapted.items():
            found[name + DOWN] = layer.down.detach().clone()
            found[name + UP] = layer.share * layer.up.detach()
        return found

    def take(self, tensors: dict[str, Tensor]) -> None:
        """Be adapted as `tensors` tell, as another encoder gave them."""
        for name, layer in self.adapted.items():
            layer.down = nn.Parameter(tensors[name + DOWN])
            layer.up = nn.Parameter(tensors[name + UP])

    def count(self, share: float) -> None:
        """Let so much of the adapter count."""
        for layer in self.adapted.values():
            layer.share = share

    def embed(self, texts: Sequence[str], most_tokens: int = MAX_TOKENS) -> Tensor:
        """Unit vectors [texts, dimension], of the first `most_tokens` of each text."""
        read = [self._pieces.encode(self.side.prompt + one).ids[: most_tokens - 2] for one in texts]
        ids = torch.full((len(read), max(map(len, read)) + 2), PAD)
        for row, one in enumerate(read):
            ids[row, : len(one) + 2] = torch.tensor([BEGIN, *one, END])
        real = (ids != PAD).float()
        states = self.network(input_ids=ids, attention_mask=real).last_hidden_state.float()
        summed = (states * real[..., None]).sum(1)
        return functional.normalize(summed, dim=1)

    def embed_all(self, texts: Sequence[str], what: str) -> Tensor:
        """As `embed`, of many, in batches of like length and with a bar."""
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        found = torch.zeros(len(texts), PackagedModel.dimension)
        with torch.no_grad():
            for start in track(range(0, len(order), PADDED), what):
                part = order[start : start + PADDED]
                found[part] = self.embed([texts[place] for place in part])
        return found
