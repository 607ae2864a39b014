"""What a release holds: every count for the analyst, what the rule allows for the public."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from linkage.agreement.model import Agreement, Party
from linkage.identity.private import Identity
from linkage.overlap import (
    OverlapTable,
    build_overlap_table,
    capture_histories,
    publication_files,
    publish,
    table_content,
)
from linkage.overlap.export import WITHHELD_MARK
from linkage.package.table import seal_overlap
from linkage.roles.linkage_unit.common import open_list
from linkage.types import Clusters, PersonHistories
from linkage.version import __version__
from linkage.workspace import SCENARIOS, LinkState, Run, active_entries

__all__ = ["ReleaseContent", "exact_table", "published_content", "sealed_content"]

_METADATA = "publication.json"
_MAIN_TABLE = "overlap.csv"


@dataclass(frozen=True, slots=True)
class ReleaseContent:
    """What would be written.

    Attributes:
        contents: the files.
        digest: hash of the counts, not of the sealed bytes.
        people: distinct people as the recipient sees it; None where it is withheld.
        withheld: number of counts withheld.
        draws: number of draws of the linkage.
    """

    contents: Mapping[Path, bytes]
    digest: bytes
    people: int | None
    withheld: int = 0
    draws: int = 0


def exact_table(state: Run, linked: LinkState, identity: Identity) -> OverlapTable:
    """Counts of the three scenarios and of every draw, with strata from the sealed packages.

    Args:
        state: the run.
        linked: what was linked.
        identity: the linkage unit's, to open the packages.

    Raises:
        PackageError: E585 a kept package was changed.
        PolicyError: E640 too many lists.
    """
    entries = active_entries(state.ledger)
    strata = np.concatenate(
        [open_list(state, entries[list_id], identity).strata for list_id in linked.lists]
    )

    def count(clusters: Clusters) -> PersonHistories:
        return capture_histories(
            clusters,
            strata,
            lists=linked.lists,
            strata=[stratum.name for stratum in state.agreement.strata],
            values=[stratum.values for stratum in state.agreement.strata],
        )

    low, chosen, high = (count(linked.clusters(scenario)) for scenario in SCENARIOS)
    on_list = linked.list_index
    return build_overlap_table(
        low,
        chosen,
        high,
        thresholds=[linked.thresholds[scenario] for scenario in SCENARIOS],
        method=linked.method,
        records=linked.records if linked.method == "probability" else (),
        draws=(count(Clusters(person.astype(np.int64), on_list)) for person in linked.draws),
        rates=linked.rates,
    )


def sealed_content(
    table: OverlapTable,
    agreement: Agreement,
    unit: Party,
    analyst: str,
    identity: Identity,
    output: Path,
    now: dt.datetime,
) -> ReleaseContent:
    """One file that only the analyst opens, with everything in it.

    Args:
        table: the exact counts.
        agreement: names the recipient's keys.
        unit: the linkage unit as a party.
        analyst: id of the recipient.
        identity: the linkage unit's, to sign.
        output: the file.
        now: the current time.
    """
    content = table_content(table)
    sealed = seal_overlap(
        content,
        agreement=agreement,
        sender=identity,
        sender_id=unit.id,
        recipient_id=analyst,
        sequence=int(now.timestamp()),
        software_version=__version__,
        name=output.name,
    )
    digest = hashlib.sha256(content).digest()
    return ReleaseContent({output: sealed}, digest, table.people, draws=len(table.draws))


def published_content(
    table: OverlapTable, state: Run, linked: LinkState, output: Path, now: dt.datetime
) -> ReleaseContent:
    """The CSV files and, last, what they are: without it a publication is not finished.

    Only the chosen scenario is in them: of draws and other scenarios the rule knows nothing, so
    they would give away what it withholds.

    Args:
        table: the exact counts.
        state: the run, for the agreement.
        linked: what was linked.
        output: the folder, or the main CSV file.
        now: the current time.

    Raises:
        UsageError: E208 scipy is not installed.
        PolicyError: E641, E642 no safe table can be made.
    """
    published = publish(table, state.agreement.disclosure)
    files = publication_files(published)
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}|{len(files[name])}|".encode() + files[name])
    agreement = state.agreement
    metadata = {
        "format": "linkage-publication/1",
        "title": agreement.title,
        "project": agreement.id,
        "round": agreement.round,
        "agreement": state.fingerprint.hex(),
        "published": now.date().isoformat(),
        "software": f"linkage {__version__}",
        "lists": list(linked.lists),
        "lists_left_out": [i for i in agreement.lists if i not in linked.lists],
        "rule": published.rule,
        "minimum_cell" if published.rule == "suppress" else "rounding_base": published.parameter,
        "withheld": published.withheld,
        "withheld_mark": WITHHELD_MARK,
        "omitted_strata": list(published.omitted_strata),
        "explanation": list(published.explanation()),
        "statement": "Counts of people, found by comparing encodings; encodings remain personal "
        "data and no part of them is published here. Linkage is not free of error. Do not "
        "combine with another publication of the same people: two tables can be subtracted "
        "from one another. Fit models to the analyst's exact table, not to this one.",
    }
    contents = {_part_of(output, name): files[name] for name in sorted(files)}
    text = json.dumps(metadata, ensure_ascii=False, indent=2) + "\n"
    contents[_part_of(output, _METADATA)] = text.encode()
    people = None if published.people < 0 else published.people
    return ReleaseContent(contents, digest.digest(), people, published.withheld)


def _part_of(output: Path, name: str) -> Path:
    """Where a file of the publication goes: into the folder, or beside the main CSV file."""
    if output.suffix.lower() != ".csv":
        return output / name
    if name == _MAIN_TABLE:
        return output
    return output.with_suffix(".json" if name == _METADATA else f".{name}")
