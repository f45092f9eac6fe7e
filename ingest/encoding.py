"""From bytes to characters."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress

from ingest.errors import UnreadableFile

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_NARROW = ["gb18030", "big5", "big5hkscs", "cp1252"]
"""What Chinese and English office files come in beside UTF-8, the likeliest first."""

_WIDE = ["utf_16_le", "utf_16_be"]
"""The same for bytes that hold zeros, as each space, digit and line end in UTF-16 does."""

_ASCII = bytes(range(128))
_SAMPLE = 2**17
_DAMAGED_SHARE = 0.01
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffe\uffff]")
_PRIVATE = re.compile("[\ue000-\uf8ff\ufffd]")
_USUAL = re.compile("[\t\n\r -~\u00a0-\u00ff\u2010-\u203b\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")
_USUAL_SHARE = 0.7
_BINARY_SHARE = 0.002
_PRIVATE_SHARE = 0.05


def decode(data: bytes) -> str:
    """The characters of `data` without a byte order mark; line ends stay as they stand.

    Looks for a byte order mark, then tries UTF-8, then lets charset-normalizer choose among
    GB18030, Big5, UTF-16 and Windows-1252. Raises `UnreadableFile` where the bytes are no text, or
    are damaged.
    """
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "")
    if encoding:
        text = _strictly(data, encoding).removeprefix("\ufeff")
    else:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            text = _not_utf8(data, error)
        if "\0" in text:
            text = _guessed(data)
    if not _is_text(text):
        raise UnreadableFile("it holds no text, whatever its name says")
    return text


def _not_utf8(data: bytes, error: UnicodeDecodeError) -> str:
    """The text of bytes that UTF-8 does not explain. Raises `UnreadableFile`."""
    beyond_ascii = len(data[:_SAMPLE].translate(None, _ASCII))
    lost = data[:_SAMPLE].decode("utf-8", "replace").count("\ufffd")
    if lost <= max(1, beyond_ascii * _DAMAGED_SHARE) and beyond_ascii > 3 * lost:
        if error.end >= len(data) - 1:
            raise UnreadableFile("it is cut off in the middle of a character; get a whole copy")
        raise UnreadableFile(f"it is damaged at byte {error.start}; save it again as UTF-8")
    return _guessed(data)


def _guessed(data: bytes) -> str:
    """The text of bytes in an encoding that is guessed, if it then reads as text."""
    text = _strictly(data, _guess(data))
    if len(_USUAL.findall(text[:_SAMPLE])) < len(text[:_SAMPLE]) * _USUAL_SHARE:
        raise UnreadableFile("it holds no text, whatever its name says")
    return text


def _guess(data: bytes) -> str:
    """The name of the encoding. Raises `UnreadableFile` where no candidate fits."""
    # 40 ms of imports that files in UTF-8 do not need.
    from charset_normalizer import from_bytes  # noqa: PLC0415

    sample = data[:_SAMPLE]
    if len(data) > _SAMPLE and b"\n" in sample:
        # A sample must not end within a character; an even length keeps UTF-16 whole.
        end = sample.rindex(b"\n") + 1
        sample = sample[: end + end % 2]
    candidates = _WIDE if b"\0" in sample else _NARROW
    best = from_bytes(sample, cp_isolation=candidates).best()
    if best is not None:
        return best.encoding
    for encoding in candidates:
        with suppress(UnicodeDecodeError):
            sample.decode(encoding)
            return encoding
    raise UnreadableFile("it holds no text in a known encoding; save it as UTF-8")


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        shown = encoding.upper().replace("_", "-")
        raise UnreadableFile(f"it is damaged {shown} text; save it again as UTF-8") from None


def _is_text(text: str) -> bool:
    """Whether control characters and characters without a meaning are as rare as in text."""
    controls = sum(1 for _ in _CONTROLS.finditer(text))
    private = sum(1 for _ in _PRIVATE.finditer(text))
    return controls <= len(text) * _BINARY_SHARE and private <= len(text) * _PRIVATE_SHARE
