"""Who may log in: a file of names and scrypt hashes (RFC 7914), no password anywhere in it."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path

from ingest.errors import PolicyQAError

_COST = {"n": 2**14, "r": 8, "p": 1}
"""Some 50 ms and 16 MB for one try, so that guessing is slow."""

SHORTEST = 8
"""Characters of a password."""


def add_user(file: Path, name: str, password: str) -> None:
    """Let `name` log in with `password`; a name that is there gets the new password.

    Raises `PolicyQAError` when the name or the password cannot be used, or the file not be written.
    """
    name = name.strip()
    if not name or not name.isprintable():
        raise PolicyQAError("A user needs a name of printable characters.")
    if len(password) < SHORTEST:
        raise PolicyQAError(f"A password needs at least {SHORTEST} characters.")
    users = read_users(file) if file.exists() else {}
    salt = secrets.token_bytes(16)
    users[name] = (salt.hex(), _hash(password, salt).hex())
    part = file.with_name(f".{file.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump({"scrypt": users}, out, ensure_ascii=True, indent=1)
        part.replace(file)
    except OSError as error:
        raise PolicyQAError(f"{file} cannot be written ({error.strerror}).") from error


def read_users(file: Path) -> dict[str, tuple[str, str]]:
    """Salt and hash of each user, in hexadecimal.

    Raises `PolicyQAError` when the file is missing or is no such file.
    """
    try:
        rows = json.loads(file.read_text("utf-8"))["scrypt"]
        users = {str(name): (str(salt), str(made)) for name, (salt, made) in rows.items()}
        for salt, made in users.values():
            bytes.fromhex(salt + made)
    except FileNotFoundError:
        raise PolicyQAError(
            f"There is no {file}. Make it with: policyqa chat --auth {file} --add-user NAME"
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PolicyQAError(
            f"{file} is no file of users. Make a new one with --add-user."
        ) from error
    return users


def may_enter(users: dict[str, tuple[str, str]], name: str, password: str) -> bool:
    """Whether the password is that user's; an unknown name takes as long as a wrong password."""
    salt, made = users.get(name, ("00" * 16, ""))
    given = _hash(password[:1024], bytes.fromhex(salt))
    return hmac.compare_digest(given.hex(), made)


def _hash(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode("utf-8", "replace"), salt=salt, **_COST)
