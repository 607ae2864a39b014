"""What receive, link and release say when they have succeeded."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkage.cli.console import as_typed
from linkage.cli.draws_text import AVERAGE

if TYPE_CHECKING:
    from linkage.roles.linkage_unit import Received, Released
    from linkage.workspace import LinkState

__all__ = [
    "linked_dict",
    "linked_text",
    "peak_memory_mib",
    "received_dict",
    "received_text",
    "released_dict",
    "released_text",
]

_PERSONAL = "Encodings remain personal data."
_WIDTH = 98


def received_dict(received: Received) -> dict[str, Any]:
    """The result of `receive` as JSON-ready values."""
    return {
        "received": [
            {
                "list": item.list_id,
                "sender": item.sender,
                "records": item.records,
                "file": item.name,
                "outcome": item.outcome,
            }
            for item in received.lists
        ],
        "waiting_for": list(received.waiting),
        "key_check": received.key_check,
        "agreement": received.agreement,
        "link_result_dropped": received.unlinked,
        "notice": _PERSONAL,
    }


def received_text(received: Received, run: Path, identity: Path) -> str:
    """The result of `receive` for people."""
    lines = [
        f"{item.list_id}: {item.records:,} records from {item.sender} · {item.outcome}"
        for item in received.lists
    ]
    lines.append(f"Key check {received.key_check} · agreement {received.agreement}")
    if received.unlinked:
        lines.append("The lists changed: the earlier link result was dropped.")
    lines.append(f"Kept sealed in {run.name}. {_PERSONAL}")
    if received.waiting:
        lines.append(f"Next: receive {', '.join(received.waiting)}, then `linkage link`.")
    else:
        command = as_typed("linkage", "link", "--run", run, "-i", identity)
        lines.append(f"All lists are here. Next: {command}")
    return "\n".join(lines)


def linked_dict(state: LinkState) -> dict[str, Any]:
    """The result of `link` as JSON-ready values, without the scores."""
    return {
        "lists": dict(zip(state.lists, state.records, strict=True)),
        "people": {name: state.clusters(name).people for name in state.thresholds},
        "thresholds": dict(state.thresholds),
        "method": state.method,
        "threshold_overridden": state.overridden,
        "error_rates": dict(state.rates),
        "explanation": list(state.explanation),
        "notice": _PERSONAL,
    }


def linked_text(state: LinkState, run: Path, cost: dict[str, Any]) -> str:
    """The result of `link` for people."""
    low, chosen, high = (state.clusters(name).people for name in ("low", "chosen", "high"))
    records = sum(state.records)
    lines = [
        (
            f"{records:,} records on {len(state.lists)} lists ({', '.join(state.lists)}) · "
            f"{int(state.histogram.sum()):,} pairs between lists compared"
        ),
        f"{chosen:,} people"
        if state.overridden
        else (
            f"{chosen:,} people, between {min(low, high):,} and {max(low, high):,} "
            "at a lower and a higher threshold"
        ),
        threshold_text(state),
    ]
    for sentence in state.explanation:
        lines += textwrap.wrap(
            sentence, _WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
        )
    memory = cost["peak_memory_mib"]
    lines.append(
        f"{cost['seconds']:.1f} s" + ("" if memory is None else f" · peak memory {memory:,} MiB")
    )
    lines.append(f"Similarities never leave {run.name}. {_PERSONAL}")
    lines.append(f"Next: {as_typed('linkage', 'diagnose', '--run', run)}")
    return "\n".join(lines)


def threshold_text(state: LinkState) -> str:
    """By what two records were held to be one person, in a line."""
    low, chosen, high = (state.thresholds[name] for name in ("low", "chosen", "high"))
    if state.method == "probability":
        return f"Linked from probability {chosen:g} ({low:g} to {high:g}), by the data themselves"
    if state.overridden:
        return f"Linked from similarity {chosen:.3f}, given by you and logged"
    source = "proposed from the data"
    return f"Linked from similarity {chosen:.3f} ({low:.3f} to {high:.3f}), {source}"


def released_dict(released: Released) -> dict[str, Any]:
    """The result of `release` as JSON-ready values."""
    return {
        "to": released.kind,
        "recipient": released.recipient or None,
        "output": str(released.output),
        "files": list(released.files),
        "lists": list(released.lists),
        "people": released.people,
        "withheld": released.withheld,
        "draws": released.draws,
        "release": released.number,
        "agreement": released.agreement,
        "log_head": released.log_head,
        "links_written": False,
        "notice": _PERSONAL,
    }


def released_text(released: Released) -> str:
    """The result of `release` for people."""
    lists = ", ".join(released.lists)
    people = "number withheld" if released.people is None else f"{released.people:,} people"
    if released.kind == "analyst":
        drawn = f" and in {released.draws} draws of the linkage" if released.draws else ""
        rates = ", error rates of every two lists" if released.draws else ""
        lines = [
            (
                f"Exact counts over lists {lists}: {people}, all combinations of lists, "
                f"at three thresholds{drawn}"
            ),
            f"Sealed to: {released.recipient} · {released.output.name}",
            f"Contains: counts{rates}. No pairs, no clusters, no handles, no encodings.",
            *([AVERAGE] if released.draws else []),
        ]
        following = f"send {released.output.name} to {released.recipient}, who runs `linkage open`."
    else:
        lines = [
            f"Publication over lists {lists}: {people}, {released.withheld:,} counts withheld",
            f"Written to {released.output.name}: {', '.join(released.files)}",
            (
                "Contains: counts that may be published under the agreement's rule. Do not fit "
                "models to them: use the analyst's table."
            ),
            "They are those of the chosen scenario alone; draws of the linkage are not in them.",
        ]
        following = f"read {released.files[-1]}, then publish."
    lines += [
        f"Release {released.number} of this run · agreement {released.agreement}",
        f"Log head {released.log_head[:16]}: note it down, it shows later whether the log is whole",
        f"{_PERSONAL} Keep the run directory until the deletion date, no longer.",
        f"Next: {following}",
    ]
    return "\n".join(lines)


def peak_memory_mib() -> int | None:
    """Most memory this process has held so far, MiB; None where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024))
