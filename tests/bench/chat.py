"""The chat under use: from Enter to the answer on screen, twenty clients at once, page weight.

    apt-get install chromium
    python tests/bench/chat.py

The seconds that an answer takes by itself are those that it tells (`seconds` in `--json`).
"""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
PORT = 7898
ADDRESS = f"http://127.0.0.1:{PORT}/"
CLIENTS, SECONDS, ROUNDS = 20, 60, 30
QUESTIONS = (
    "到2028年打造多少个工业智能体？",
    "到2028年培育多少家创新载体？",
    "到2028年建成多少个先锋应用？",
    "每年遴选多少个智能工业软件？",
    "到2028年山东人工智能产业营业收入突破多少亿元？",
    "2035年火星移民有多少人？",
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]

WATCH = """() => {
    const turns = () => [...document.querySelectorAll("#transcript .turn[data-turn]")];
    const shown = () => turns().at(-1)?.dataset.turn;
    document.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        const before = shown(), start = performance.now();
        window.took = null;
        const look = new MutationObserver(() => {
            if (shown() === before || document.querySelector("#transcript .pending")) return;
            look.disconnect();
            requestAnimationFrame(() => { window.took = performance.now() - start; });
        });
        look.observe(document.body, { childList: true, subtree: true });
    }, true);
}"""


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def on_screen() -> None:
    """Milliseconds from the key to the frame after the answer, and the page's weight."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_context(locale="zh-CN").new_page()
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(ADDRESS)
        page.wait_for_selector(".welcome")
        page.wait_for_timeout(2_000)  # a heartbeat keeps the network from ever being idle
        weight = page.evaluate(
            "[...performance.getEntriesByType('resource'), "
            "...performance.getEntriesByType('navigation')]"
            ".reduce((sum, one) => sum + one.transferSize, 0)"
        )
        page.evaluate(WATCH)
        screen, more = [], []
        for number in range(ROUNDS + 2):
            page.fill("#question textarea", QUESTIONS[number % len(QUESTIONS)])
            page.press("#question textarea", "Enter")
            page.wait_for_function("window.took !== null && window.took !== undefined")
            took = page.evaluate("window.took")
            said = page.locator("#transcript .turn").last.inner_text()
            own = re.search(r"([\d.]+) 秒", said)
            if number >= 2 and own:  # two to warm up
                screen.append(took)
                more.append(took - 1000 * float(own[1]))
        outside = [url for url in requests if not url.startswith((ADDRESS, "data:", "blob:"))]
        browser.close()
    print(f"page: {weight / 1e6:.2f} MB in {len(requests)} requests, {len(outside)} to other hosts")
    print(
        f"Enter to answer, {len(screen)} answers: p50 {statistics.median(screen):.0f} ms, "
        f"p95 {percentile(screen, 0.95):.0f} ms; beyond the answer's own seconds: "
        f"p50 {statistics.median(more):.0f} ms, p95 {percentile(more, 0.95):.0f} ms"
    )


def ask(client: httpx.Client, question: str) -> float:
    """Seconds that one question takes over the API. Raises on anything but an answer."""
    start = time.perf_counter()
    body = {"data": [question, "", "", 0]}
    joined = client.post(f"{ADDRESS}gradio_api/call/ask", json=body)
    joined.raise_for_status()
    event = joined.json()["event_id"]
    told = client.get(f"{ADDRESS}gradio_api/call/ask/{event}")
    told.raise_for_status()
    if "event: complete" not in told.text:
        raise RuntimeError(told.text[-200:])
    return time.perf_counter() - start


def many() -> None:
    """Twenty clients for a minute, beside one client alone."""
    with httpx.Client(timeout=120) as client:
        for _ in range(3):
            ask(client, QUESTIONS[0])
        alone = [ask(client, QUESTIONS[at % len(QUESTIONS)]) for at in range(ROUNDS)]
    took: list[float] = []
    errors: list[str] = []
    end = time.monotonic() + SECONDS

    def work(number: int) -> None:
        with httpx.Client(timeout=120) as client:
            while time.monotonic() < end:
                try:
                    took.append(ask(client, QUESTIONS[(number + len(took)) % len(QUESTIONS)]))
                except (httpx.HTTPError, RuntimeError, ValueError) as error:
                    errors.append(repr(error))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    one, p95 = statistics.median(alone), percentile(took, 0.95)
    print(
        f"{CLIENTS} clients for {SECONDS} s: {len(took)} answers, {len(errors)} errors, "
        f"p50 {statistics.median(took):.2f} s, p95 {p95:.2f} s; one alone: p50 {one:.3f} s; "
        f"p95 / alone {p95 / one:.1f}"
    )
    for error in errors[:3]:
        print(error)


def main() -> None:
    with tempfile.TemporaryDirectory() as made:
        command = [sys.executable, "-m", "ui.cli"]
        place = ["--index-dir", f"{made}/index"]
        subprocess.run([*command, "index", "seeds", *place], check=True, cwd=ROOT)
        chat = subprocess.Popen(
            [*command, "chat", *place, "--port", str(PORT)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        try:
            if chat.stdout is None or not chat.stdout.readline():
                raise RuntimeError("the chat did not start")
            on_screen()
            many()
        finally:
            chat.terminate()
            chat.wait()


if __name__ == "__main__":
    main()
