"""What every act of the linkage unit begins with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.model import Agreement, Party
from linkage.agreement.sign import party_of, require_in_force
from linkage.errors import Fault, PolicyError, UsageError
from linkage.identity.private import Identity
from linkage.package.open import open_package
from linkage.types import BitMatrix, EncodedList
from linkage.workspace import LedgerEntry, LinkState, Run, load_link

__all__ = [
    "canonical_order",
    "concatenated",
    "concatenated_presence",
    "concatenated_token_counts",
    "open_list",
    "require_authority",
    "require_linked",
]


def require_authority(agreement: Agreement, identity: Identity, now: dt.datetime) -> Party:
    """The linkage unit's party, if the agreement is in force and ``identity`` is the unit's.

    Raises:
        AgreementError: E520 to E523 not in force.
        KeyFileError: E409 the identity is no party.
        PolicyError: E626 the identity has another role.
    """
    require_in_force(agreement, now.date())
    party = party_of(agreement, identity.public)
    if party.role != "linkage-unit":
        raise PolicyError(
            Fault(
                "E626",
                f'This identity is that of "{party.id}", the {party.role.replace("-", " ")}; '
                "only the linkage unit may do this.",
                "One party, one role: use the linkage unit's identity, on its machine.",
            )
        )
    return party


def require_linked(run: Run) -> LinkState:
    """What `link` found.

    Raises:
        UsageError: E216 nothing has been linked since the last list came in.
    """
    state = load_link(run.connection)
    if state is None:
        raise UsageError(
            Fault(
                "E216",
                f"Nothing has been linked in {run.folder.name} since the last list came in.",
                f"Run `linkage link --run {run.folder.name}` first.",
                file=run.folder.name,
            )
        )
    return state


def open_list(run: Run, entry: LedgerEntry, identity: Identity) -> EncodedList:
    """A received list in canonical order.

    Raises:
        PackageError: E585 the kept file was changed, E550 to E562 it cannot be opened.
    """
    _, encoded = open_package(
        run.read_package(entry), agreement=run.agreement, recipient=identity, name=entry.file
    )
    return encoded.take(canonical_order(encoded))


def canonical_order(encoded: EncodedList) -> NDArray[np.int64]:
    """The order of records that no random order at the owner's can change.

    By filters, then by whatever else travels, byte by byte; by the random handle only where
    two records are equal in all of that, and so are interchangeable.

    Returns:
        ``(records,)`` int64, record indices.
    """
    columns = [matrix.words.astype("<u8", copy=False).view(np.uint8) for matrix in encoded.filters]
    columns.append(encoded.strata)
    if encoded.weights is not None:
        columns.append(encoded.weights.astype("<u2").view(np.uint8))
    if encoded.presence is not None:
        columns.append(encoded.presence.astype("<u4")[:, None].view(np.uint8))
    if encoded.token_counts is not None:
        columns.append(encoded.token_counts)
    columns.append(encoded.handles)
    content = np.ascontiguousarray(np.concatenate(columns, axis=1))
    keys = content.view(np.dtype((np.void, content.shape[1]))).ravel()
    return np.argsort(keys, kind="stable").astype(np.int64)


def concatenated(lists: Sequence[EncodedList]) -> tuple[BitMatrix, ...]:
    """Every filter over the records of all lists, one list after the other."""
    return tuple(
        BitMatrix(np.concatenate([encoded.filters[number].words for encoded in lists]), matrix.bits)
        for number, matrix in enumerate(lists[0].filters)
    )


def concatenated_presence(lists: Sequence[EncodedList]) -> NDArray[np.uint32] | None:
    """Every record's presence pattern, one list after the other.

    Returns:
        ``(records,)`` uint32, or None where the agreement does not let the pattern travel.
    """
    carried = [encoded.presence for encoded in lists if encoded.presence is not None]
    return np.concatenate(carried) if carried else None


def concatenated_token_counts(lists: Sequence[EncodedList]) -> NDArray[np.uint8] | None:
    """Every record's numbers of tokens, one list after the other.

    Returns:
        ``(records, filters)`` uint8, or None where the agreement does not let them travel.
    """
    carried = [encoded.token_counts for encoded in lists if encoded.token_counts is not None]
    return np.concatenate(carried) if carried else None
