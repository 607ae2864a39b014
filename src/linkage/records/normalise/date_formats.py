"""Declared date formats: a small, strict part of ``strptime``'s language.

Unlike ``strptime`` it knows unknown parts (``00``), never accepts one digit where two are
declared, and reads month names in eight languages.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from functools import cached_property
from types import MappingProxyType

from anyascii import anyascii

from linkage.types import PartialDate

__all__ = ["DateFormat", "month_number", "plain_digits"]

_PARTS = {
    "%Y": r"(?P<Y>[0-9]{4})",
    "%y": r"(?P<y>[0-9]{2})",
    "%m": r"(?P<m>[0-9]{2})",
    "%-m": r"(?P<m>[0-9]{1,2})",
    "%d": r"(?P<d>[0-9]{2})",
    "%-d": r"(?P<d>[0-9]{1,2})",
    "%b": r"(?P<b>[^\W\d_]{3,}\.?)",
    "%H": r"[0-2][0-9]",
    "%M": r"[0-5][0-9]",
    "%S": r"[0-5][0-9](?:\.[0-9]+)?",
}
_DIRECTIVE = re.compile(r"%-?.")

_MONTHS = (
    "jan januari january januar janvier enero stycznia styczen sty ianuarie ian gennaio gen ene",
    "feb februari february februar fevrier fev febrero lutego luty lut februarie febbraio",
    "mar mrt maart march marz mars marzo marca marzec martie mae mrz",
    "apr april avril avr abril abr kwietnia kwiecien kwi aprilie aprile",
    "may mei mai mayo maja maj maggio mag",
    "jun juni june juin junio czerwca czerwiec cze iunie iun giugno giu",
    "jul juli july juillet juil julio lipca lipiec lip iulie iul luglio lug",
    "aug augustus august aout agosto ago sierpnia sierpien sie",
    "sep sept september septembre septiembre wrzesnia wrzesien wrz septembrie settembre set",
    "oct okt oktober october octobre octubre pazdziernika pazdziernik paz octombrie ottobre ott",
    "nov november novembre noviembre listopada listopad lis noiembrie noi",
    "dec december dezember dez decembre diciembre dic grudnia grudzien gru decembrie dicembre",
)
_MONTH_NUMBERS = MappingProxyType(
    {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
)


def month_number(name: str) -> int | None:
    """The month of that name or abbreviation, in any of eight languages.

    >>> month_number("mei"), month_number("März"), month_number("x")
    (5, 3, None)
    """
    return _MONTH_NUMBERS.get(anyascii(name).lower().rstrip("."))


def plain_digits(text: str) -> str:
    """Compatibility forms folded and digits of every script as 0-9, trimmed.

    >>> plain_digits(" ١٩٩٠-05-23 ")
    '1990-05-23'
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text
    )


class DateFormat:
    """One declared format.

    Args:
        text: directives ``%Y %y %m %-m %d %-d %b %H %M %S`` and any other characters. Two
            digits are required for ``%d`` and ``%m``; one or two do for ``%-d`` and ``%-m``.

    Raises:
        ValueError: for a directive that is not known, is repeated, or for no year at all.

    >>> DateFormat("%d-%m-%Y").parse("23-05-1990")
    PartialDate(year=1990, month=5, day=23)
    >>> DateFormat("%d-%m-%Y").parse("00-00-1990")
    PartialDate(year=1990, month=None, day=None)
    >>> DateFormat("%d-%m-%Y").parse("31-02-1990") is None
    True
    """

    def __init__(self, text: str) -> None:
        self.text = text
        directives = _DIRECTIVE.findall(text)
        if "%" in _DIRECTIVE.sub("", text):
            raise ValueError("a date format ends in %")
        for directive in directives:
            if directive not in _PARTS:
                raise ValueError(f"{directive} is not a date directive that can be used")
        parts = [
            directive.lstrip("%-").replace("y", "Y").replace("b", "m") for directive in directives
        ]
        if len(set(parts)) != len(parts):
            raise ValueError("a part of the date is declared twice in one format")
        if "Y" not in parts:
            raise ValueError("a date format needs a year (%Y)")
        if "d" in parts and "m" not in parts:
            raise ValueError("a date format with a day needs a month")

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        pattern, position = "", 0
        for match in _DIRECTIVE.finditer(self.text):
            pattern += re.escape(self.text[position : match.start()]) + _PARTS[match.group()]
            position = match.end()
        return re.compile(pattern + re.escape(self.text[position:]))

    def parse(self, text: str, two_digit_years_from: int | None = None) -> PartialDate | None:
        """The date that ``text`` says in this format, or None where it does not fit.

        Month or day ``00`` and year ``0000`` are unknown. An impossible date does not fit.

        Args:
            text: the cell, after :func:`plain_digits`.
            two_digit_years_from: first year that a two-digit year can stand for.
        """
        match = self._pattern.fullmatch(text)
        if match is None:
            return None
        found = match.groupdict()
        year = int(found["Y"]) if found.get("Y") else None
        if found.get("y") and two_digit_years_from is not None:
            year = two_digit_years_from + (int(found["y"]) - two_digit_years_from) % 100
        month = int(found["m"]) if found.get("m") else 0
        if found.get("b"):
            month = month_number(found["b"]) or 99
        day = int(found["d"]) if found.get("d") else 0
        if month > 12 or day > (calendar.monthrange(year or 2000, month)[1] if month else 31):
            return None
        return PartialDate(year or None, month or None, day or None)
