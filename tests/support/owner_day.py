"""A data owner's folder: agreement, identity, project key, mapping and a list of 30 people.

Every identifier in the list is a sentinel: none of them may ever come out of the owner's.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import tomli_w
from tests.support.packages import ROLES, identity, party

from linkage.agreement.load import parse_agreement
from linkage.agreement.model import Agreement
from linkage.agreement.sign import append_signature, sign
from linkage.encode.keys import accept_project_key, new_project_key
from linkage.identity.store import STANDARD_COST, _seal

TODAY = dt.date(2026, 11, 23)
GIVEN = ("Zsazsaline", "Qwentholomew", "Xiomarantha", "Wjatscheslawa", "Yggdrasilda")
FAMILY = (
    "Brzeczyszczykiewicz",
    "Vandenplaschaert",
    "Nguyenkhuyenh",
    "Oyelaranwaju",
    "Tchaikowskaja",
)
SENTINELS = (*GIVEN, *FAMILY, "1987-03-")

MAPPING = """
format = "linkage-mapping/1"
confirmed = true

[fields.given]
columns = ["first"]

[fields.family]
columns = ["last"]

[fields.birth]
columns = ["born"]
formats = ["%Y-%m-%d"]

[strata.sex]
columns = ["sex"]
values = { "f" = "f", "m" = "m" }
"""


def rows(count: int = 30) -> list[str]:
    """Lines of the list; every person is another combination."""
    return [
        f"{GIVEN[i % 5]},{FAMILY[i // 5 % 5]},1987-03-{i % 28 + 1:02d},{'fm'[i % 2]}"
        for i in range(count)
    ]


def agreement_text(*, unsigned: tuple[str, ...] = (), **changes: Any) -> str:
    """The agreement as TOML, signed by everybody but ``unsigned``."""
    names = [name for name in ROLES if name != "second-analyst"]
    content = {
        "format": "linkage-agreement/1",
        "id": "victims-nl",
        "title": "Victims",
        "purpose": "Counting",
        "dpia_reference": "DPIA 2026-17",
        "case_definition": "Everybody",
        "reference_period_start": dt.date(2025, 1, 1),
        "reference_period_end": dt.date(2025, 12, 31),
        "expires": dt.date(2098, 12, 31),
        "delete_by": dt.date(2099, 12, 31),
        "minimum_list_size": 20,
        "encoding": {"profile": "balanced"},
        "fields": [
            {"name": "given", "kind": "name", "tag": "name"},
            {"name": "family", "kind": "name", "tag": "name"},
            {"name": "birth", "kind": "date"},
        ],
        "strata": [{"name": "sex", "values": ["f", "m"]}],
        "parties": [party(name) for name in names],
    }
    text = tomli_w.dumps(content | changes)
    agreement = parse_agreement(text, "agreement.toml")
    for name in names:
        if name not in unsigned:
            text = append_signature(text, sign(agreement, identity(name)))
    return text


def names_in(folder: Path) -> list[str]:
    """Names of the files of a folder."""
    return sorted(path.name for path in folder.iterdir())


class OwnerDay:
    """The folder of the police, ready to encode."""

    def __init__(self, folder: Path, lines: list[str] | None = None, **changes: Any) -> None:
        self.folder = folder
        text = agreement_text(**changes)
        self.agreement: Agreement = parse_agreement(text, "agreement.toml")
        self.write("agreement.toml", text)
        self.write("mapping.toml", MAPPING)
        self.write("victims.csv", "\n".join(["first,last,born,sex", *(lines or rows())]) + "\n")
        for name in ("police", "unit"):
            (folder / f"{name}.identity").write_bytes(
                _seal(identity(name), None, STANDARD_COST, bytes(16))
            )
        bundle = new_project_key(self.agreement, identity("shelter"))
        accepted = accept_project_key(bundle, self.agreement, identity("police"))
        self.key = accepted.key
        (folder / "project.key").write_bytes(accepted.content)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def files(self) -> list[str]:
        return names_in(self.folder)

    def arguments(self, output: str = "politie.lnk", **changes: Any) -> dict[str, Any]:
        """Arguments of :func:`linkage.roles.data_owner.encode.encode_list`."""
        return {
            "list_path": self.folder / "victims.csv",
            "mapping_path": self.folder / "mapping.toml",
            "agreement_path": self.folder / "agreement.toml",
            "identity_path": self.folder / "police.identity",
            "key_path": self.folder / "project.key",
            "output": self.folder / output,
            "ask": lambda: b"",
            "today": TODAY,
            "sequence": 1_790_000_000,
            "software_version": "1.0",
        } | changes
