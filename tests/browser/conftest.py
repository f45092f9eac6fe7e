"""The chat as a process of its own, and the page in Debian's Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",  # root, as in a container, has no other way
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

if CHROMIUM is None and os.environ.get("CI") != "true":
    pytest.skip("needs Chromium: apt-get install chromium", allow_module_level=True)

from playwright.sync_api import Browser, Page, expect, sync_playwright  # noqa: E402 - after the skip

expect.set_options(timeout=60_000)  # a busy machine is slow, not wrong

Serve = Callable[..., str]
Opened = Callable[..., Page]


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Start `policyqa chat` over a folder, with options; gives its address.

    `first` is what its process runs before the command.
    """
    running: list[subprocess.Popen[str]] = []

    def start(folder: Path, *options: str, first: str = "") -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        log = tmp_path_factory.mktemp("log") / "chat.log"
        code = f"{first}\nfrom ui.cli import main\nmain()"
        command = [sys.executable, "-c", code, "chat", "--index-dir", str(folder)]
        with log.open("w") as errors:
            process = subprocess.Popen(
                [*command, "--port", str(port), *options],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                cwd=ROOT,
            )
        running.append(process)
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("policyqa chat: "):
                return line.removeprefix("policyqa chat: ").strip()
        raise AssertionError(log.read_text())

    yield start
    for process in running:
        process.terminate()
        process.wait(20)
        if process.stdout is not None:
            process.stdout.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opened]:
    """Open an address in a new browser profile; a request to any other host fails the test."""
    contexts = []
    outside: list[str] = []
    errors: list[str] = []

    def open_at(address: str, language: str = "zh-CN", **options: object) -> Page:
        context = browser.new_context(locale=language, accept_downloads=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: errors.append(str(error)))

        def note(url: str) -> None:
            if not url.startswith((address, "data:", "blob:")):
                outside.append(url)

        page.on("request", lambda request: note(request.url))
        page.on("websocket", lambda socket: note(socket.url))
        page.goto(address)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert outside == []
    assert errors == []


@pytest.fixture(scope="session")
def chat(serve: Serve, seed_index: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The chat over an index of the seed document, which the tests may add to."""
    folder = tmp_path_factory.mktemp("chat") / "index"
    shutil.copytree(seed_index, folder)
    return serve(folder)
