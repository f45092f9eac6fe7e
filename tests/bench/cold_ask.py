"""From Enter to the answer: a cold `policyqa ask` beside a plain LangChain script.

The peer is what one writes today: LangChain, FAISS and sentence-transformers with the same model,
its index saved beforehand; it loads that index and searches once, and gives passages, no answer.
Both run as fresh processes, in turn; the medians and their ratio are printed.

    pip install -c constraints.txt -e '.[bench]'
    python tests/bench/cold_ask.py
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from index.model import prepare

QUESTION = "how many 智能体 by 2028"
ROUNDS = 5
SEEDS = Path(__file__).parents[2] / "seeds"

PEER_EMBEDDINGS = """
import sys
from langchain_community.vectorstores import FAISS
from langchain_huggingface import HuggingFaceEmbeddings
embeddings = HuggingFaceEmbeddings(
    model_name=sys.argv[1],
    encode_kwargs={"prompt": "passage: "},
    query_encode_kwargs={"prompt": "query: "},
)
"""
PEER_BUILD = (
    PEER_EMBEDDINGS
    + """
from pathlib import Path
from langchain_text_splitters import RecursiveCharacterTextSplitter
splitter = RecursiveCharacterTextSplitter(chunk_size=500, chunk_overlap=50)
texts = [path.read_text("utf-8") for path in Path(sys.argv[3]).iterdir()]
FAISS.from_documents(splitter.create_documents(texts), embeddings).save_local(sys.argv[2])
"""
)
PEER_ASK = (
    PEER_EMBEDDINGS
    + """
store = FAISS.load_local(sys.argv[2], embeddings, allow_dangerous_deserialization=True)
for document in store.similarity_search(sys.argv[3], k=5):
    print(document.page_content)
"""
)


def run(*command: str) -> tuple[float, int]:
    """Seconds and peak resident KiB of one fresh process. Raises when it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    seconds = time.perf_counter() - started
    return seconds, max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


def main() -> None:
    """Print both medians and their ratio."""
    model = str(prepare(print))
    python = sys.executable
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = f"{folder}/ours", f"{folder}/theirs"
        run(python, "-m", "ui.cli", "index", str(SEEDS), "--index-dir", ours)
        ask = (python, "-m", "ui.cli", "ask", QUESTION, "--index-dir", ours)
        # Memory peaks only grow over this process's children: the small one goes first.
        memory = {"policyqa ask": run(*ask)[1]}
        run(python, "-W", "ignore", "-c", PEER_BUILD, model, theirs, str(SEEDS))
        peer = (python, "-W", "ignore", "-c", PEER_ASK, model, theirs, QUESTION)
        memory["LangChain script"] = run(*peer)[1]
        commands = {"policyqa ask": ask, "LangChain script": peer}
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(ROUNDS):
            for name, command in commands.items():
                seconds[name].append(run(*command)[0])
    for name, times in seconds.items():
        print(f"{name:<18} {statistics.median(times):6.2f} s  peak {memory[name] / 1024:5.0f} MiB")
    ratio = statistics.median(seconds["policyqa ask"]) / statistics.median(
        seconds["LangChain script"]
    )
    print(f"{'ratio':<18} {ratio:6.3f}    (medians of {ROUNDS})")


if __name__ == "__main__":
    main()
