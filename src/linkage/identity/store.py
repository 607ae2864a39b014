"""The private identity as a file: text, checksummed, under a passphrase (Argon2id).

::

    linkage-identity-1
    public: linkage-public-1:...
    protection: argon2id 65536 3 4 <salt>      (KiB, iterations, lanes; or "none")
    secret: <ChaCha20-Poly1305 of the 160 secret bytes, or the bytes themselves>
    checksum: <8 bytes of SHA-256 over the lines above>

The first three lines are authenticated with the secret, so the public key can be read
without the passphrase and cannot be exchanged unnoticed. The checksum tells a damaged
file from a wrong passphrase.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from linkage.errors import Fault, KeyFileError
from linkage.files import PRIVATE, read_bytes, refuse_existing, write_whole, write_whole_group
from linkage.identity.private import SECRET_BYTES, Identity
from linkage.identity.public import PREFIX, PublicIdentity
from linkage.identity.text import from_base64, to_base64

__all__ = ["STANDARD_COST", "Cost", "create_identity", "load_identity", "load_public_identity"]

_MAGIC = "linkage-identity-1"
_SALT_BYTES = 16
_LINES = 5
# A key is derived anew for every file (fresh salt), so one fixed nonce is used once.
_NONCE = bytes(12)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess of a passphrase costs (Argon2id, RFC 9106).

    Args:
        memory: KiB.
        iterations: passes over the memory.
        lanes: parallel lanes.
    """

    memory: int
    iterations: int
    lanes: int


STANDARD_COST = Cost(memory=64 * 1024, iterations=3, lanes=4)
"""RFC 9106's second recommendation: 64 MiB, 3 passes, 4 lanes; about 0.2 s."""

# A file from elsewhere must not make this machine work for hours.
_HIGHEST_COST = Cost(memory=1024 * 1024, iterations=16, lanes=16)


def create_identity(
    path: Path, *, passphrase: bytes | None, cost: Cost = STANDARD_COST
) -> Identity:
    """Make an identity; write it to ``path`` (mode 0600) and its public half to ``path.pub``.

    Args:
        path: the private file; never overwritten.
        passphrase: UTF-8, or None to leave the file unprotected.
        cost: what a guess costs.

    Raises:
        UsageError: E201 one of the files exists already.
        KeyFileError: E415 the passphrase is empty.
        MachineError: E101-E104 the files cannot be written.
    """
    public_path = path.with_name(path.name + ".pub")
    refuse_existing(path, public_path)
    identity = Identity.generate()
    content = _seal(identity, passphrase, cost, secrets.token_bytes(_SALT_BYTES))
    public = identity.public
    shared = f"{public.encode()}\nfingerprint: {public.fingerprint}\n"
    # The private file first: a public key without its private half would lock things for good.
    write_whole(path, content, mode=PRIVATE)
    write_whole_group({public_path: shared.encode("ascii")})
    return identity


def load_identity(path: Path, ask: Callable[[], bytes]) -> Identity:
    """Load a private identity.

    Args:
        path: the private file.
        ask: gives the passphrase; called only where the file has one.

    Raises:
        KeyFileError: E401 wrong passphrase, E404 not an identity or damaged, E406 made with
            a cost that this version does not accept.
        MachineError: E102-E104 the file cannot be read.
    """
    lines = _lines(path.name, read_bytes(path, made_by="linkage identity new"))
    cost, salt = _protection(path.name, lines[2])
    secret = _value(path.name, lines[3], "secret: ")
    if cost is not None:
        passphrase = ask()
        try:
            cipher = ChaCha20Poly1305(_stretch(passphrase, cost, salt))
            secret = cipher.decrypt(_NONCE, secret, _authenticated(lines))
        except InvalidTag:
            raise KeyFileError(
                Fault(
                    "E401",
                    f"The passphrase does not open {path.name}.",
                    "Try again; mind capitals and the keyboard's language.",
                    file=path.name,
                )
            ) from None
    if len(secret) != SECRET_BYTES:
        raise _damaged(path.name)
    identity = Identity(secret)
    if lines[1] != f"public: {identity.public.encode()}":
        raise _damaged(path.name)
    return identity


