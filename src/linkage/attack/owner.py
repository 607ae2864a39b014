"""A data owner attacks its own list before it sends it, as a curious linkage unit could."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from linkage.agreement.load import load_agreement
from linkage.attack.attackers import Outcome, mount_attacks
from linkage.attack.findings import Findings, list_findings
from linkage.attack.owner_scene import AgreedEncoding, attackers_people, groups_of
from linkage.attack.people import chosen_records, token_table
from linkage.attack.simulate import background_of, target_of
from linkage.errors import DataError, Fault, UsageError
from linkage.random_bits import DerivedSubkeys
from linkage.roles.data_owner.file import load_list

__all__ = ["FEWEST_RECORDS", "LIMIT", "AttackResult", "AttackSettings", "attack_list"]

LIMIT = 0.05
"""Share named rightly from which an encoding does not protect a list against an attacker."""
FEWEST_RECORDS = 30
KEYS = 4

Verdict = Literal["do not send", "look at it", "nothing found"]


@dataclass(frozen=True, slots=True)
class AttackSettings:
    """How hard to try.

    Attributes:
        known: numbers of known pairs, rising.
        records: most records that are attacked, and most people that the attacker has.
        repeats: draws of the known pairs.
        seed: of the sample, the known pairs and the attacks.
        minutes: for the attacks that search.
    """

    known: tuple[int, ...] = (0, 20, 100)
    records: int = 2_000
    repeats: int = 2
    seed: int = 1
    minutes: float = 10.0


@dataclass(frozen=True, slots=True)
class AttackResult:
    """What may be said about a list and its encoding; no value of any record.

    Attributes:
        profile: the agreement's.
        bits: length of each filter.
        filters: names of the filters.
        travels: what else the linkage unit sees of each record.
        records: records of the list that can be encoded.
        attacked: how many of them were attacked.
        people: people that the attacker has.
        worst_case: whether those are the list itself.
        outcomes: one for each attacker.
        findings: what about the list makes it easy.
        seed: as it was set.
    """

    profile: str
    bits: int
    filters: tuple[str, ...]
    travels: tuple[str, ...]
    records: int
    attacked: int
    people: int
    worst_case: bool
    outcomes: tuple[Outcome, ...]
    findings: Findings
    seed: int

    @property
    def verdict(self) -> Verdict:
        """In three words, by a rule.

        *Do not send*: an attacker with at most 20 known pairs names :data:`LIMIT` or more rightly;
        *look at it*: only one with more pairs does; *nothing found*: none does, which is no proof.
        """
        over = [each.known for each in self.outcomes if each.share >= LIMIT]
        if not over:
            return "nothing found"
        return "do not send" if min(over) <= 20 else "look at it"

    @property
    def most_named(self) -> float:
        """The largest share that any of the attackers names rightly."""
        return max(each.share for each in self.outcomes)

    def as_dict(self, *, rows: bool = False) -> dict[str, Any]:
        """JSON-ready values; spreadsheet rows only where asked for."""
        found = asdict(self.findings)
        for name in ("rare_names", "few_tokens"):
            found[name] = list(found[name]) if rows else len(found[name])
        return {
            "profile": self.profile,
            "bits": self.bits,
            "filters": list(self.filters),
            "travels": list(self.travels),
            "records": self.records,
            "attacked": self.attacked,
            "people_known_to_the_attacker": self.people,
            "worst_case": self.worst_case,
            "attackers": [{**asdict(each), "share": each.share} for each in self.outcomes],
            "findings": found,
            "verdict": self.verdict,
            "seed": self.seed,
            "notice": "That an attack failed does not mean that the encoding is safe. "
            "Encodings remain personal data.",
        }


def attack_list(
    list_path: Path,
    mapping_path: Path,
    agreement_path: Path,
    *,
    today: dt.date,
    population: tuple[Path, Path] | None = None,
    settings: AttackSettings | None = None,
    progress: Callable[[float], None] = lambda _share: None,
) -> AttackResult:
    """Encode a list under a throw-away key, in memory, and attack it; nothing is written.

    Args:
        list_path: the list, .csv or .xlsx.
        mapping_path: the owner's confirmed mapping.
        agreement_path: the agreement; it need not be signed yet.
        today: the current date.
        population: a plaintext list in the same form and its mapping: the people whom the attacker
            knows of. None takes the list itself, the worst case.
        settings: how hard to try.
        progress: called with the share that is done.

    Raises:
        UsageError: E228 more known pairs than records.
        AgreementError: faults of the agreement.
        DataError: E3xx the list, the population or their mappings, all faults of one at once;
            E382 too few records.
        MachineError: E101-E104.
    """
    chosen = settings or AttackSettings()
    agreement = load_agreement(agreement_path)
    records, _ = load_list(list_path, mapping_path, agreement, today=today)
    others = None
    if population is not None:
        others, _ = load_list(population[0], population[1], agreement, today=today)
    plan = AgreedEncoding(agreement)
    records = chosen_records(records, np.flatnonzero(plan.linkable(records)))
    _require_enough(len(records), chosen, list_path.name)
    generator = np.random.default_rng(chosen.seed)
    sampled = chosen_records(records, generator.permutation(len(records))[: chosen.records])
    people, truth = attackers_people(sampled, others, chosen.records, generator)
    if int((truth >= 0).sum()) <= max(chosen.known):
        raise _too_many_known(max(chosen.known), int((truth >= 0).sum()))
    groups = groups_of(plan.columns(sampled), plan.columns(people))
    # Any key that is nobody's; this one makes equal seeds give equal figures.
    key = DerivedSubkeys(b"a list that is attacked").subkey(str(chosen.seed))
    filters = plan.encode(sampled, key)
    progress(0.05)
    target = target_of(filters, plan.profile, groups[0])
    background = background_of(
        token_table(people, agreement.fields),
        lambda simulated: plan.encode(people, simulated),
        plan.profile,
        groups[1],
        filter_tokens=plan.filter_tokens(people),
        keys=KEYS,
        seed=chosen.seed,
    )
    progress(0.15)
    outcomes = mount_attacks(
        target,
        background,
        truth,
        chosen.known,
        repeats=chosen.repeats,
        seed=chosen.seed,
        seconds=60 * chosen.minutes,
        progress=lambda share: progress(0.15 + 0.8 * share),
    )
    whole = plan.encode(records, key)
    findings = list_findings(records, agreement.fields, tuple(each.matrix for each in whole))
    progress(1.0)
    return AttackResult(
        profile=agreement.encoding.profile,
        bits=plan.bits,
        filters=agreement.filters,
        travels=plan.travels,
        records=len(records),
        attacked=len(sampled),
        people=len(people),
        worst_case=others is None,
        outcomes=outcomes,
        findings=findings,
        seed=chosen.seed,
    )


def _require_enough(records: int, settings: AttackSettings, name: str) -> None:
    if records < FEWEST_RECORDS:
        raise DataError(
            Fault(
                "E382",
                f"{name} has {records} records that can be encoded: too few to say anything.",
                f"An attack needs {FEWEST_RECORDS}. Nothing was written.",
            )
        )
    attacked = min(records, settings.records)
    if max(settings.known) >= attacked:
        raise _too_many_known(max(settings.known), attacked)


def _too_many_known(known: int, records: int) -> UsageError:
    return UsageError(
        Fault(
            "E228",
            f"An attacker who knows {known:,} pairs needs more than {records:,} records whose "
            "person is in the population.",
            "Give smaller numbers to --known, more --records, or another population.",
        )
    )
