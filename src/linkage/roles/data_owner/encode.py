"""From a data owner's list to a sealed package, with the crosswalk that stays behind."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from linkage.agreement.carried import carried
from linkage.agreement.fingerprint import fingerprint, short_fingerprint
from linkage.agreement.load import load_agreement
from linkage.agreement.model import Agreement, Party
from linkage.agreement.sign import party_of, require_in_force
from linkage.encode import EncodingResult, encode_records
from linkage.encode.keys import ProjectKey, load_project_key
from linkage.errors import Fault, PolicyError, UsageError
from linkage.files import PRIVATE, machine_errors, write_whole_group
from linkage.identity.private import Identity
from linkage.identity.store import load_identity
from linkage.package.content import different_encodings
from linkage.package.crosswalk import Crosswalk, seal_crosswalk
from linkage.package.seal import seal_encodings
from linkage.records import QualityReport
from linkage.records.duplicates import MergedList
from linkage.roles.data_owner.duplicates import merge_confirmed
from linkage.roles.data_owner.file import load_list

__all__ = ["EncodedFile", "crosswalk_path", "encode_list"]

_FILE_ID = 16
_SUFFIX = ".lnk"


@dataclass(frozen=True, slots=True)
class EncodedFile:
    """What may be said about a package that was just made; no value of any record.

    Attributes:
        output: the package.
        crosswalk: the encrypted crosswalk, which stays with the owner.
        list_id: id of the list in the agreement.
        report: the quality report of the list.
        encoded: records in the package.
        not_linkable_rows: rows left out, as the spreadsheet shows them.
        contains: what travels, in words.
        check_value: the project key's check value, such as ``4D-19-A7``.
        agreement: short fingerprint of the agreement.
        recipient: id of the linkage unit.
        file_id: id of the package, hexadecimal.
        sequence: sequence number of the package.
        size: bytes of the package.
        merged: kept row -> the rows of the same person that have no record of their own.
        disagreements: kept rows whose rows disagree on a stratum.
    """

    output: Path
    crosswalk: Path
    list_id: str
    report: QualityReport
    encoded: int
    not_linkable_rows: tuple[int, ...]
    contains: tuple[str, ...]
    check_value: str
    agreement: str
    recipient: str
    file_id: str
    sequence: int
    size: int
    merged: dict[int, tuple[int, ...]] = field(default_factory=dict)
    disagreements: tuple[int, ...] = ()

    @property
    def merged_rows(self) -> tuple[int, ...]:
        """Rows that were merged into another one, rising."""
        return tuple(sorted(row for rows in self.merged.values() for row in rows))


def encode_list(
    list_path: Path,
    mapping_path: Path,
    agreement_path: Path,
    identity_path: Path,
    key_path: Path,
    output: Path,
    ask: Callable[[], bytes],
    *,
    today: dt.date,
    sequence: int,
    software_version: str,
    replace: bool = False,
    duplicates: Path | None = None,
    progress: Callable[[float], None] | None = None,
) -> EncodedFile:
    """Encode a list and seal it to the linkage unit; everything is written, or nothing.

    The crosswalk is written beside the package and before it, under a name of its own
    (see :func:`crosswalk_path`), so that no crosswalk is ever overwritten: its package may
    have been sent already.

    Args:
        list_path: the list, .csv or .xlsx.
        mapping_path: the owner's confirmed mapping.
        agreement_path: the agreement, signed by every party.
        identity_path: the owner's private identity.
        key_path: the owner's project key file.
        output: the package to write, ``.lnk``.
        ask: gives the identity's passphrase; called only if it has one.
        today: the current date.
        sequence: rises with every package; seconds since 1970.
        software_version: version of this software, for the header.
        replace: whether an existing package may be overwritten.
        duplicates: the proposals of ``linkage check --duplicates``, all of them answered; the
            rows that they confirm to be one person become one record.
        progress: called with the share that is done, 0 to 1.

    Raises:
        UsageError: E201 the package exists, E207 its name does not end in .lnk.
        AgreementError: faults of the agreement, E520-E523 not in force.
        KeyFileError: E401 passphrase, E404 E406 identity, E408-E413 project key or role.
        DataError: E3xx the list or its mapping, all faults at once; E330-E335 the proposals.
        PolicyError: E601 list under the minimum, E602 strata that single people out, E603
            a profile that the agreement does not allow.
        PackageError: E562 too large for one package.
        MachineError: E101-E104.
    """
    _refuse_output(output, replace=replace)
    _remove_leftovers(output)
    agreement = load_agreement(agreement_path)
    require_in_force(agreement, today)
    identity = load_identity(identity_path, ask)
    key = load_project_key(key_path, agreement, identity)
    owner = party_of(agreement, identity.public)
    list_id = owner.list.id if owner.list is not None else ""
    records, report = load_list(list_path, mapping_path, agreement, today=today)
    merged = MergedList(records, {})
    if duplicates is not None:
        merged = merge_confirmed(duplicates, records, agreement, identity)
    records = merged.records
    result = encode_records(records, agreement, key.subkeys, list_id=list_id, progress=progress)
    _require_minimum(result, agreement, list_id)
    file_id = secrets.token_bytes(_FILE_ID)
    package = _seal(
        result, agreement, identity, owner, key, file_id, sequence, software_version, output.name
    )
    crosswalk = Crosswalk(file_id, result.encoded.handles, result.rows)
    beside = crosswalk_path(output, file_id)
    write_whole_group({beside: seal_crosswalk(crosswalk, identity), output: package}, mode=PRIVATE)
    left_out = {*report.not_linkable_rows, *result.not_linkable.tolist()}
    return EncodedFile(
        output=output,
        crosswalk=beside,
        list_id=list_id,
        report=report,
        encoded=len(result),
        not_linkable_rows=tuple(sorted(left_out)),
        contains=carried(agreement),
        check_value=key.check_value,
        agreement=short_fingerprint(fingerprint(agreement)),
        recipient=agreement.with_role("linkage-unit")[0].id,
        file_id=file_id.hex(),
        sequence=sequence,
        size=len(package),
        merged=merged.merged,
        disagreements=merged.disagreements,
    )


def crosswalk_path(output: Path, file_id: bytes) -> Path:
    """Where the crosswalk of a package stands: beside it, with the start of its file id.

    >>> crosswalk_path(Path("politie.lnk"), bytes.fromhex("1b729f6a" + 12 * "00")).name
    'politie-1b729f6a.crosswalk'
    """
    return output.with_name(f"{output.stem}-{file_id[:4].hex()}.crosswalk")


def _remove_leftovers(output: Path) -> None:
    """Remove what a killed run left of a crosswalk, under a name that no later run has."""
    start, middle = f".{output.stem}-", ".crosswalk.part-"
    with machine_errors(output):
        for path in output.parent.iterdir():
            if path.name.startswith(start) and middle in path.name:
                path.unlink(missing_ok=True)


def _refuse_output(output: Path, *, replace: bool) -> None:
    """Refuse what could only fail after minutes of encoding."""
    if output.suffix != _SUFFIX:
        raise UsageError(
            Fault(
                "E207",
                f"{output.name} is no name for a package.",
                f"Choose one that ends in {_SUFFIX}, such as politie{_SUFFIX}.",
                file=output.name,
            )
        )
    if output.exists() and not replace:
        raise UsageError(
            Fault(
                "E201",
                f"{output.name} exists already and was not overwritten.",
                "Choose another name with --output, or give --replace.",
                file=output.name,
            )
        )


def _require_minimum(result: EncodingResult, agreement: Agreement, list_id: str) -> None:
    """The list is as long, and its strata as wide, as agreed, also after encoding."""
    faults = list(_strata_that_stand_out(result, agreement))
    different = different_encodings(result.encoded, agreement.minimum_list_size)
    if different < agreement.minimum_list_size:
        faults.append(
            Fault(
                "E601",
                f'List "{list_id}" has {different:,} different records that can be encoded; '
                f"the agreement's minimum is {agreement.minimum_list_size:,}.",
                "A list this small would tell who is on it. Correct the rows that are not "
                "linkable,\nor tell the coordinator. Nothing was written.",
            )
        )
    if faults:
        raise PolicyError(*faults)


def _strata_that_stand_out(result: EncodingResult, agreement: Agreement) -> Iterator[Fault]:
    """E602 for strata of which leaving records out has made a value rare."""
    for place, stratum in enumerate(agreement.strata):
        column = result.encoded.strata[:, place]
        counts = np.bincount(column, minlength=len(stratum.values))[: len(stratum.values)]
        small = int(((counts > 0) & (counts < agreement.minimum_stratum_records)).sum())
        if small:
            yield Fault(
                "E602",
                f'Stratum "{stratum.name}" has {small} value{"s" if small > 1 else ""} with fewer '
                f"than {agreement.minimum_stratum_records} records that can be encoded: they "
                "would stand out.",
                f"Send them as unknown: list them under [strata.{stratum.name}]\nin mapping.toml "
                "as withhold = [...], or correct the rows that are not linkable. Nothing was "
                "written.",
                field=f"strata.{stratum.name}",
            )


def _seal(
    result: EncodingResult,
    agreement: Agreement,
    identity: Identity,
    owner: Party,
    key: ProjectKey,
    file_id: bytes,
    sequence: int,
    software_version: str,
    name: str,
) -> bytes:
    subkeys = key.subkeys
    return seal_encodings(
        result.encoded,
        agreement=agreement,
        sender=identity,
        sender_id=owner.id,
        subkey_ids=(subkeys.key_id(), subkeys.key_check()),
        sequence=sequence,
        software_version=software_version,
        file_id=file_id,
        name=name,
    )