def load_public_identity(path: Path) -> PublicIdentity:
    """The public half, from a ``.pub`` file or, without its passphrase, a private one.

    Raises:
        KeyFileError: E403 a mangled key, E404 neither kind of file, or damaged.
        MachineError: E102-E104 the file cannot be read.
    """
    content = read_bytes(path)
    if content.startswith(_MAGIC.encode("ascii")):
        return PublicIdentity.decode(_lines(path.name, content)[1].removeprefix("public: "))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _not_an_identity(path.name) from None
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or not lines[0].startswith(PREFIX):
        raise _not_an_identity(path.name)
    public = PublicIdentity.decode(lines[0])
    if lines[1:] not in ([], [f"fingerprint: {public.fingerprint}"]):
        raise _damaged(path.name)
    return public


def _seal(identity: Identity, passphrase: bytes | None, cost: Cost, salt: bytes) -> bytes:
    secret = identity.secret_bytes()
    protection = "none"
    if passphrase is not None:
        if not passphrase.strip():
            raise KeyFileError(
                Fault(
                    "E415",
                    "The passphrase is empty.",
                    "Choose one of several words, or say --no-passphrase.",
                )
            )
        protection = f"argon2id {cost.memory} {cost.iterations} {cost.lanes} {to_base64(salt)}"
    lines = [_MAGIC, f"public: {identity.public.encode()}", f"protection: {protection}"]
    if passphrase is not None:
        key = _stretch(passphrase, cost, salt)
        secret = ChaCha20Poly1305(key).encrypt(_NONCE, secret, _authenticated(lines))
    lines.append(f"secret: {to_base64(secret)}")
    lines.append(f"checksum: {_checksum(lines)}")
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def _lines(name: str, content: bytes) -> list[str]:
    """The five lines, whose checksum and form are right; nothing is authenticated yet."""
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError:
        raise _not_an_identity(name) from None
    lines = text.split("\n")
    if lines[0] != _MAGIC:
        raise _not_an_identity(name)
    if len(lines) != _LINES + 1 or lines.pop() or lines[4] != f"checksum: {_checksum(lines[:4])}":
        raise _damaged(name)
    return lines


def _protection(name: str, line: str) -> tuple[Cost | None, bytes]:
    words = line.removeprefix("protection: ").split(" ")
    if words == ["none"]:
        return None, b""
    try:
        algorithm, memory, iterations, lanes, salt_text = words
        cost, salt = Cost(int(memory), int(iterations), int(lanes)), from_base64(salt_text)
    except ValueError:
        raise _damaged(name) from None
    acceptable = (
        algorithm == "argon2id"
        and len(salt) == _SALT_BYTES
        and 1 <= cost.lanes <= _HIGHEST_COST.lanes
        and 1 <= cost.iterations <= _HIGHEST_COST.iterations
        and 8 * cost.lanes <= cost.memory <= _HIGHEST_COST.memory
    )
    if not acceptable:
        raise KeyFileError(
            Fault(
                "E406",
                f"{name} is protected in a way that this version does not accept.",
                "Use the version that made it, or make a new identity.",
                file=name,
            )
        )
    return cost, salt


def _value(name: str, line: str, prefix: str) -> bytes:
    try:
        return from_base64(line.removeprefix(prefix))
    except ValueError:
        raise _damaged(name) from None


def _stretch(passphrase: bytes, cost: Cost, salt: bytes) -> bytes:
    """Argon2id of the passphrase; one text typed on two systems gives one key."""
    text = passphrase.decode("utf-8", errors="surrogateescape")
    normal = unicodedata.normalize("NFC", text).encode("utf-8", errors="surrogateescape")
    return Argon2id(
        salt=salt,
        length=32,
        iterations=cost.iterations,
        lanes=cost.lanes,
        memory_cost=cost.memory,
    ).derive(normal)


def _authenticated(lines: list[str]) -> bytes:
    return "\n".join(["linkage/v1/identity|", *lines[:3]]).encode("ascii")


def _checksum(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode("ascii")).digest()[:8].hex()


def _not_an_identity(name: str) -> KeyFileError:
    return KeyFileError(
        Fault(
            "E404",
            f"{name} is not an identity file.",
            "Give the file that `linkage identity new` wrote.",
            file=name,
        )
    )


def _damaged(name: str) -> KeyFileError:
    return KeyFileError(
        Fault(
            "E404",
            f"{name} is damaged: its content does not fit its checksum.",
            "Restore it from a backup.",
            file=name,
        )
    )
