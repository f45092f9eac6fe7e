"""Logging in, where others may reach the page."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect

from ui.auth import add_user


@pytest.fixture(scope="module")
def guarded(serve, seed_index: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    users = tmp_path_factory.mktemp("auth") / "users.json"
    add_user(users, "李研究员", "correct horse")
    return str(serve(seed_index, "--auth", str(users)))


def test_a_wrong_password_is_refused_and_the_right_one_lets_in(open_page, guarded) -> None:
    page = open_page(guarded)
    page.get_by_role("textbox", name="用户名").fill("李研究员")
    page.locator("input[type=password]").fill("wrong password")
    page.get_by_role("button", name="登录").click()
    expect(page.locator("body")).to_contain_text("凭据不正确")
    page.get_by_role("textbox", name="用户名").fill("李研究员")
    page.locator("input[type=password]").fill("correct horse")
    page.get_by_role("button", name="登录").click()
    expect(page.locator("#user")).to_contain_text("李研究员")


@pytest.mark.parametrize(
    "path", ["gradio_api/info", "gradio_api/mcp/", "config", "gradio_api/queue/join"]
)
def test_nothing_is_served_without_logging_in(guarded: str, path: str) -> None:
    request = urllib.request.Request(guarded + path, data=b"{}" if "join" in path else None)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=20)
    assert refused.value.code == 401
    refused.value.close()
