"""Take the README's pictures: `make screenshots`. Needs Debian's chromium and fonts-noto-cjk."""

from __future__ import annotations

import contextlib
import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
PICTURES = Path(__file__).with_name("screenshots")
PORT = "7899"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
QUESTION = "到2028年打造多少个工业智能体？"


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """A chat over an index of the seed document."""
    command = [sys.executable, "-m", "ui.cli"]
    subprocess.run([*command, "index", "seeds", "--index-dir", str(folder)], check=True, cwd=ROOT)
    chat = subprocess.Popen(
        [*command, "chat", "--index-dir", str(folder), "--port", PORT],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        assert chat.stdout is not None
        yield next(line for line in chat.stdout if line.startswith("policyqa chat")).split()[-1]
    finally:
        chat.terminate()
        chat.wait()


def opened(browser: Browser, address: str, **options: object) -> Page:
    settings = {"viewport": {"width": 1360, "height": 850}, "locale": "zh-CN"} | options
    page = browser.new_context(**settings).new_page()
    page.set_default_timeout(60_000)
    page.goto(address)
    page.wait_for_selector(".welcome")
    return page


def ask(page: Page, question: str) -> None:
    turns = page.locator("#transcript .turn[data-turn]")
    count = turns.count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    turns.nth(count).wait_for()


def keep(page: Page, name: str) -> None:
    page.wait_for_timeout(700)
    whole = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    # 128 colours show the same and are a third of the bytes, which every clone carries.
    whole.quantize(128, dither=Image.Dither.NONE).save(PICTURES / f"{name}.png", optimize=True)


def take(browser: Browser, address: str, folder: Path) -> None:
    page = opened(browser, address)
    keep(page, "welcome")
    ask(page, QUESTION)
    keep(page, "answer")
    page.click(".cited .place")
    page.wait_for_selector("#source-panel mark")
    keep(page, "source")
    page.keyboard.press("Escape")
    ask(page, "那2030年呢？")
    keep(page, "not-in-these-documents")

    dark = opened(browser, address, color_scheme="dark", locale="en-US")
    ask(dark, "how many 智能体 by 2028")
    dark.click(".cited .place")
    dark.wait_for_selector("#source-panel mark")
    keep(dark, "dark")

    phone = opened(browser, address, viewport={"width": 390, "height": 800}, device_scale_factor=2)
    ask(phone, QUESTION)
    keep(phone, "phone")
    phone.click(".cited .place")
    phone.wait_for_selector("#source-panel mark")
    keep(phone, "phone-source")

    paragraph = "到2028年，第{0}类智能工厂要建成{0}家以上，并按规定给予每家{0}万元奖励。\n\n"
    uploaded = []
    for number in range(6):
        path = folder / f"关于第{number + 1}批智能工厂的通知.md"
        body = "".join(paragraph.format(number * 1000 + row) for row in range(400))
        path.write_text(f"# {path.stem}\n\n{body}", "utf-8")
        uploaded.append(path)
    page.get_by_role("tab", name="文件").click()
    page.set_input_files("#upload input[type=file]", uploaded)
    page.wait_for_selector(".progress .bar[aria-valuenow]:not([aria-valuenow='0'])")
    page.wait_for_function("document.querySelector('.progress')?.innerText.includes('编入')")
    keep(page, "upload")


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        with served(Path(made) / "index") as address:
            take(browser, address, Path(made))
        browser.close()


if __name__ == "__main__":
    main()
