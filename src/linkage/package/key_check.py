"""Were all packages made with one project key? Seen from the headers, without the key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from linkage.agreement.fingerprint import spoken_check
from linkage.errors import Fault, KeyFileError
from linkage.package.header import PackageHeader

__all__ = ["check_value", "compare_key_checks", "require_one_key"]


def check_value(header: PackageHeader) -> str:
    """The project key's check value as its owners read it aloud; empty for an overlap table.

    Two keys are compared by all 32 bytes of key id and key check, not by this.
    """
    return spoken_check(header.key_check) if header.key_check else ""


def compare_key_checks(
    headers: Mapping[str, PackageHeader], accepted: PackageHeader | None = None
) -> tuple[str, ...]:
    """Names of the packages that were made with another project key than the rest.

    Args:
        headers: header of each package of encodings, by file name.
        accepted: a package accepted earlier, whose key the others must have; without one
            the key of the majority is expected, and of equally many packages the key of
            the earlier one in ``headers``.

    Returns:
        The names that differ, in the order of ``headers``; empty where all agree.
    """
    if accepted is not None:
        expected = _key_of(accepted)
    elif headers:
        # Counter keeps the order of first appearance among equal counts.
        expected = Counter(map(_key_of, headers.values())).most_common(1)[0][0]
    else:
        return ()
    return tuple(name for name, header in headers.items() if _key_of(header) != expected)


def require_one_key(
    headers: Mapping[str, PackageHeader], accepted: PackageHeader | None = None
) -> None:
    """Refuse packages that were made with different project keys.

    Args:
        headers: as for :func:`compare_key_checks`.
        accepted: as for :func:`compare_key_checks`.

    Raises:
        KeyFileError: E402 for each package that differs.
    """
    different = compare_key_checks(headers, accepted)
    if not different:
        return
    reference = accepted or next(
        header for name, header in headers.items() if name not in different
    )
    raise KeyFileError(
        *(
            Fault(
                "E402",
                f"{name} was made with another key (check {check_value(headers[name])}, "
                f"expected {check_value(reference)}).",
                "Compare check values among the data owners by telephone "
                "(linkage key check).\nThe owner whose value differs accepts the project key "
                "again and encodes again.",
                file=name,
            )
            for name in different
        )
    )


def _key_of(header: PackageHeader) -> tuple[bytes, bytes]:
    return header.key_id, header.key_check
