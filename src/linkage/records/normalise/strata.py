"""Strata: indices into the agreement's values, worked out from codes, years and ages."""

from __future__ import annotations

import bisect
import calendar
import datetime as dt

from linkage.agreement.model import Stratum
from linkage.types import UNKNOWN, PartialDate

__all__ = ["age_group_index", "code_index", "possible_ages", "year_index"]


def code_index(stratum: Stratum, code: str) -> int:
    """Index of an agreed code; :data:`~linkage.types.UNKNOWN` where there is none."""
    return stratum.values.index(code) if code in stratum.values else UNKNOWN


def year_index(stratum: Stratum, date: PartialDate) -> int:
    """Index of the date's year; UNKNOWN where it is missing or outside the agreed years."""
    return UNKNOWN if date.year is None else code_index(stratum, f"{date.year:04d}")


def age_group_index(stratum: Stratum, birth: PartialDate, reference: PartialDate) -> int:
    """Index of the age group; UNKNOWN unless every age that the dates allow is in one group.

    Someone known to be born in 2000 was 17 or 18 on 1 June 2018: on either side of the bound
    18, so unknown; on 31 December 2018 certainly 18. A reference date before the birth is
    unknown too.
    """
    ages = possible_ages(birth, reference)
    if ages is None or ages[1] < 0:
        return UNKNOWN
    groups = {bisect.bisect_right(stratum.bounds, max(age, 0)) for age in ages}
    return groups.pop() if len(groups) == 1 else UNKNOWN


def possible_ages(birth: PartialDate, reference: PartialDate) -> tuple[int, int] | None:
    """Least and greatest age in completed years that partly known dates allow.

    >>> possible_ages(PartialDate(2000), PartialDate(2018, 6, 1))
    (17, 18)
    >>> possible_ages(PartialDate(2000, 6, 2), PartialDate(2018, 6, 1))
    (17, 17)
    """
    if birth.year is None or reference.year is None:
        return None
    first_birth, last_birth = _bounds(birth)
    first_reference, last_reference = _bounds(reference)
    return _age(last_birth, first_reference), _age(first_birth, last_reference)


def _bounds(date: PartialDate) -> tuple[dt.date, dt.date]:
    """Earliest and latest day that a date with a known year allows."""
    year = date.year or 1
    if date.month is None:
        return dt.date(year, 1, 1), dt.date(year, 12, 31)
    last = calendar.monthrange(year, date.month)[1]
    day = date.day
    return dt.date(year, date.month, day or 1), dt.date(year, date.month, day or last)


def _age(birth: dt.date, reference: dt.date) -> int:
    had_birthday = (reference.month, reference.day) >= (birth.month, birth.day)
    return reference.year - birth.year - (not had_birthday)
