"""Reading parts of a zip archive that may be hostile."""

from __future__ import annotations

import io
import zipfile
import zlib

from ingest.errors import UnreadableFile
from ingest.limit import check_tags

LARGEST_PART = 32 * 2**20
"""Bytes of the largest part that is unpacked; a 500-page document takes about 5 MB."""

_OLE = b"\xd0\xcf\x11\xe0"
_DOCTYPES = (b"<!DOCTYPE", b"<\0!\0D\0O\0C\0T\0Y\0P\0E", b"\0<\0!\0D\0O\0C\0T\0Y\0P\0E"[:-1])


def open_archive(data: bytes) -> zipfile.ZipFile:
    """The archive in `data`. Raises `UnreadableFile` where there is none that can be read."""
    if data.startswith(_OLE):
        raise UnreadableFile(
            "it is protected by a password or older than Word 2007; save it as an open .docx"
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError):
        raise UnreadableFile("it is damaged or cut off; get a whole copy") from None
    if any(part.flag_bits & 1 for part in archive.infolist()):
        raise UnreadableFile("it is protected by a password; save it without one")
    return archive


def unpacked(archive: zipfile.ZipFile, name: str) -> bytes:
    """The bytes of one part, or b"" where there is none of that name.

    Raises `UnreadableFile` where it unpacks to more than `LARGEST_PART`, whatever its header says,
    holds too many tags, is damaged, or declares entities, which the formats that come in archives
    forbid.
    """
    try:
        with archive.open(name) as part:
            data = part.read(LARGEST_PART + 1)
    except KeyError:
        return b""
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError):
        raise UnreadableFile("it is damaged or cut off; get a whole copy") from None
    if len(data) > LARGEST_PART:
        raise UnreadableFile(f"it unpacks to more than {LARGEST_PART >> 20} MB")
    if any(sign in data for sign in _DOCTYPES):
        raise UnreadableFile("it declares entities, which no honest document of its kind does")
    check_tags(data.count(b"<"))
    return data
