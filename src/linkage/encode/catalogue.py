"""Encodings by description: a scheme, what hardens it, over which filters.

``clk(k=10, l=1024) + xor-fold``, ``saul(t=4, l=4096) on all*3, names``: the text that benchmarks
and attacks take, and that stands beside their figures. The encodings that an agreement may choose
are the named profiles of :mod:`linkage.agreement.profiles`, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from linkage.agreement.model import FieldRule
from linkage.agreement.profiles import PROFILES, Measure, Profile
from linkage.encode.registry import known_schemes
from linkage.errors import Fault, UsageError
from linkage.harden.hardening import Hardening, Parameter
from linkage.harden.registry import known_hardenings

__all__ = ["TOKEN_WEIGHTS", "fields_of_filter", "filters_of", "parse_encoding", "parse_hardening"]

TOKEN_WEIGHTS: Mapping[str, int] = {"name": 1, "date": 1, "code": 1, "text": 1}
"""Weights of tokens by kind of field, where a description says nothing of them."""
PROFILE = "profile "

_PART = re.compile(r"\s*([a-z0-9][a-z0-9-]*)\s*(?:\(([^()]*)\))?\s*")
_SETTING = re.compile(r"\s*([A-Za-z_]\w*)\s*=\s*([\w.-]+)\s*")
_FILTER = re.compile(r"\s*([a-z_]\w*)\s*(?:\*\s*(\d+))?\s*")
_KINDS: Mapping[str, tuple[str, ...]] = {
    "all": ("name", "text", "date", "code"),
    "names": ("name",),
    "date": ("date",),
    "rest": ("code", "text"),
    "keys": ("name", "text", "date", "code"),
}
_EACH = "each"


def parse_encoding(text: str) -> Profile:
    """The encoding that a description describes; its ``name`` is the description in one form.

    ``SCHEME(PARAMETER=VALUE, ...) + HARDENING(...) + ... on FILTER*WEIGHT, ... weighing
    KIND=WEIGHT, ...``, of which everything but the scheme may be left out. Filters are ``all``,
    ``names``, ``date``, ``rest`` (codes and texts), a field's name, or ``each`` for one filter of
    every field. ``salt=FIELD`` is a parameter of every scheme: a record's tokens are hashed with
    that field's value, of a date the year. ``w=1``, where a scheme knows it, lets the weights
    before hardening travel. *Weighing* gives the tokens of a field, or kind of field, a weight.
    ``profile NAME`` is what an agreement chooses by that name.

    Raises:
        UsageError: E224, every fault of the text at once, with what is known.

    >>> encoding = parse_encoding("saul(l=4096,t=4) on all*3, names")
    >>> encoding.name, encoding.filter_weights
    ('saul(t=4, l=4096) on all*3, names', (3, 1))
    >>> parse_encoding("clk(k=25) + blip(f=.1)").name
    'clk(k=25, l=1024) + blip(f=0.1)'
    """
    if text.strip().startswith(PROFILE):
        return _named(text)
    faults: list[str] = []
    body, _, weighing = _cut(text, "weighing")
    body, _, filters = _cut(body, "on")
    first, *others = body.split("+")
    name, settings = _part(first, faults)
    scheme = known_schemes().get(name)
    if scheme is None:
        known = ", ".join(sorted(known_schemes()))
        raise _faulty(text, [f'there is no scheme "{name}"; known are {known}', *faults])
    salt = settings.pop("salt", "")
    carries = settings.pop("w", "0") == "1" if scheme.weighted else False
    values = _values(name, settings, tuple(scheme.parameters.values()), faults)
    hardenings = tuple(_canonical_hardening(other, faults) for other in others)
    chosen = _filters(filters or "all", faults)
    weights = dict(TOKEN_WEIGHTS)
    own_weights: dict[str, int] = {}
    for setting in weighing.split(",") if weighing else ():
        match = _SETTING.fullmatch(setting)
        if match is None or not match[2].isdecimal() or not 1 <= int(match[2]) <= 15:
            faults.append(f'"{setting.strip()}" is not KIND=WEIGHT with a weight from 1 to 15')
        else:
            own_weights[match[1]] = int(match[2])
    if faults:
        raise _faulty(text, faults)
    numbers = {
        attribute: int(values[parameter.name]) for attribute, parameter in scheme.parameters.items()
    }
    measure: Measure = scheme.weighted if carries and scheme.weighted else scheme.measure
    for hardening in hardenings:
        measure = known_hardenings()[hardening.partition("(")[0]].measure or measure
    shown = [f"{p.name}={_shown(values[p.name])}" for p in scheme.parameters.values()]
    shown += ["w=1"] if carries else []
    shown += [f"salt={salt}"] if salt else []
    written = " + ".join([f"{name}({', '.join(shown)})" if shown else name, *hardenings])
    if chosen != (("all", 1),):
        written += " on " + ", ".join(f"{n}*{w}" if w > 1 else n for n, w in chosen)
    if own_weights:
        written += " weighing " + ", ".join(f"{n}={w}" for n, w in own_weights.items())
    return Profile(
        name=written,
        scheme=name,
        measure=measure,
        filters=tuple(filter_name for filter_name, _ in chosen),
        filter_weights=tuple(weight for _, weight in chosen),
        bits=numbers.get("bits", scheme.bits),
        layers=numbers.get("layers", 1),
        token_bits=numbers.get("token_bits", 0),
        source_bits=numbers.get("source_bits", 0),
        least_correlation=0.0,
        carries_weights=carries,
        token_weights=weights | own_weights,
        insecure=True,
        broken_by=scheme.broken_by,
        hardenings=hardenings,
        salt=salt,
    )


def _named(text: str) -> Profile:
    name = text.strip().removeprefix(PROFILE).strip()
    if name not in PROFILES:
        raise _faulty(text, [f'there is no profile "{name}"; known are {", ".join(PROFILES)}'])
    return replace(PROFILES[name], name=PROFILE + name)


def filters_of(
    profile: Profile, fields: Sequence[FieldRule]
) -> tuple[tuple[str, tuple[FieldRule, ...], int], ...]:
    """Every filter with its fields and weight; one without a field is left out.

    Tokens weigh what the profile says.

    >>> rules = [FieldRule(name="surname", kind="name"), FieldRule(name="birth", kind="date")]
    >>> [name for name, _, _ in filters_of(parse_encoding("clk on each"), rules)]
    ['surname', 'birth']
    """
    weighed = [
        rule.model_copy(update={"weight": profile.token_weight(rule.name, rule.kind)})
        for rule in fields
    ]
    made = []
    for name, weight in zip(profile.filters, profile.filter_weights, strict=True):
        names = [rule.name for rule in weighed] if name == _EACH else [name]
        for each in names:
            chosen = fields_of_filter(each, weighed)
            if chosen:
                made.append((each, chosen, weight))
    return tuple(made)


def fields_of_filter(name: str, fields: Sequence[FieldRule]) -> tuple[FieldRule, ...]:
    """The fields of ``all``, ``names``, ``date``, ``rest``, or of the filter of one field."""
    kinds = _KINDS.get(name)
    if kinds is None:
        return tuple(rule for rule in fields if rule.name == name)
    return tuple(rule for rule in fields if rule.kind in kinds)


def parse_hardening(text: str) -> tuple[Hardening, dict[str, float]]:
    """A hardening and its parameters.

    Raises:
        UsageError: E224.

    >>> hardening, values = parse_hardening("blip(f=0.3)")
    >>> hardening.name, values
    ('blip', {'f': 0.3})
    """
    faults: list[str] = []
    name, settings = _part(text, faults)
    hardening = known_hardenings().get(name)
    if hardening is None:
        known = ", ".join(sorted(known_hardenings()))
        raise _faulty(text, [f'there is no hardening "{name}"; known are {known}', *faults])
    values = _values(name, settings, hardening.parameters, faults)
    if faults:
        raise _faulty(text, faults)
    return hardening, values


def _canonical_hardening(text: str, faults: list[str]) -> str:
    try:
        hardening, values = parse_hardening(text)
    except UsageError as error:
        faults += [fault.message.partition(": ")[2].rstrip(".") for fault in error.faults]
        return ""
    shown = ", ".join(f"{p.name}={_shown(values[p.name])}" for p in hardening.parameters)
    return f"{hardening.name}({shown})" if shown else hardening.name


def _cut(text: str, word: str) -> tuple[str, str, str]:
    parts = re.split(rf"\s{word}\s", text, maxsplit=1)
    return (parts[0], word, parts[1]) if len(parts) == 2 else (text, "", "")


def _part(text: str, faults: list[str]) -> tuple[str, dict[str, str]]:
    match = _PART.fullmatch(text)
    if match is None:
        faults.append(f'"{text.strip()}" is not NAME(PARAMETER=VALUE, ...)')
        return text.strip(), {}
    settings: dict[str, str] = {}
    for setting in match[2].split(",") if match[2] and match[2].strip() else ():
        pair = _SETTING.fullmatch(setting)
        if pair is None:
            faults.append(f'"{setting.strip()}" is not PARAMETER=VALUE')
        else:
            settings[pair[1]] = pair[2]
    return match[1], settings


def _values(
    name: str, settings: Mapping[str, str], parameters: Sequence[Parameter], faults: list[str]
) -> dict[str, float]:
    known = {parameter.name: parameter for parameter in parameters}
    values = {parameter.name: parameter.default for parameter in parameters}
    for setting, text in settings.items():
        if setting not in known:
            listed = ", ".join(known) or "none"
            faults.append(f'"{name}" has no parameter "{setting}"; it has {listed}')
            continue
        parameter = known[setting]
        try:
            value = float(text)
        except ValueError:
            faults.append(f'"{setting}" is not a number')
            continue
        whole = parameter.multiple == 0 or (value % parameter.multiple == 0)
        if not whole or not parameter.least <= value <= parameter.most:
            unit = f" multiple of {parameter.multiple}" if parameter.multiple > 1 else ""
            faults.append(
                f'"{setting}" of "{name}" is a{unit or " number"} from {parameter.least:g} to '
                f"{parameter.most:g} ({parameter.unit}: {parameter.meaning})"
            )
        values[setting] = value
    return values


def _filters(text: str, faults: list[str]) -> tuple[tuple[str, int], ...]:
    return tuple(_filter_list(text, faults))


def _filter_list(text: str, faults: list[str]) -> Iterator[tuple[str, int]]:
    for part in text.split(","):
        match = _FILTER.fullmatch(part)
        if match is None or match[2] == "0":
            faults.append(f'"{part.strip()}" is not FILTER or FILTER*WEIGHT')
        else:
            yield match[1], int(match[2] or 1)


def _shown(value: float) -> str:
    return f"{value:g}" if value % 1 else str(int(value))


def _faulty(text: str, faults: Sequence[str]) -> UsageError:
    return UsageError(
        *(
            Fault(
                "E224",
                f'"{text.strip()}" describes no encoding: {fault}.',
                'Write, for example, "clk(k=10, l=1024) + xor-fold" or\n'
                '"saul(t=4, l=4096) on all*3, names".',
            )
            for fault in faults
        )
    )
