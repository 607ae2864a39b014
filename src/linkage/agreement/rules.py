"""The rules between the values of an agreement, and advice on what is allowed but unwise."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass

from linkage.agreement.model import Agreement, FieldRule
from linkage.agreement.places import Place
from linkage.agreement.profiles import PROFILES, sized_bits
from linkage.errors import AgreementError, KeyFileError
from linkage.identity.public import PublicIdentity

__all__ = ["PLACEHOLDER", "Complaint", "complaints"]

PLACEHOLDER = "REPLACE"
"""A text that begins so is a gap in the template that was not filled in."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One fault, before the line of its place is known.

    Args:
        code: the fault's code.
        place: path of the value at fault; empty for the agreement as a whole.
        problem: what is wrong, as the end of a sentence that begins with the place.
        remedy: what to do about it.
    """

    code: str
    place: Place
    problem: str
    remedy: str = ""


def complaints(agreement: Agreement) -> tuple[Complaint, ...]:
    """All rules between values that an agreement breaks (E503, E505-E511, E530)."""
    return (
        *_keys(agreement),
        *_unique(agreement),
        *_roles(agreement),
        *_dates(agreement),
        *_fields(agreement),
        *_encoding(agreement),
        *_disclosure(agreement),
    )


def _keys(agreement: Agreement) -> Iterator[Complaint]:
    holders: dict[bytes, str] = {}
    for number, party in enumerate(agreement.parties):
        place = ("parties", number, "public_key")
        try:
            public = PublicIdentity.decode(party.public_key)
        except KeyFileError as error:
            if not party.public_key.startswith(PLACEHOLDER):
                problem = "is incomplete or was changed on its way"
                yield Complaint("E505", place, problem, error.faults[0].remedy)
            continue
        # Half an identity in common is enough to sign, or to open, in two roles.
        halves = (public.verify_key, public.kem_key)
        other = next((holders[half] for half in halves if half in holders), None)
        if other is not None:
            problem = f'is also that of "{other}"'
            yield Complaint("E506", place, problem, "One identity has one role in an agreement.")
        for half in halves:
            holders.setdefault(half, party.id)


def _unique(agreement: Agreement) -> Iterator[Complaint]:
    named: list[tuple[str, Place, str]] = []
    for number, party in enumerate(agreement.parties):
        named.append(("party", ("parties", number, "id"), party.id))
        if party.list is not None:
            # Lists name files and columns, and Windows does not tell Z from z.
            place: Place = ("parties", number, "list", "id")
            named.append(("list", place, party.list.id.lower()))
    for number, name in enumerate(agreement.encoding.filters or ()):
        named.append(("filter", ("encoding", "filters", number), name))
    named += [("field", ("fields", n, "name"), f.name) for n, f in enumerate(agreement.fields)]
    named += [("stratum", ("strata", n, "name"), s.name) for n, s in enumerate(agreement.strata)]
    for number, rule in enumerate(agreement.fields):
        for index, value in enumerate(rule.values or ()):
            named.append((f"value {number}", ("fields", number, "values", index), value))
    seen: set[tuple[str, str]] = set()
    for kind, place, name in named:
        if (kind, name) in seen:
            what = kind.split()[0]
            yield Complaint("E506", place, f'names a {what} that is already there: "{name}"')
        seen.add((kind, name))


def _roles(agreement: Agreement) -> Iterator[Complaint]:
    for role, least, most in (
        ("coordinator", 1, 1),
        ("linkage-unit", 1, 1),
        ("analyst", 1, None),
        ("data-owner", 2, 16),
    ):
        count = sum(party.role == role for party in agreement.parties)
        if count < least or (most is not None and count > most):
            wanted = {
                (1, 1): "exactly one",
                (1, None): "at least one",
            }.get((least, most), f"{least} to {most}")
            yield Complaint(
                "E507", ("parties",), f"has {count} of role {role}; there must be {wanted}"
            )


def _dates(agreement: Agreement) -> Iterator[Complaint]:
    for earlier, later in (
        ("reference_period_start", "reference_period_end"),
        ("reference_period_start", "expires"),
        ("expires", "delete_by"),
    ):
        first, second = getattr(agreement, earlier), getattr(agreement, later)
        if first > second:
            problem = f"({second.isoformat()}) is before {earlier} ({first.isoformat()})"
            yield Complaint("E508", (later,), problem)


def _fields(agreement: Agreement) -> Iterator[Complaint]:
    filters = agreement.filters
    whose = _whose_filters(agreement)
    known = ", ".join(f'"{name}"' for name in filters)
    for number, rule in enumerate(agreement.fields):
        for name in rule.filters:
            if name not in filters:
                yield Complaint(
                    "E509",
                    ("fields", number, "filters"),
                    f'names "{name}", which {whose} does not have',
                    f"Its filters: {known}.",
                )
        for date in rule.placeholders:
            if not _is_a_day(date):
                place = ("fields", number, "placeholders")
                yield Complaint("E503", place, f'has "{date}", which is no day of a year')
    used = {name for rule in agreement.fields for name in rule.filters}
    for name in filters:
        if name not in used:
            yield Complaint(
                "E509",
                ("fields",),
                f'put nothing into filter "{name}"',
                f"Each of these needs at least one field: {known}.",
            )
    yield from _tags(agreement.fields)


def _whose_filters(agreement: Agreement) -> str:
    if agreement.encoding.filters is not None:
        return "encoding.filters"
    return f'profile "{agreement.encoding.profile}"'


def _tags(fields: tuple[FieldRule, ...]) -> Iterator[Complaint]:
    first: dict[str, FieldRule] = {}
    for number, rule in enumerate(fields):
        other = first.setdefault(rule.token_tag, rule)
        same = (other.kind, other.weight, set(other.filters)) == (
            rule.kind,
            rule.weight,
            set(rule.filters),
        )
        if not same:
            yield Complaint(
                "E509",
                ("fields", number, "tag"),
                f'is shared with "{other.name}", which has another kind, weight or filters',
                "Fields of one tag share their tokens, so they must be treated alike.",
            )


def _is_a_day(month_day: str) -> bool:
    try:
        dt.date.fromisoformat(f"2000-{month_day}")
    except ValueError:
        return False
    return True


def _encoding(agreement: Agreement) -> Iterator[Complaint]:
    encoding = agreement.encoding
    profile = PROFILES[encoding.profile]
    if profile.insecure and not encoding.insecure:
        yield Complaint(
            "E510",
            ("encoding", "profile"),
            f'is "{profile.name}", which is insecure: {profile.broken_by.rstrip(".")}',
            'Use profile "strong". Only for tests on fictitious people: add insecure = true.',
        )
    if encoding.insecure and not profile.insecure:
        yield Complaint(
            "E510",
            ("encoding", "insecure"),
            f'is true, but profile "{profile.name}" does not need it',
            "Remove it: nobody should sign for a risk that is not taken.",
        )
    if encoding.filters is not None and profile.scheme == "match-keys":
        yield Complaint(
            "E509",
            ("encoding", "filters"),
            f'cannot be chosen under profile "{profile.name}"',
            "Its one filter holds the match keys of all fields. Remove the key.",
        )
    weights = encoding.filter_weights
    if weights is not None and set(weights) != set(agreement.filters):
        yield Complaint(
            "E509",
            ("encoding", "filter_weights"),
            f"must weigh exactly the filters of {_whose_filters(agreement)}",
            f"They are: {', '.join(agreement.filters)}.",
        )
    sizes = tuple(p.list.expected_records for p in agreement.owners if p.list is not None)
    try:
        sized_bits(profile, sizes)
    except AgreementError as error:
        fault = error.faults[0]
        problem = fault.message.rstrip(".").replace("Profile", "cannot stand: profile", 1)
        yield Complaint(fault.code, ("encoding", "profile"), problem, fault.remedy)


def _disclosure(agreement: Agreement) -> Iterator[Complaint]:
    cells = math.prod(len(stratum.values) + 1 for stratum in agreement.strata)
    if cells > 1_000_000:
        yield Complaint(
            "E511",
            ("strata",),
            f"break the counts into {cells:,} cells",
            "Use fewer strata, or coarser values: at most 1,000,000 cells.",
        )
