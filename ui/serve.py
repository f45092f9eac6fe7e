"""Serving the page: to this machine alone, or to others who log in; nothing from outside.

Gradio's own page names a few outside addresses for link previews; they are taken out, and a
content security policy forbids the browser to load anything that this server does not serve.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import functools
import io
import ipaddress
import logging
import os
import re
from pathlib import Path
from typing import Any

from ingest.errors import PolicyQAError
from ingest.read import LARGEST_FILE
from ui.auth import may_enter, read_users
from ui.library import Library

_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "  # Gradio's templates
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "media-src 'self' blob:; connect-src 'self'; worker-src 'self' blob:; frame-src 'none'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
_PREVIEW = re.compile(rb'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>\s*')


class Guard:
    """ASGI middleware: adds the policy to every answer and takes link previews out of pages.

    MCP clients log in by HTTP Basic, for Gradio's own login is for browsers.
    """

    def __init__(self, app: Any, users: dict[str, tuple[str, str]] | None) -> None:  # noqa: ANN401 - ASGI
        self.app = app
        self.users = users

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if self.users and "/mcp" in scope["path"] and not _basic(scope, self.users):
            await _refuse(send)
            return
        start: dict[str, Any] | None = None
        body = b""

        async def pass_on(message: dict[str, Any]) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                named = {name.lower() for name, _ in _HEADERS}
                headers = [pair for pair in message["headers"] if pair[0].lower() not in named]
                message = {**message, "headers": [*headers, *_HEADERS]}
                kind = dict(headers).get(b"content-type", b"")
                if kind.startswith(b"text/html"):
                    start = message
                    return
            elif start is not None:
                body += message.get("body", b"")
                if message.get("more_body"):
                    return
                page = _PREVIEW.sub(b"", body)
                others = [pair for pair in start["headers"] if pair[0].lower() != b"content-length"]
                length = (b"content-length", str(len(page)).encode())
                await send({**start, "headers": [*others, length]})
                message = {"type": "http.response.body", "body": page}
                start = None
            await send(message)

        await self.app(scope, receive, pass_on)


def _basic(scope: Any, users: dict[str, tuple[str, str]]) -> bool:  # noqa: ANN401 - ASGI
    given = dict(scope["headers"]).get(b"authorization", b"")
    try:
        name, _, password = base64.b64decode(given.removeprefix(b"Basic ")).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return given.startswith(b"Basic ") and may_enter(users, name, password)


async def _refuse(send: Any) -> None:  # noqa: ANN401 - ASGI
    headers = [(b"www-authenticate", b'Basic realm="policyqa"'), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 401, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def check_host(host: str, auth: Path | None) -> None:
    """Raise `PolicyQAError` when others could reach the page without logging in."""
    try:
        alone = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        alone = False
    if not alone and auth is None:
        raise PolicyQAError(
            f"--host {host} lets other machines in: add --auth FILE, made with "
            "policyqa chat --auth FILE --add-user NAME"
        )


def start(folder: Path, host: str, port: int, auth: Path | None) -> Any:  # noqa: ANN401 - gr.Blocks
    """Start the chat over the index in `folder` and return once it answers; `local_url` says where.

    Raises `PolicyQAError` when the host demands a login, the port is taken, or the index cannot be
    read; there may be none yet.
    """
    check_host(host, auth)
    library = Library(folder)
    library.counts()
    users = read_users(auth) if auth is not None else None
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["GRADIO_TEMP_DIR"] = str((folder / "chat-cache").resolve())
    for name in ("NO_PROXY", "no_proxy"):  # Gradio asks itself whether it answers; nobody else
        os.environ[name] = "*"
    logging.getLogger("httpx").setLevel(logging.WARNING)
    from starlette.middleware import Middleware  # noqa: PLC0415 - with Gradio it takes seconds

    from ui.chat import Chat  # noqa: PLC0415
    from ui.layout import STATIC, theme  # noqa: PLC0415

    chat = Chat(library)
    greeting = io.StringIO()  # Gradio's own, of several lines; the command prints the address
    try:
        with contextlib.redirect_stdout(greeting):
            chat.blocks.launch(
                server_name=host,
                server_port=port,
                auth=functools.partial(may_enter, users) if users is not None else None,
                auth_message="policyqa",
                prevent_thread_lock=True,
                quiet=True,
                share=False,
                show_error=False,
                max_file_size=LARGEST_FILE,
                allowed_paths=[],
                footer_links=[],
                run_history=False,
                enable_monitoring=False,
                ssr_mode=False,
                _frontend=False,  # else it gives up when a busy machine takes three seconds
                pwa=False,
                mcp_server=True,
                theme=theme(),
                css=(STATIC / "chat.css").read_text("utf-8"),
                app_kwargs={"middleware": [Middleware(Guard, users=users)]},
            )
    except OSError as error:
        raise PolicyQAError(f"{error} Choose another with --port.") from error
    chat.warm()
    return chat.blocks
