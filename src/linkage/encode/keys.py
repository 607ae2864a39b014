"""The project key: made by one data owner, wrapped to the others, and to nobody else.

Two kinds of file, both canonical JSON: the *bundle* (``.lkey``) that its maker sends to
the other owners, with the key wrapped to each of them; and each owner's own *project key*
file, with the key wrapped to that owner's identity, so that one passphrase opens both.
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from linkage.agreement.fingerprint import fingerprint, short_fingerprint, spoken_check
from linkage.agreement.model import Agreement, Party
from linkage.agreement.sign import party_of
from linkage.canonical import canonical_json
from linkage.encode.subkeys import Subkeys
from linkage.errors import Fault, KeyFileError
from linkage.files import read_bytes
from linkage.identity.private import Identity
from linkage.identity.public import PublicIdentity
from linkage.identity.text import from_base64, to_base64

__all__ = [
    "AcceptedKey",
    "ProjectKey",
    "Subkeys",
    "accept_project_key",
    "load_project_key",
    "new_project_key",
]

_BUNDLE = "linkage-project-key-bundle/1"
_KEY_FILE = "linkage-project-key/1"
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class ProjectKey:
    """The secret that all data owners of one agreement and round share.

    Attributes:
        secret: 32 bytes; never printed.
        project: id of the agreement.
        round: round of the agreement.
        fingerprint: fingerprint of the agreement, 32 bytes.
        maker: id of the data owner who made the key.
    """

    secret: bytes = field(repr=False)
    project: str
    round: int
    fingerprint: bytes
    maker: str

    @property
    def subkeys(self) -> Subkeys:
        """All keys of this run."""
        return Subkeys(self.secret, self.project, self.round, self.fingerprint)

    @property
    def check_value(self) -> str:
        """The first three bytes of the key check, such as ``4D-19-A7``, to read aloud."""
        return spoken_check(self.subkeys.key_check())


class AcceptedKey(NamedTuple):
    """A project key, and the content of the file in which its owner keeps it."""

    key: ProjectKey
    content: bytes


def new_project_key(agreement: Agreement, maker: Identity) -> bytes:
    """Make a project key and wrap it to every data owner, and to no other party.

    Args:
        agreement: the agreement; the caller has checked that it is in force.
        maker: identity of the data owner who makes the key.

    Returns:
        the bundle, to be sent to every data owner (the maker accepts it, too).

    Raises:
        KeyFileError: E409 the maker is no party, E410 the maker is no data owner.
    """
    return _bundle_from_secret(agreement, maker, secrets.token_bytes(_KEY_BYTES))


def accept_project_key(
    bundle: bytes, agreement: Agreement, identity: Identity, *, name: str = "The project key bundle"
) -> AcceptedKey:
    """Open the bundle as one of the data owners.

    Args:
        bundle: content of the ``.lkey`` file.
        agreement: the agreement.
        identity: the data owner's.
        name: the file's name, for messages.

    Raises:
        KeyFileError: E409 no party, E410 no data owner, E411 damaged or no bundle, E412
            for another agreement, E413 not signed by a data owner of the agreement, E408
            not wrapped for this identity.
    """
    owner = _data_owner(agreement, identity)
    content = _parse(bundle, _BUNDLE, name, _BUNDLE_KEYS)
    _require_agreement(content, agreement, name)
    maker = agreement.party(content["maker"])
    if maker is None or maker.role != "data-owner":
        _refuse_maker()
    _require_signature(content, maker, b"linkage/v1/project-key-bundle|")
    owners = {party.id for party in agreement.owners}
    if not isinstance(content["wraps"], dict) or set(content["wraps"]) != owners:
        _refuse_damaged(name)
    wrapped = _base64(content["wraps"][owner.id], name)
    secret = identity.unwrap(wrapped, _wrap_info("bundle", agreement, maker.id, owner.id))
    key = _checked_key(secret, content, agreement, name)
    return AcceptedKey(key, _key_file(key, agreement, identity, owner))


def load_project_key(path: Path, agreement: Agreement, identity: Identity) -> ProjectKey:
    """Load the project key that this identity accepted.

    Raises:
        KeyFileError: E409 no party, E410 no data owner, E411 damaged or no project key,
            E412 for another agreement, E413 not kept by this identity, E408 not wrapped
            for it.
        MachineError: E102-E104 the file cannot be read.
    """
    owner = _data_owner(agreement, identity)
    data = read_bytes(path, made_by="linkage key accept")
    content = _parse(data, _KEY_FILE, path.name, _KEY_FILE_KEYS)
    _require_agreement(content, agreement, path.name)
    if content["owner"] != owner.id:
        _refuse_signature(f"{path.name} was accepted by another data owner.")
    _require_signature(content, owner, b"linkage/v1/project-key|")
    wrapped = _base64(content["wrap"], path.name)
    info = _wrap_info("file", agreement, content["maker"], owner.id)
    return _checked_key(identity.unwrap(wrapped, info), content, agreement, path.name)


_COMMON_KEYS = ("agreement", "check", "format", "maker", "project", "round", "signature")
_BUNDLE_KEYS = frozenset({*_COMMON_KEYS, "wraps"})
_KEY_FILE_KEYS = frozenset({*_COMMON_KEYS, "owner", "wrap"})


def _bundle_from_secret(agreement: Agreement, maker: Identity, secret: bytes) -> bytes:
    party = _data_owner(agreement, maker)
    key = ProjectKey(secret, agreement.id, agreement.round, fingerprint(agreement), party.id)
    content = _content(_BUNDLE, key)
    content["wraps"] = {
        owner.id: to_base64(
            PublicIdentity.decode(owner.public_key).wrap(
                secret, _wrap_info("bundle", agreement, party.id, owner.id)
            )
        )
        for owner in agreement.owners
    }
    return _signed(content, maker, b"linkage/v1/project-key-bundle|")


def _key_file(key: ProjectKey, agreement: Agreement, identity: Identity, owner: Party) -> bytes:
    info = _wrap_info("file", agreement, key.maker, owner.id)
    content = _content(_KEY_FILE, key)
    content["owner"] = owner.id
    content["wrap"] = to_base64(identity.public.wrap(key.secret, info))
    return _signed(content, identity, b"linkage/v1/project-key|")


def _content(form: str, key: ProjectKey) -> dict[str, Any]:
    return {
        "format": form,
        "project": key.project,
        "round": key.round,
        "agreement": key.fingerprint.hex(),
        "maker": key.maker,
        "check": key.subkeys.key_check().hex(),
    }


def _signed(content: dict[str, Any], identity: Identity, domain: bytes) -> bytes:
    signature = to_base64(identity.sign(domain + canonical_json(content)))
    return canonical_json({**content, "signature": signature}) + b"\n"


def _wrap_info(kind: str, agreement: Agreement, maker: str, owner: str) -> bytes:
    """What a wrap is for, as one unambiguous text: a wrap fits one place only."""
    parts = [
        f"linkage/v1/project-key-wrap/{kind}",
        agreement.id,
        agreement.round,
        fingerprint(agreement).hex(),
        maker,
        owner,
    ]
    return canonical_json(parts)


def _data_owner(agreement: Agreement, identity: Identity) -> Party:
    party = party_of(agreement, identity.public)
    if party.role != "data-owner":
        raise KeyFileError(
            Fault(
                "E410",
                f'"{party.id}" is the {party.role.replace("-", " ")} of this agreement and must '
                "never hold the project key.",
                "Only data owners make, accept and use it. Whoever holds encodings or counts "
                "must not be able to encode.",
            )
        )
    return party


def _parse(data: bytes, form: str, name: str, keys: frozenset[str]) -> dict[str, Any]:
    try:
        content = json.loads(data)
        canonical = canonical_json(content) + b"\n"
    except (ValueError, TypeError, RecursionError):
        _refuse_damaged(name)
    # Compared byte by byte: what is signed is the only way to write it down.
    if canonical != data or not isinstance(content, dict) or content.get("format") != form:
        _refuse_damaged(name)
    texts = keys - {"round", "wraps"}
    if set(content) != keys or not all(isinstance(content[key], str) for key in texts):
        _refuse_damaged(name)
    if not re.fullmatch("[0-9a-f]{64}", content["agreement"]):
        _refuse_damaged(name)
    return content


def _require_agreement(content: dict[str, Any], agreement: Agreement, name: str) -> None:
    own = fingerprint(agreement)
    found = (content["agreement"], content["project"], content["round"])
    if found != (own.hex(), agreement.id, agreement.round):
        other = content["agreement"][:8].upper()
        raise KeyFileError(
            Fault(
                "E412",
                f"{name} belongs to another agreement ({other[:4]}-{other[4:]}, "
                f"expected {short_fingerprint(own)}).",
                "Every change of the agreement needs a new project key: use the matching "
                "files, or let\none data owner run `linkage key new` again.",
            )
        )


def _require_signature(content: dict[str, Any], signer: Party, domain: bytes) -> None:
    unsigned = {key: value for key, value in content.items() if key != "signature"}
    try:
        signature = from_base64(content["signature"])
        PublicIdentity.decode(signer.public_key).verify(
            signature, domain + canonical_json(unsigned)
        )
    except (KeyFileError, ValueError):
        _refuse_signature(f'The project key is not signed by "{signer.id}".')


def _checked_key(
    secret: bytes, content: dict[str, Any], agreement: Agreement, name: str
) -> ProjectKey:
    if len(secret) != _KEY_BYTES:
        _refuse_damaged(name)
    own = fingerprint(agreement)
    key = ProjectKey(secret, agreement.id, agreement.round, own, content["maker"])
    # All owners see one check, so a maker cannot give each of them a different key.
    if key.subkeys.key_check().hex() != content["check"]:
        _refuse_damaged(name)
    return key


def _base64(text: object, name: str) -> bytes:
    if not isinstance(text, str):
        _refuse_damaged(name)
    try:
        return from_base64(text)
    except ValueError:
        _refuse_damaged(name)


def _refuse_damaged(name: str) -> NoReturn:
    raise KeyFileError(
        Fault(
            "E411",
            f"{name} is damaged, or is no such file.",
            "Ask the data owner who made the project key for the .lkey file, and accept it again.",
        )
    )


def _refuse_maker() -> NoReturn:
    _refuse_signature("The project key was made by someone who is no data owner of the agreement.")


def _refuse_signature(message: str) -> NoReturn:
    raise KeyFileError(
        Fault("E413", message, "Do not use it. Ask the maker for the file by another way.")
    )
