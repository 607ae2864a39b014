"""Link the received lists: compare all pairs, link by one of three methods, keep the result."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from linkage.agreement.model import Agreement
from linkage.agreement.profiles import PROFILES
from linkage.errors import Fault, PolicyError, UsageError
from linkage.identity.private import Identity
from linkage.roles.linkage_unit.common import open_list, require_authority
from linkage.roles.linkage_unit.methods import (
    by_given_threshold,
    by_probability,
    by_proposed_threshold,
)
from linkage.roles.linkage_unit.search import search_candidates
from linkage.types import EncodedList
from linkage.workspace import (
    LinkState,
    Run,
    active_entries,
    find_project_keys,
    store_link,
    write_run,
)

__all__ = ["link"]

_LEAST_LISTS = 2
_SEARCH_SHARE = 0.5  # of the time, for the progress shown

Progress = Callable[[float], None]


def link(
    run: Path,
    *,
    identity: Identity,
    now: dt.datetime,
    threshold: float | None = None,
    lists: Sequence[str] | None = None,
    without: Sequence[str] | None = None,
    key_folders: Sequence[Path] = (),
    progress: Progress | None = None,
) -> LinkState:
    """Link the lists of a run and keep the result in its state, in the place of an earlier one.

    The result depends on what the owners encoded and on nothing else: not on the order of
    arrival, of records, of threads, nor on how often the command is run.

    Args:
        run: the run directory.
        identity: the linkage unit's identity.
        now: the current time, with its offset from UTC.
        threshold: least similarity of two records of one person, instead of what the data say;
            it is logged.
        lists: ids of the lists to link, at least two; None takes all of the agreement, which
            must all have come. A choice is logged.
        without: ids of the lists to leave out instead.
        key_folders: folders beside the run that must not hold the project key either, such
            as the identity's.
        progress: called with the share done, 0 to 1.

    Raises:
        UsageError: E210 too many candidate pairs, E214 not a run directory, E217 a threshold
            that is no similarity, E218 no such list or fewer than two.
        AgreementError: E520 to E523 the agreement is not in force.
        KeyFileError: E409 the identity is no party.
        PackageError: E585 a kept package was changed, E590 to E592 the run is unsound.
        PolicyError: E620 the data cannot tell matches from strangers, E621 the project key
            lies here, E622 lists have not come, E626 the identity has another role.
        MachineError: E101 to E106.
    """
    if threshold is not None and not 0.0 < threshold <= 1.0:
        raise UsageError(
            Fault(
                "E217",
                f"A threshold is a similarity over 0 and at most 1, not {threshold:g}.",
                "Leave --threshold out: the data themselves decide, and it is explained.",
                field="--threshold",
            )
        )
    with write_run(run) as state:
        require_authority(state.agreement, identity, now)
        _refuse_project_key([run, run / "packages", *key_folders])
        chosen = _choose(state, lists, without)
        entries = active_entries(state.ledger)
        opened = tuple(open_list(state, entries[list_id], identity) for list_id in chosen)
        result = _link_lists(opened, state.agreement, threshold, now, progress or _no_progress)
        store_link(state.connection, result)
        state.log(
            "linked",
            {
                "lists": list(chosen),
                "left_out": [i for i in state.agreement.lists if i not in chosen],
                "records": sum(result.records),
                "threshold_overridden": result.overridden,
            },
            now,
        )
    return result


def _refuse_project_key(folders: Sequence[Path]) -> None:
    found = find_project_keys(folder for folder in folders if folder.is_dir())
    if found:
        raise PolicyError(
            *(
                Fault(
                    "E621",
                    f"{path.name} holds a project key, in a folder of the linkage unit.",
                    "Whoever holds encodings must not be able to encode. Remove the file from "
                    "this machine,\ntell the coordinator, and ask whether the key has to be "
                    "made anew.",
                    file=path.name,
                )
                for path in found
            )
        )


def _choose(
    state: Run, lists: Sequence[str] | None, without: Sequence[str] | None
) -> tuple[str, ...]:
    """The lists to link, in the agreement's order."""
    agreed, received = state.agreement.lists, active_entries(state.ledger)
    if lists is not None and without is not None:
        raise _wrong_choice("Lists are either named or left out", agreed)
    named = lists if lists is not None else without or ()
    unknown = [list_id for list_id in named if list_id not in agreed]
    if unknown:
        raise _wrong_choice(f"The agreement has no list {', '.join(unknown)}", agreed)
    wanted = [i for i in agreed if (i in named if lists is not None else i not in named)]
    if len(wanted) < _LEAST_LISTS:
        raise _wrong_choice("Linking needs at least two lists", agreed)
    missing = [list_id for list_id in wanted if list_id not in received]
    if missing:
        there = [list_id for list_id in agreed if list_id in received]
        remedy = "Wait for them and receive them."
        if lists is None and without is None and len(there) >= _LEAST_LISTS:
            remedy += f" To go on without, say so: --without {','.join(missing)} (it is logged)."
        raise PolicyError(
            Fault(
                "E622",
                f"Not received yet: list {', '.join(missing)}.",
                remedy,
                file=state.folder.name,
            )
        )
    return tuple(wanted)


def _wrong_choice(problem: str, agreed: Sequence[str]) -> UsageError:
    remedy = f"Its lists are {', '.join(agreed)}: give --lists or --without, not both."
    return UsageError(Fault("E218", f"{problem}.", remedy, field="--lists"))


def _link_lists(
    opened: tuple[EncodedList, ...],
    agreement: Agreement,
    threshold: float | None,
    now: dt.datetime,
    progress: Progress,
) -> LinkState:
    lists = np.repeat(np.arange(len(opened), dtype=np.int64), [len(encoded) for encoded in opened])
    found, floor = search_candidates(
        opened,
        agreement,
        at_most=threshold,
        progress=lambda share: progress(_SEARCH_SHARE * share),
    )
    measure = PROFILES[agreement.encoding.profile].measure
    if threshold is not None:
        result = by_given_threshold(found.pairs, lists, threshold, floor, opened)
    elif measure == "match-keys":  # a handful of values has no spread to speak of
        result = by_proposed_threshold(found.pairs, lists, floor, opened)
    else:
        result = by_probability(
            found.pairs,
            lists,
            floor,
            opened,
            agreement,
            lambda share: progress(_SEARCH_SHARE + (1 - _SEARCH_SHARE) * share),
        )
    return LinkState(
        lists=tuple(encoded.list_id for encoded in opened),
        records=tuple(len(encoded) for encoded in opened),
        method=result.method,
        thresholds=result.thresholds,
        person=result.person,
        overridden=threshold is not None,
        explanation=result.explanation,
        rates=result.rates,
        components=result.components,
        conflicts=result.conflicts,
        draws=result.draws,
        candidates=len(found.pairs),
        bin_edges=found.bin_edges,
        histogram=found.histogram_between,
        linked=now.isoformat(timespec="seconds"),
    )


def _no_progress(_share: float) -> None:
    pass
