"""Lists as projects: who the parties are, what they agree on, how their columns are mapped."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from linkage.agreement.model import Agreement
from linkage.agreement.profiles import PROFILES, Profile, ProfileName
from linkage.agreement.template import agreement_template
from linkage.bench.configuration import CONFIGURATIONS, Configuration
from linkage.bench.folder import BenchmarkField, BenchmarkFolder, BenchmarkList, date_formats
from linkage.bench.mapping_file import column, mapping_file
from linkage.bench.play import ANALYST, COORDINATOR, LINKAGE_UNIT, Owner, Player
from linkage.files import write_whole

__all__ = [
    "EU",
    "Project",
    "folder_agreement",
    "folder_project",
    "nationality_group",
    "write_example_agreement",
]

EU = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR"),
        *("HU", "IE", "IT", "LT", "LU", "LV", "MT", "PL", "PT", "RO", "SE", "SI", "SK"),
    }
)
"""Member states other than the Netherlands, ISO 3166-1 alpha-2."""

_DEFAULT = CONFIGURATIONS["default"]
_REFERENCE = "Benchmark or demonstration with fictitious people"
_DUTCH_COLUMNS = frozenset(
    ("given_name", "surname", "date_of_birth", "sex", "nationality", "exploitation", "report_date")
)


@dataclass(frozen=True, slots=True)
class Project:
    """What :func:`linkage.bench.play.play` needs.

    Attributes:
        owners: the data owners, in the agreement's order.
        write_agreement: writes the coordinator's agreement, once the public keys lie there.
    """

    owners: tuple[Owner, ...]
    write_agreement: Callable[[Player, Path], None]


def nationality_group(code: str) -> str:
    """Dutch, EU or other.

    >>> nationality_group("NL"), nationality_group("PL"), nationality_group("NG")
    ('Dutch', 'EU', 'other')
    """
    if code == "NL":
        return "Dutch"
    return "EU" if code in EU else "other"


def write_example_agreement(
    player: Player,
    path: Path,
    profile: ProfileName,
    sizes: Mapping[str, int],
    configuration: Configuration = _DEFAULT,
) -> None:
    """Write the example for six Dutch lists, with every party's key and the lists' sizes.

    Args:
        player: runs `linkage agreement new`.
        path: where the coordinator wants it; ``ID.identity.pub`` files lie beside it.
        profile: encoding profile.
        sizes: list id -> number of records.
        configuration: what else the agreement says of filters and of what travels.
    """
    keys = sorted(path.parent.glob("*.identity.pub"))
    parties = [
        word
        for key in keys
        for word in ("--party", f"{key.name.removesuffix('.identity.pub')}={_relative(key)}")
    ]
    player.run(
        "agreement",
        path.parent.name,
        *("agreement", "new", _relative(path), "--profile", profile),
        *("--dpia", _REFERENCE, *parties),
    )
    text = path.read_text(encoding="utf-8")  # what follows the coordinator does in an editor
    if PROFILES[profile].insecure:
        text = text.replace("\ninsecure = false", "\ninsecure = true", 1)
    for list_id, size in sizes.items():
        start = text.index("expected_records = ", text.index(f'\nid = "{list_id}"\n'))
        text = f"{text[:start]}expected_records = {size}{text[text.index(chr(10), start) :]}"
    if configuration != _DEFAULT:
        text = tomli_w.dumps(configuration.applied(tomllib.loads(text)))
    write_whole(path, text.encode())


def _relative(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def folder_project(
    folder: BenchmarkFolder,
    profile: ProfileName,
    today: dt.date,
    configuration: Configuration = _DEFAULT,
) -> Project:
    """A folder of lists as a project.

    Lists with the letters and columns of the six Dutch lists get the example agreement with
    its strata; all others an agreement on their identifying fields alone.

    Args:
        folder: the lists.
        profile: encoding profile.
        today: the current date, for the agreement's expiry.
        configuration: what else the agreement says of filters and of what travels.
    """
    party_of = _dutch_parties()
    if _is_dutch(folder):
        in_order = sorted(folder.lists, key=lambda each: list(party_of).index(each.list_id))
        sizes = {each.list_id: len(each.rows) for each in in_order}
        return Project(
            tuple(
                Owner(party_of[each.list_id], each.list_id, each.name, _dutch_mapping(each))
                for each in in_order
            ),
            lambda player, path: write_example_agreement(
                player, path, profile, sizes, configuration
            ),
        )
    return Project(
        tuple(
            Owner(_party(each), each.list_id, each.name, _plain_mapping(folder, each))
            for each in folder.lists
        ),
        lambda _player, path: _write_plain_agreement(folder, path, profile, today, configuration),
    )


def folder_agreement(
    folder: BenchmarkFolder,
    profile: ProfileName,
    today: dt.date,
    configuration: Configuration = _DEFAULT,
) -> Agreement:
    """The agreement of :func:`folder_project` without keys, for use in this process alone.

    Args:
        folder: the lists.
        profile: encoding profile.
        today: the current date, for the agreement's expiry.
        configuration: what else the agreement says of filters and of what travels.
    """
    sizes = {each.list_id: len(each.rows) for each in folder.lists}
    if _is_dutch(folder):
        tree = tomllib.loads(agreement_template(profile=profile))
        tree["encoding"]["insecure"] = PROFILES[profile].insecure
        for party in tree["parties"]:
            if "list" in party:
                party["list"]["expected_records"] = sizes[party["list"]["id"]]
    else:
        tree = _plain_tree(folder, profile, today, lambda _party: "none")
    return Agreement.model_validate(configuration.applied(tree))


def _dutch_parties() -> dict[str, str]:
    """List id -> party of the example."""
    example = tomllib.loads(agreement_template())
    return {p["list"]["id"]: p["id"] for p in example["parties"] if "list" in p}


def _is_dutch(folder: BenchmarkFolder) -> bool:
    return sorted(each.list_id for each in folder.lists) == sorted(_dutch_parties()) and all(
        _DUTCH_COLUMNS.issubset(each.header) for each in folder.lists
    )


def _dutch_mapping(owned: BenchmarkList) -> bytes:
    born = date_formats(owned.values("date_of_birth"))
    reported = date_formats(owned.values("report_date"))
    sexes = {value: value for value in ("F", "M")}
    nationalities = sorted(set(owned.values("nationality")) - {""})
    exploitation = {value: value for value in ("sexual", "labour", "criminal", "other")}
    groups = {code: nationality_group(code) for code in nationalities}
    fields = {
        "given_name": column("given_name"),
        "surname": column("surname"),
        "date_of_birth": column("date_of_birth", formats=born),
        "sex": column("sex", values=sexes),
        "nationality": column("nationality", values={code: code for code in nationalities}),
    }
    strata = {
        "sex": column("sex", values=sexes),
        "age_group": {
            "birth": "date_of_birth",
            "birth_formats": born,
            "reference": "report_date",
            "reference_formats": reported,
        },
        "exploitation": column("exploitation", values=exploitation),
        "year": column("report_date", formats=reported),
        "nationality_group": column("nationality", values=groups),
    }
    return mapping_file(fields, strata, encoding="utf-8", delimiter=",")


def _party(owned: BenchmarkList) -> str:
    return f"owner-{owned.list_id.lower().replace('_', '-')}"


def _plain_mapping(folder: BenchmarkFolder, owned: BenchmarkList) -> bytes:
    fields = {each.name: _plain_column(owned, each) for each in folder.fields}
    return mapping_file(fields, {}, encoding="utf-8", delimiter=",", maximum_bad_dates=0.5)


def _plain_column(owned: BenchmarkList, wanted: BenchmarkField) -> dict[str, Any]:
    heading = owned.column_of(wanted)
    if heading is None:
        return column()
    values = owned.values(heading)
    if wanted.kind == "date":
        return column(heading, formats=date_formats(values))
    if wanted.kind == "code":
        return column(heading, values={value: value for value in sorted(set(values) - {""})})
    return column(heading)


def _write_plain_agreement(
    folder: BenchmarkFolder,
    path: Path,
    profile: ProfileName,
    today: dt.date,
    configuration: Configuration,
) -> None:
    def public_key(party: str) -> str:
        text = (path.parent / f"{party}.identity.pub").read_text(encoding="utf-8")
        return next(word for word in text.split() if word.startswith("linkage-public-"))

    tree = configuration.applied(_plain_tree(folder, profile, today, public_key))
    write_whole(path, tomli_w.dumps(tree).encode())


def _plain_tree(
    folder: BenchmarkFolder,
    profile: ProfileName,
    today: dt.date,
    public_key: Callable[[str], str],
) -> dict[str, Any]:
    owners = {_party(each): each for each in folder.lists}
    parties = []
    for party in (COORDINATOR, LINKAGE_UNIT, ANALYST, *owners):
        tree: dict[str, Any] = {
            "id": party,
            "name": party,
            "role": "data-owner" if party in owners else party,
            "public_key": public_key(party),
        }
        if party in owners:
            owned = owners[party]
            tree["legal_basis"] = _REFERENCE
            tree["list"] = {
                "id": owned.list_id,
                "description": owned.name,
                "expected_records": len(owned.rows),
            }
        parties.append(tree)
    return {
        "format": "linkage-agreement/1",
        "id": "benchmark",
        "title": f"Benchmark {folder.name}",
        "purpose": "Measure the software on data with known truth.",
        "dpia_reference": _REFERENCE,
        "case_definition": "Every record of the benchmark.",
        "reference_period_start": dt.date(2000, 1, 1),
        "reference_period_end": today,
        "expires": today + dt.timedelta(days=30),
        "delete_by": today + dt.timedelta(days=60),
        "encoding": {"profile": profile, "insecure": PROFILES[profile].insecure},
        "fields": [_rule(folder, each, PROFILES[profile]) for each in folder.fields],
        "parties": parties,
    }


def _rule(folder: BenchmarkFolder, wanted: BenchmarkField, profile: Profile) -> dict[str, Any]:
    is_name = wanted.kind == "name"
    rule: dict[str, Any] = {
        "name": wanted.name,
        "kind": wanted.kind,
        "weight": wanted.weight or profile.token_weight(wanted.name, wanted.kind),
        "filters": list(profile.filters if is_name else profile.filters[:1]),
    }
    if is_name:
        rule["tag"] = "name"
    if wanted.kind == "code":
        headings = [(each, each.column_of(wanted)) for each in folder.lists]
        found = {value for each, name in headings if name for value in each.values(name)}
        rule["values"] = sorted(found - {""})
    return rule
