"""An agreement from TOML: strict, and with all its faults at once, each with its place."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from linkage.agreement.explain import explain
from linkage.agreement.model import Agreement
from linkage.agreement.places import Place, dotted, line_numbers, line_of
from linkage.agreement.profiles import PROFILES, sized_bits
from linkage.agreement.repair import remaining_complaints
from linkage.agreement.rules import PLACEHOLDER, Complaint, complaints
from linkage.errors import AgreementError, Fault
from linkage.files import read_bytes

__all__ = ["filter_bits", "list_sizes", "load_agreement", "parse_agreement", "read_agreement_text"]


def list_sizes(agreement: Agreement) -> tuple[int, ...]:
    """Expected records of every list, in the agreement's order."""
    return tuple(
        owner.list.expected_records for owner in agreement.owners if owner.list is not None
    )


def filter_bits(agreement: Agreement) -> int:
    """Length of every filter under this agreement, bits, by the profile's sizing rule.

    Raises:
        AgreementError: E530 where no length is enough (an agreement that was loaded passes).
    """
    return sized_bits(PROFILES[agreement.encoding.profile], list_sizes(agreement))


def read_agreement_text(path: Path) -> str:
    """The text of an agreement.

    Raises:
        AgreementError: E500 it is not UTF-8.
        MachineError: E102-E104 it cannot be read.
    """
    content = read_bytes(path)
    try:
        # Line ends stay as they are, so that signing changes no line that was there.
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise AgreementError(
            Fault(
                "E500",
                f"{path.name} is not UTF-8 (byte 0x{content[error.start]:02X}, line {line}).",
                "Save it as UTF-8 text.",
                file=path.name,
            )
        ) from None


def load_agreement(path: Path) -> Agreement:
    """Load an agreement and check everything but its signatures and dates of validity.

    Raises:
        AgreementError: E500 not TOML, E501 a key is missing, E502 unknown key, E503 wrong
            value, E504 placeholder left, E505 public key, E506 named twice, E507 roles,
            E508 dates, E509 fields and filters, E510 insecure profile, E511 sizes and
            disclosure, E530 too large for the profile. All faults at once.
        MachineError: E102-E104 the file cannot be read.
    """
    return parse_agreement(read_agreement_text(path), path.name)


def parse_agreement(text: str, name: str) -> Agreement:
    """The agreement in a TOML text; as :func:`load_agreement`.

    Args:
        text: TOML.
        name: name of the file, for messages.

    Raises:
        AgreementError: see :func:`load_agreement`.
    """
    # TOML knows \n and \r\n; a lone \r is its own fault.
    text = text.replace("\r\n", "\n")
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AgreementError(_syntax_fault(name, text, error)) from None
    except RecursionError:
        raise AgreementError(
            Fault("E500", f"{name} nests arrays or tables too deeply.", file=name)
        ) from None
    except ValueError:  # Python reads no number of more than 4,300 digits
        raise AgreementError(
            Fault("E500", f"{name} has a number that is too long.", file=name)
        ) from None
    lines = line_numbers(text)
    gaps = _placeholders(content)
    found = [Complaint("E504", gap, "is still a placeholder", _fill_in(gap)) for gap in gaps]
    try:
        agreement = Agreement.model_validate(content)
    except ValidationError as error:
        details = error.errors()
        found += [explain(finding) for finding in details]
        found += remaining_complaints(content, details)
        raise _all(found, name, lines) from None
    found += [complaint for complaint in complaints(agreement) if complaint.place not in gaps]
    if found:
        raise _all(found, name, lines)
    return agreement


def _all(found: list[Complaint], name: str, lines: dict[Place, int]) -> AgreementError:
    found.sort(key=lambda complaint: line_of(lines, complaint.place) or 0)
    return AgreementError(*(_fault(complaint, name, lines) for complaint in found))


def _fault(complaint: Complaint, name: str, lines: dict[Place, int]) -> Fault:
    line = line_of(lines, complaint.place)
    place = dotted(complaint.place)
    where = f"{name}, line {line}" if line else name
    return Fault(
        complaint.code,
        f"{where}: {place} {complaint.problem}." if place else f"{where}: {complaint.problem}.",
        complaint.remedy,
        file=name,
        field=place or None,
    )


def _syntax_fault(name: str, text: str, error: tomllib.TOMLDecodeError) -> Fault:
    place = re.search(r"\(at (?:line (\d+), column (\d+)|end of document)\)", str(error))
    reason = re.sub(r"\s*\(at .*\)$", "", str(error))
    if place and place.group(1):
        where = f"line {place.group(1)}, column {place.group(2)}"
    else:
        where = f"line {len(text.splitlines())}, the end"
    return Fault(
        "E500",
        f"{name} is not TOML ({where}): {reason[:1].lower()}{reason[1:]}.",
        "Text needs quotes, dates do not; compare with `linkage agreement new`.",
        file=name,
    )


def _placeholders(value: Any, place: Place = ()) -> list[Place]:
    """Places of all texts that still begin with the template's placeholder."""
    if isinstance(value, dict):
        return [hit for key, item in value.items() for hit in _placeholders(item, (*place, key))]
    if isinstance(value, list):
        return [
            hit
            for number, item in enumerate(value)
            for hit in _placeholders(item, (*place, number))
        ]
    return [place] if isinstance(value, str) and value.strip().startswith(PLACEHOLDER) else []


def _fill_in(place: Place) -> str:
    if place and place[-1] == "public_key":
        return (
            "Paste the line that `linkage identity show` prints for that party, or start with "
            "`linkage agreement new --party ID=FILE.pub`."
        )
    return "Replace it with your own text."
