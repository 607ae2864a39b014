"""What goes wrong between a person and a record: thirty error kinds, with rates per list.

A rate is the share of a list's records on which the error is attempted; an error that
needs something the record lacks (a second given name, a particle, a Latin spelling) then
changes nothing and is not counted. The rates follow the hand-set error mix of a benchmark
of synthetic victims; they are **not** estimated from real lists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from linkage.synth.drafts import Draft
from linkage.synth.draws import Draws
from linkage.synth.names import load_name_pools
from linkage.synth.people import NATIONALITIES, REGIONS
from linkage.synth.spelling import misheard, misread, mistyped, other_romanisation

__all__ = ["DEFAULT_RATES", "ERROR_KINDS", "apply_errors"]

_Change = Callable[[Draws, Draft], bool]
PARTICLES = frozenset({"van", "de", "den", "der", "ter", "ten", "el", "al", "ben", "bin", "abd"})


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    change: _Change


def _alias(draws: Draws, draft: Draft) -> bool:
    alias = draft.person.alias
    if alias is None or draft.native:
        return False
    draft.given = [alias[0].written]
    draft.surnames = [alias[1].written]
    if draft.year is not None and draws.chance(0.5):
        draft.year += draws.pick((-2, -1, 1, 2))
    return True


def _maiden_name(draws: Draws, draft: Draft) -> bool:
    person = draft.person
    if person.sex != "F" or draft.native:
        return False
    draft.surnames = [load_name_pools().draw(draws, person.pool, "surname", "F").written]
    return True


def _street_name(draws: Draws, draft: Draft) -> bool:
    if draft.native:
        return False
    person = draft.person
    draft.given = [load_name_pools().draw(draws, "NL", "given", person.sex).written]
    return True


def _surname_missing(_draws: Draws, draft: Draft) -> bool:
    if not draft.given:
        return False
    draft.surnames = []
    return True


def _one_surname_dropped(draws: Draws, draft: Draft) -> bool:
    if len(draft.surnames) < 2:
        return False
    del draft.surnames[draws.between(0, 1)]
    return True


def _middle_names_dropped(_draws: Draws, draft: Draft) -> bool:
    names = " ".join(draft.given).split()
    if len(names) < 2:
        return False
    keep = names[-1] if draft.person.pool == "VN" else names[0]
    draft.given = [keep]
    return True


def _initial_only(_draws: Draws, draft: Draft) -> bool:
    if not draft.given or not draft.surnames or draft.native:
        return False
    draft.given = [f"{draft.given[0][0]}."]
    return True


def _given_name_shortened(draws: Draws, draft: Draft) -> bool:
    if not draft.given or len(draft.given[0]) < 6 or draft.native:
        return False
    draft.given = [draft.given[0][: draws.between(3, 4)]]
    return True


def _particle_changed(draws: Draws, draft: Draft) -> bool:
    for place, surname in enumerate(draft.surnames):
        parts = surname.replace("-", " ").split()
        if len(parts) > 1 and parts[0].lower() in PARTICLES:
            rest = " ".join(parts[1:])
            together = parts[0] + parts[1].lower() + "".join(f" {part}" for part in parts[2:])
            draft.surnames[place] = draws.pick((rest, together, f"{rest}, {parts[0]}"))
            return True
    return False


def _names_swapped(_draws: Draws, draft: Draft) -> bool:
    if not draft.given or not draft.surnames:
        return False
    draft.given, draft.surnames = draft.surnames, draft.given
    return True


def _spelling(part: str, spell: Callable[[Draws, str], str]) -> _Change:
    def change(draws: Draws, draft: Draft) -> bool:
        names = draft.given if part == "given" else draft.surnames
        if not names or draft.native:
            return False
        place = draws.between(0, len(names) - 1)
        before, names[place] = names[place], spell(draws, names[place])
        return names[place] != before

    return change


def _romanised(draws: Draws, name: str) -> str:
    return other_romanisation(draws, name, load_name_pools().variants)


def _birth_date_missing(_draws: Draws, draft: Draft) -> bool:
    draft.year = draft.month = draft.day = None
    return True


def _birth_date_year_only(_draws: Draws, draft: Draft) -> bool:
    if draft.year is None:
        return False
    draft.month = draft.day = None
    return True


def _birth_date_1_january(_draws: Draws, draft: Draft) -> bool:
    if draft.month is None:
        return False
    draft.month = draft.day = 1
    return True


def _birth_year_estimated(draws: Draws, draft: Draft) -> bool:
    if draft.year is None:
        return False
    draft.year += draws.pick((-2, -1, -1, 1, 1, 2))
    if draft.month == 2 and draft.day == 29:
        draft.day = 28
    return True


def _day_and_month_swapped(_draws: Draws, draft: Draft) -> bool:
    if draft.day is None or draft.day > 12 or draft.day == draft.month:
        return False
    draft.day, draft.month = draft.month, draft.day
    return True


def _birth_date_typo(draws: Draws, draft: Draft) -> bool:
    if draft.year is None or draft.month is None or draft.day is None:
        return False
    part = draws.between(0, 2)
    if part == 0:
        draft.day = min(28, max(1, draft.day + draws.pick((-10, -1, 1, 10))))
    elif part == 1:
        draft.month = min(12, max(1, draft.month + draws.pick((-1, 1))))
        draft.day = min(draft.day, 28)
    else:
        draft.year += draws.pick((-10, -1, 1, 10))
        draft.day = min(draft.day, 28)
    return True


def _sex_missing(_draws: Draws, draft: Draft) -> bool:
    draft.sex = ""
    return True


def _sex_wrong(_draws: Draws, draft: Draft) -> bool:
    if not draft.sex:
        return False
    draft.sex = "M" if draft.sex == "F" else "F"
    return True


def _nationality_missing(_draws: Draws, draft: Draft) -> bool:
    draft.nationality = ""
    return True


def _nationality_wrong(draws: Draws, draft: Draft) -> bool:
    if not draft.nationality:
        return False
    draft.nationality = draws.pick([n for n in NATIONALITIES if n != draft.nationality])
    return True


def _region_other(draws: Draws, draft: Draft) -> bool:
    draft.region = draws.pick(REGIONS)
    return True


_KINDS = (
    _Kind("alias", _alias),
    _Kind("maiden_name", _maiden_name),
    _Kind("street_name", _street_name),
    _Kind("one_surname_dropped", _one_surname_dropped),
    _Kind("middle_names_dropped", _middle_names_dropped),
    _Kind("given_name_shortened", _given_name_shortened),
    _Kind("given_name_romanised", _spelling("given", _romanised)),
    _Kind("surname_romanised", _spelling("surname", _romanised)),
    _Kind("particle_changed", _particle_changed),
    _Kind("given_name_misheard", _spelling("given", misheard)),
    _Kind("surname_misheard", _spelling("surname", misheard)),
    _Kind("given_name_misread", _spelling("given", misread)),
    _Kind("surname_misread", _spelling("surname", misread)),
    _Kind("given_name_mistyped", _spelling("given", mistyped)),
    _Kind("surname_mistyped", _spelling("surname", mistyped)),
    _Kind("initial_only", _initial_only),
    _Kind("names_swapped", _names_swapped),
    _Kind("surname_missing", _surname_missing),
    _Kind("birth_year_estimated", _birth_year_estimated),
    _Kind("birth_date_mistyped", _birth_date_typo),
    _Kind("day_and_month_swapped", _day_and_month_swapped),
    _Kind("birth_date_1_january", _birth_date_1_january),
    _Kind("birth_date_year_only", _birth_date_year_only),
    _Kind("birth_date_missing", _birth_date_missing),
    _Kind("sex_wrong", _sex_wrong),
    _Kind("sex_missing", _sex_missing),
    _Kind("nationality_wrong", _nationality_wrong),
    _Kind("nationality_missing", _nationality_missing),
    _Kind("region_other", _region_other),
)

ERROR_KINDS = tuple(kind.name for kind in _KINDS)
"""Every error kind, in the order in which they are applied."""

_RATES = """
kind                    I     K     O     P     R     Z
alias                   .20   .60   .25   .25   .25   .20
maiden_name             .009  0     .018  .005  .016  .016
street_name             0     0     .026  .004  .015  .017
one_surname_dropped     0     0     .17   .17   .30   .12
middle_names_dropped    .60   .14   .75   .45   .65   .57
given_name_shortened    .004  0     .08   .007  .036  .045
given_name_romanised    .03   .03   .07   .035  .045  .055
surname_romanised       .02   .025  .045  .02   .025  .022
particle_changed        .02   0     .15   .16   .25   .17
given_name_misheard     .014  .003  .15   .035  .11   .066
surname_misheard        .02   .004  .13   .03   .11   .06
given_name_misread      .026  .022  0     .006  0     0
surname_misread         .02   .018  0     .005  0     .003
given_name_mistyped     .075  .027  .07   .077  .061  .05
surname_mistyped        .078  .025  .079  .07   .064  .05
initial_only            .16   0     .02   .005  .024  .01
names_swapped           .054  .022  .042  .027  .014  .025
surname_missing         .009  0     .15   .011  .049  .034
birth_year_estimated    .01   .003  .05   .009  .031  .009
birth_date_mistyped     .013  .005  .013  .022  .015  .009
day_and_month_swapped   .018  .003  .006  .015  .007  .011
birth_date_1_january    .025  .046  .03   .017  .036  .031
birth_date_year_only    .047  .012  .098  .01   .07   .018
birth_date_missing      .133  .006  .248  .012  .115  .037
sex_wrong               .007  0     .008  .002  .004  .003
sex_missing             .085  .001  .016  .005  .011  .002
nationality_wrong       .021  .004  .02   .01   .017  .009
nationality_missing     .045  .001  .073  .021  .058  .022
region_other            .079  .07   .066  .074  .074  .076
"""


def _table(text: str) -> dict[str, Mapping[str, float]]:
    header, *lines = (line.split() for line in text.strip().splitlines())
    return {
        list_id: MappingProxyType({line[0]: float(line[column]) for line in lines})
        for column, list_id in enumerate(header[1:], start=1)
    }


DEFAULT_RATES: Mapping[str, Mapping[str, float]] = MappingProxyType(_table(_RATES))
"""List id -> error kind -> share of records on which it is attempted.

The alias rate is the share among people who have an alias, the rates of dropped names and
changed particles the shares among names of more than one part.
"""


def apply_errors(draws: Draws, draft: Draft, rates: Mapping[str, float]) -> None:
    """Apply every error kind to ``draft`` with its probability, in a fixed order.

    Args:
        draws: where chance comes from.
        draft: changed in place; ``draft.kinds`` names what was changed.
        rates: error kind -> probability; kinds that are absent never happen.

    >>> "surname_mistyped" in ERROR_KINDS, DEFAULT_RATES["O"]["birth_date_missing"]
    (True, 0.248)
    """
    for kind in _KINDS:
        if draws.chance(rates.get(kind.name, 0.0)) and kind.change(draws, draft):
            draft.kinds.append(kind.name)
