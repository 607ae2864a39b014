"""Bytes to text under a declared encoding: strict, and never guessed."""

from __future__ import annotations

import codecs
import re

from linkage.errors import DataError, Fault

__all__ = ["ENCODINGS", "canonical_encoding", "decode"]

ENCODINGS = (
    "utf-8",
    "utf-16",
    *(f"cp{page}" for page in (1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258, 874)),
    *(f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)),
    *("cp437", "cp850", "cp852", "cp858", "cp866", "koi8-r", "koi8-u", "mac-roman"),
    *("gb18030", "gbk", "big5", "shift_jis", "euc_jp", "euc_kr"),
)
"""Encodings that a mapping may declare, by Python's names."""

_UTF8_MARK = codecs.BOM_UTF8
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UNICODE = ("utf-8", "utf-16")
_SEVERAL_BYTES = ("utf-8", "utf-16", "gb18030", "gbk", "big5", "shift_jis", "euc_jp", "euc_kr")
_LINE_END = re.compile(r"\r\n|\r|\n")
_BY_CODEC = {codecs.lookup(name).name: name for name in ENCODINGS}


def canonical_encoding(encoding: str) -> str | None:
    """The name in :data:`ENCODINGS` of a declared encoding, or None where it is not one.

    >>> canonical_encoding("UTF8"), canonical_encoding("windows-1252"), canonical_encoding("rot13")
    ('utf-8', 'cp1252', None)
    """
    try:
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        return None
    return "utf-8" if name == "utf-8-sig" else _BY_CODEC.get(name)


def decode(data: bytes, *, name: str, encoding: str = "utf-8") -> str:
    """Text of a file in its declared encoding; a byte-order mark is honoured and removed.

    UTF-16 needs its mark; where ``utf-8`` is declared (or nothing), a file that carries the
    UTF-16 mark is read as UTF-16, because the mark cannot start a UTF-8 file.

    Raises:
        DataError: E301 bytes that are not of that encoding, E304 no bytes, E305 the file
            contradicts the declared encoding, E306 an encoding that is not known.
    """
    declared = canonical_encoding(encoding)
    if declared is None:
        raise DataError(
            Fault(
                "E306",
                f'"{encoding}" is not a code page that can be declared for {name}.',
                'Use "utf-8", "utf-16", or a code page such as "cp1252" (Western Europe), '
                '"cp1250" (Central Europe), "cp1251" (Cyrillic), "cp1254" (Turkish).',
                file=name,
                field="encoding",
            )
        )
    if not data:
        raise DataError(
            Fault(
                "E304",
                f"{name} is empty.",
                "Export the list again, and check that it was saved before it was closed.",
                file=name,
            )
        )
    if data.startswith(_UTF8_MARK):
        _agree(declared, "utf-8", name)
        return _strict(data[len(_UTF8_MARK) :], name, "utf-8")
    if data.startswith(_UTF16_MARKS):
        _agree("utf-16" if declared == "utf-8" else declared, "utf-16", name)
        return _strict(data, name, "utf-16")
    if declared == "utf-16":
        raise DataError(_contradiction(name, "utf-16", "has no UTF-16 byte-order mark"))
    if declared not in _SEVERAL_BYTES and _is_utf8_beyond_ascii(data):
        raise DataError(_contradiction(name, declared, "is UTF-8 throughout"))
    return _strict(data, name, declared)


def _agree(declared: str, marked: str, name: str) -> None:
    if declared != marked:
        reason = f"starts with the mark of {marked.upper()}"
        raise DataError(_contradiction(name, declared, reason))


def _contradiction(name: str, declared: str, reason: str) -> Fault:
    return Fault(
        "E305",
        f'{name} {reason}, but encoding = "{declared}" is declared.',
        "Remove the encoding from mapping.toml (or leave out --encoding), "
        "or export the list again.",
        file=name,
        field="encoding",
    )


def _is_utf8_beyond_ascii(data: bytes) -> bool:
    """Whether the bytes are UTF-8 with more than ASCII: by chance, next to impossible."""
    if data.isascii():
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _strict(data: bytes, name: str, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, errors="replace")
        line = 1 + len(_LINE_END.findall(before))
        title = encoding.upper() if encoding in _UNICODE else encoding
        fault = Fault(
            "E301",
            f"{name} is not {title} (byte 0x{data[error.start]:02X}, line {line}).",
            _REMEDY_UTF8 if encoding in _UNICODE else _REMEDY_OTHER,
            file=name,
            row=line,
        )
    raise DataError(fault)


_REMEDY_UTF8 = (
    'Excel often saves Windows-1252. Add encoding = "cp1252" to mapping.toml\n'
    "(or --encoding cp1252 to linkage map), or give me the .xlsx. Nothing was written."
)
_REMEDY_OTHER = (
    "Declare the code page that the list was saved with in mapping.toml,\n"
    "or give me the .xlsx. Nothing was written."
)
