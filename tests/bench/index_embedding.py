"""Embedding throughput: the product against plain sentence-transformers, same chunks, same run.

Run `python tests/bench/index_embedding.py [chunks]`; reads `corpora/policy-notices` of ../shared.
The peer is `SentenceTransformer.encode` over the same texts, once a text at a time in a loop and
once as a whole with its own batches of 32. Loading is not counted; rounds take turns, the best of
two counts. The peer has the base model, the product what was taught to it, in whole numbers.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer

from index import model
from index.embed import PackagedModel, Vectors
from ingest.chunk import chunk, embedded_text
from ingest.read import discover, read

NOTICES = Path(__file__).parents[3] / "shared" / "corpora" / "policy-notices"


def main() -> None:
    """Time each way in turn."""
    if not NOTICES.is_dir():
        sys.exit(f"not run: {NOTICES} is not there")
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    product = PackagedModel()
    documents = (read(found.path, found.name) for found in discover([NOTICES]))
    chunks = (
        embedded_text(document, piece)
        for document in documents
        for piece in chunk(document, product.count_tokens)
    )
    texts = sorted(islice(chunks, wanted), key=len)  # as an update hands them over
    peer = SentenceTransformer(str(model.prepare()))
    ways: dict[str, Callable[[], Vectors]] = {
        "product": lambda: np.concatenate(list(product.passages(texts))),
        "encode in a loop": lambda: np.stack([peer.encode(f"passage: {text}") for text in texts]),
        "encode as a whole": lambda: peer.encode([f"passage: {text}" for text in texts]),
    }
    list(product.passages(texts[-32:]))  # load
    seconds = dict.fromkeys(ways, float("inf"))
    for _ in range(2):
        for name, run in ways.items():
            started = time.perf_counter()
            run()
            seconds[name] = min(seconds[name], time.perf_counter() - started)
    for name in ways:
        print(
            f"{name}: {len(texts) / seconds[name]:.2f} chunks/s, "
            f"product {seconds[name] / seconds['product']:.2f} times as fast"
        )


if __name__ == "__main__":
    main()
