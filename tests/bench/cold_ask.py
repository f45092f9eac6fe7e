"""From Enter to the answer: a cold `policyqa ask` beside a plain LangChain script.

The peer is what one writes today: LangChain, FAISS and sentence-transformers with the same model,
its index saved beforehand; it loads that index and searches once, and gives passages, no answer.
Both run as fresh processes, in turn; medians, the ratio of each round and its spread are printed.
Other load on the machine moves the clock more than the CPU time, so both are given.

    pip install -c constraints.txt -e '.[bench]'
    python tests/bench/cold_ask.py
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from index.model import prepare

QUESTION = "how many 智能体 by 2028"
ROUNDS = 9
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


@dataclass(frozen=True, slots=True)
class Run:
    """One fresh process: seconds on the clock, seconds of CPU, peak resident MiB."""

    wall: float
    cpu: float
    peak: float


def run(*command: str) -> Run:
    """Run a fresh process and wait for it. Raises `SystemExit` when it fails."""
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)  # this child's own use, not the largest so far
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"failed with exit code {process.returncode}: {command[:4]}")
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def main() -> None:
    """Print the medians of both, and their ratios with the best and the worst round."""
    model = str(prepare(print))
    python = sys.executable
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = f"{folder}/ours", f"{folder}/theirs"
        run(python, "-m", "ui.cli", "index", str(SEEDS), "--index-dir", ours)
        run(python, "-W", "ignore", "-c", PEER_BUILD, model, theirs, str(SEEDS))
        commands = {
            "policyqa ask": (python, "-m", "ui.cli", "ask", QUESTION, "--index-dir", ours),
            "LangChain script": (python, "-W", "ignore", "-c", PEER_ASK, model, theirs, QUESTION),
        }
        runs: dict[str, list[Run]] = {name: [] for name in commands}
        for _ in range(ROUNDS):
            for name, command in commands.items():
                runs[name].append(run(*command))
    for name, made in runs.items():
        wall, cpu, peak = (
            statistics.median(getattr(one, what) for one in made)
            for what in ("wall", "cpu", "peak")
        )
        print(f"{name:<18} {wall:6.2f} s  cpu {cpu:6.2f} s  peak {peak:5.0f} MiB")
    pairs = list(zip(*runs.values(), strict=True))
    for what in ("wall", "cpu"):
        ratios = sorted(getattr(one, what) / getattr(other, what) for one, other in pairs)
        middle, least, most = statistics.median(ratios), ratios[0], ratios[-1]
        print(f"ratio, {what:<11} {middle:6.3f}  ({least:.3f} to {most:.3f} in {ROUNDS} rounds)")


if __name__ == "__main__":
    main()
