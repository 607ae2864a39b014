"""The crosswalk: which row each handle stands for. It stays with the data owner, encrypted.

``docs/format.md``, section "Crosswalk". Sealed under a key of the owner's own identity,
never under the project key, and bound to the package it belongs to by its file id.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from numpy.typing import NDArray

from linkage.identity.private import Identity
from linkage.package.outcomes import refusal
from linkage.package.payload import HANDLE

__all__ = ["CROSSWALK_MAGIC", "Crosswalk", "open_crosswalk", "seal_crosswalk"]

CROSSWALK_MAGIC = b"\x89LNX\r\n\x1a\n"

_VERSION = (1).to_bytes(2, "big")
_FILE_ID = 16
_NONCE = 12
_LABEL = b"linkage/v1/crosswalk"


@dataclass(frozen=True, slots=True, eq=False)
class Crosswalk:
    """Which spreadsheet row each handle of one package stands for.

    Attributes:
        file_id: 16 bytes, the package's file id.
        handles: ``(records, 16)`` uint8, in the package's order.
        rows: ``(records,)`` int64, row numbers as the spreadsheet shows them.
    """

    file_id: bytes
    handles: NDArray[np.uint8] = field(repr=False)
    rows: NDArray[np.int64] = field(repr=False)

    def row_of(self, handle: bytes) -> int:
        """The spreadsheet row of a handle.

        Raises:
            KeyError: the package has no such handle.
        """
        found = np.flatnonzero((self.handles == np.frombuffer(handle, np.uint8)).all(axis=1))
        if not len(found):
            raise KeyError("no record has this handle")
        return int(self.rows[found[0]])


def seal_crosswalk(crosswalk: Crosswalk, owner: Identity) -> bytes:
    """Encrypt a crosswalk to the owner that made it; returns the whole file."""
    return _seal_from_parts(crosswalk, owner, secrets.token_bytes(_NONCE))


def open_crosswalk(data: bytes, owner: Identity, *, name: str) -> Crosswalk:
    """Decrypt a crosswalk.

    Args:
        data: the whole file.
        owner: the identity that encoded the list.
        name: name of the file, for messages.

    Raises:
        PackageError: E563 it is damaged, or another identity's.
    """
    start = len(CROSSWALK_MAGIC) + len(_VERSION)
    associated = data[: start + _FILE_ID]
    nonce = data[start + _FILE_ID : start + _FILE_ID + _NONCE]
    if data[:start] != CROSSWALK_MAGIC + _VERSION or len(nonce) != _NONCE:
        raise refusal("E563", name)
    file_id = associated[start:]
    try:
        content = ChaCha20Poly1305(_key(owner, file_id)).decrypt(
            nonce, data[start + _FILE_ID + _NONCE :], associated
        )
    except InvalidTag:
        raise refusal("E563", name) from None
    count, rest = divmod(len(content), HANDLE + 8)
    if rest:
        raise refusal("E563", name)
    handles = np.frombuffer(content, np.uint8, count * HANDLE).reshape(count, HANDLE)
    rows = np.frombuffer(content, "<i8", count, count * HANDLE)
    return Crosswalk(file_id, handles.copy(), rows.astype(np.int64))


def _seal_from_parts(crosswalk: Crosswalk, owner: Identity, nonce: bytes) -> bytes:
    handles, rows = crosswalk.handles, crosswalk.rows
    if handles.shape != (len(rows), HANDLE) or len(crosswalk.file_id) != _FILE_ID:
        raise ValueError("a crosswalk has one row number for each handle of 16 bytes")
    content = handles.tobytes() + rows.astype("<i8").tobytes()
    associated = CROSSWALK_MAGIC + _VERSION + crosswalk.file_id
    cipher = ChaCha20Poly1305(_key(owner, crosswalk.file_id))
    return associated + nonce + cipher.encrypt(nonce, content, associated)


def _key(owner: Identity, file_id: bytes) -> bytes:
    """One key for each file, so that a nonce never meets another file's."""
    secret = owner.secret("crosswalk")
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=file_id, info=_LABEL).derive(secret)
