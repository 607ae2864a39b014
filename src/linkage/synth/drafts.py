"""A record while it is being written down: what the error kinds change."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from linkage.synth.people import Person

__all__ = ["Draft"]


@dataclass(slots=True)
class Draft:
    """What one owner writes down about one person; changed in place by the errors.

    Attributes:
        person: the true person.
        given: given names as written, in Latin letters unless ``native``.
        surnames: surnames as written.
        year: year of birth, or None where unknown; likewise month and day.
        sex: F, M or empty.
        nationality: country code or empty.
        region: where the record says the person was found.
        native: whether the names are in another script: Latin spelling errors do not apply.
        kinds: the error kinds that were applied, in order.
    """

    person: Person
    given: list[str] = field(repr=False)
    surnames: list[str] = field(repr=False)
    year: int | None
    month: int | None
    day: int | None
    sex: str
    nationality: str
    region: str
    native: bool = False
    kinds: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, person: Person, *, native: bool) -> Draft:
        """The record without any error, in the native script or in Latin letters."""
        born = person.birth_date
        spell = "native" if native else "written"
        return cls(
            person=person,
            given=[getattr(name, spell) for name in person.given],
            surnames=[getattr(name, spell) for name in person.surnames],
            year=born.year,
            month=born.month,
            day=born.day,
            sex=person.sex,
            nationality=person.nationality,
            region=person.region,
            native=native and person.pool in {"BG", "UA", "SY"},
        )

    @property
    def full_date(self) -> dt.date | None:
        """The date of birth if all its parts are written and it exists."""
        if self.year is None or self.month is None or self.day is None:
            return None
        try:
            return dt.date(self.year, self.month, self.day)
        except ValueError:
            return None
