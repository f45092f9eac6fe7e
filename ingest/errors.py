"""What can go wrong, from a user's side.

* `PolicyQAError`: every error that a user may see; its text says what to do next

  * `UnreadableFile`: this file cannot be read; the others go on
"""

from __future__ import annotations


class PolicyQAError(Exception):
    """An error meant for a user: one line that says what happened and what to do next."""


class UnreadableFile(PolicyQAError):  # noqa: N818 - it names the file's state, as users read it
    """One file that cannot be read. Its text is the reason, without the file's name."""
