"""What can be said of a package without any key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from linkage.agreement.carried import carried
from linkage.agreement.fingerprint import short_fingerprint
from linkage.agreement.model import Agreement
from linkage.errors import Fault, PackageError
from linkage.package.checks import check_origin
from linkage.package.container import VERSION, read_container
from linkage.package.header import PackageHeader
from linkage.package.key_check import check_value

__all__ = ["Inspection", "inspect_package"]


@dataclass(frozen=True, slots=True)
class Inspection:
    """A package seen from outside.

    Attributes:
        header: the header; the file is complete and unchanged since ``signed_by`` signed it.
        size: bytes of the whole file.
        sealed: bytes of the sealed payload, padding included.
        faults: why the package does not fit the given agreement; empty where it fits;
            None where no agreement was given, so that the sender's name is only a claim.
        contains: what travels in it, for encodings that fit the given agreement; it is sealed,
            so only the agreement can tell.
    """

    header: PackageHeader
    size: int
    sealed: int
    faults: tuple[Fault, ...] | None
    contains: tuple[str, ...] = ()

    @property
    def sender_verified(self) -> bool:
        """Whether the signature holds under the key that the agreement has for the sender."""
        return self.faults == ()

    def as_dict(self) -> dict[str, Any]:
        """The inspection as JSON-ready values."""
        header = self.header
        result: dict[str, Any] = {
            "kind": header.kind,
            "format_version": VERSION,
            "project": header.project,
            "round": header.round,
            "agreement": short_fingerprint(header.fingerprint),
            "agreement_fingerprint": header.fingerprint.hex(),
            "sender": header.sender,
            "signed_by": header.signed_by.hex(),
            "recipient": header.recipient,
            "sequence": header.sequence,
            "file_id": header.file_id.hex(),
            "software": header.software,
            "file_bytes": self.size,
            "sealed_bytes": self.sealed,
            "intact": True,
            "sender_verified": None if self.faults is None else self.sender_verified,
        }
        if header.kind == "encodings":
            result["list"] = header.list_id
            result["records_at_most"] = header.count_bucket
            result["key_check"] = check_value(header)
        if self.contains:
            result["contains"] = list(self.contains)
        if self.faults:
            result["faults"] = [fault.as_dict() for fault in self.faults]
        return result


def inspect_package(data: bytes, *, name: str, agreement: Agreement | None = None) -> Inspection:
    """What a package says of itself, and whether it is whole.

    Args:
        data: the whole file.
        name: its name, for messages.
        agreement: if given, the package is held against it and its roster.

    Raises:
        PackageError: E550 not a package, E551 another version, E552 truncated or damaged,
            E562 too large.
    """
    container = read_container(data, name)
    faults: tuple[Fault, ...] | None = None
    contains: tuple[str, ...] = ()
    if agreement is not None:
        try:
            check_origin(container, agreement, container.header.kind, name)
            faults = ()
            contains = carried(agreement) if container.header.kind == "encodings" else ()
        except PackageError as error:
            faults = error.faults
    return Inspection(container.header, len(data), len(container.ciphertext), faults, contains)
