"""The exception tree: every failure a user can meet, with its code, place and remedy.

::

    LinkageError                 exit
     ├── MachineError   E1xx      1    disk full, no such folder, no permission
     ├── UsageError     E2xx      2    the command line asks for something impossible
     ├── DataError      E3xx      3    a list, or its mapping, cannot be used as it is
     ├── KeyFileError   E4xx      4    identity, passphrase or project key
     ├── AgreementError E5xx      5    the agreement (E500-E549)
     ├── PackageError   E5xx      5    a sealed package (E550-E599)
     └── PolicyError    E6xx      6    possible, but the agreement or its guardrails forbid it

A fault names the file, the row and the field. It never holds the value of a record:
faults end in logs, tickets and e-mails.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import ClassVar

__all__ = [
    "AgreementError",
    "DataError",
    "Fault",
    "KeyFileError",
    "LinkageError",
    "MachineError",
    "PackageError",
    "PolicyError",
    "UsageError",
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: a stable code, a sentence, and what to do about it.

    Args:
        code: ``E`` and three digits; the first digit is the exit code's class.
        message: what is wrong and where, without the value of any record.
        remedy: what the user can do next; empty where nothing can be done.
        file: name of the file at fault (not its full path).
        row: row number as a spreadsheet shows it (the header is row 1).
        field: the field or column, or the dotted place in a TOML file.

    >>> print(Fault("E301", "victims.csv is not UTF-8 (line 37).", "Declare its code page."))
    E301 victims.csv is not UTF-8 (line 37).
         Declare its code page.
    """

    code: str
    message: str
    remedy: str = ""
    file: str | None = None
    row: int | None = None
    field: str | None = None

    def __str__(self) -> str:
        lines = [f"{self.code} {self.message}"]
        lines += [f"     {line}" for line in self.remedy.splitlines()]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, str | int]:
        """The fault as JSON-ready values, without the parts that are not set."""
        return {key: value for key, value in asdict(self).items() if value not in (None, "")}


class LinkageError(Exception):
    """A failure with one or more faults, all that were found and not only the first.

    >>> error = DataError(Fault("E303", "victims.csv has a header but no rows."))
    >>> error.exit_code, error.faults[0].code
    (3, 'E303')
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, *faults: Fault) -> None:
        if not faults:
            raise ValueError("a LinkageError needs at least one fault")
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults: tuple[Fault, ...] = faults

    @classmethod
    def of(cls, faults: Iterable[Fault]) -> LinkageError:
        """An error of this class from any iterable of faults."""
        return cls(*faults)


class MachineError(LinkageError):
    """The machine said no (E1xx): disk full, missing folder, no permission."""

    exit_code = 1


class UsageError(LinkageError):
    """The command cannot be carried out as given (E2xx)."""

    exit_code = 2


class DataError(LinkageError):
    """A data owner's list or mapping cannot be used as it is (E3xx)."""

    exit_code = 3


class KeyFileError(LinkageError):
    """An identity, a passphrase or the project key is wrong or missing (E4xx)."""

    exit_code = 4


class AgreementError(LinkageError):
    """The agreement is invalid, unsigned, expired or another one (E500-E549)."""

    exit_code = 5


class PackageError(LinkageError):
    """A sealed package is damaged, foreign, repeated or for someone else (E550-E599)."""

    exit_code = 5


class PolicyError(LinkageError):
    """The agreement, or a guardrail of the software, forbids what was asked (E6xx)."""

    exit_code = 6
