"""The same functions for programs: Gradio's API, and MCP with a login."""

from __future__ import annotations

import asyncio
import base64
import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from ui.auth import add_user

QUESTION = "到2028年打造多少个工业智能体？"


def call(address: str, name: str, *values: object) -> object:
    """Ask Gradio's own HTTP API, as the README shows it."""
    at = f"{address}gradio_api/call/{name}"
    body = json.dumps({"data": values}).encode()
    request = urllib.request.Request(at, body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        event = json.load(answer)["event_id"]
    with urllib.request.urlopen(f"{at}/{event}", timeout=60) as answer:
        told = answer.read().decode()
    assert "event: complete" in told, told
    return json.loads(told.split("data: ", 1)[1])[0]


def test_a_proxy_does_not_stand_between_the_page_and_itself(serve, seed_index: Path) -> None:
    names = ("HTTP_PROXY", "http_proxy", "ALL_PROXY")
    nowhere = f"import os; os.environ |= dict.fromkeys({names}, 'http://127.0.0.1:9')"
    assert call(serve(seed_index, first=nowhere), "documents")


def test_the_api_answers_searches_and_lists(chat: str) -> None:
    answer = call(chat, "ask", QUESTION, "", "", 0)
    assert isinstance(answer, dict)
    assert answer["found"]
    assert "200个左右" in answer["text"]
    found = call(chat, "search", "智能工厂", 3, "", "", 0)
    assert isinstance(found, list)
    assert len(found) == 3
    listed = call(chat, "documents")
    assert isinstance(listed, list)
    assert any("山东" in one["title"] for one in listed)


def test_nothing_but_the_three_is_offered(chat: str) -> None:
    with urllib.request.urlopen(f"{chat}gradio_api/info", timeout=20) as answer:
        offered = json.load(answer)
    assert set(offered["named_endpoints"]) == {"/ask", "/search", "/documents"}
    assert not offered["unnamed_endpoints"]


async def _tools(address: str, headers: dict[str, str]) -> tuple[dict[str, list[str]], str]:
    async with (
        httpx.AsyncClient(headers=headers, timeout=60) as client,
        streamable_http_client(f"{address}gradio_api/mcp/", http_client=client) as (read, write, _),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        listed = (await session.list_tools()).tools
        answer = await session.call_tool("ask", {"question": QUESTION})
    named = {tool.name: list(tool.inputSchema["properties"]) for tool in listed}
    return named, str(answer.content[0])


def tools(address: str, headers: dict[str, str]) -> tuple[dict[str, list[str]], str]:
    """Each tool's arguments, and an answer; in a thread, for Playwright has its own loop here."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(_tools(address, headers))).result()


EXPECTED = {
    "ask": ["question", "document", "issuer", "year"],
    "search": ["query", "limit", "document", "issuer", "year"],
    "documents": [],
}


def test_the_tools_of_mcp_answer(chat: str) -> None:
    named, answer = tools(chat, {})
    assert named == EXPECTED
    assert "200个左右" in answer


def test_mcp_logs_in_with_name_and_password(serve, seed_index: Path, tmp_path: Path) -> None:
    add_user(tmp_path / "users.json", "li", "correct horse")
    address = serve(seed_index, "--auth", str(tmp_path / "users.json"))
    login = base64.b64encode(b"li:correct horse").decode()
    named, answer = tools(address, {"authorization": f"Basic {login}"})
    assert named == EXPECTED
    assert "200个左右" in answer
