"""Named choices of an agreement that a benchmark compares: filters, what travels, weights."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

__all__ = ["CONFIGURATIONS", "Configuration", "Split"]

Split = tuple[tuple[str, tuple[str, ...]], ...]
"""Name of every filter, and the kinds of fields that go into it."""

_EVERY = ("name", "text", "date", "code")
_SPLITS: Mapping[str, Split] = MappingProxyType(
    {
        "": (),
        "single": (("all", _EVERY),),
        "double": (("all", _EVERY), ("names", ("name",))),
        "split": (("names", ("name",)), ("date", ("date",)), ("rest", ("code", "text"))),
    }
)


@dataclass(frozen=True, slots=True)
class Configuration:
    """What an agreement says under ``encoding`` and of its fields, beside the profile.

    Attributes:
        name: as it is chosen on the command line.
        split: the agreement's filters; empty for the profile's own.
        presence: whether presence patterns travel.
        token_counts: whether token counts travel.
        filter_weights: weight of each filter, in order; empty for the standard ones.
        token_weights: kind or name of a field, and the weight of its tokens; a name goes
            before a kind. Fields that are not there keep theirs.
    """

    name: str = "default"
    split: Split = ()
    presence: bool = False
    token_counts: bool = False
    filter_weights: tuple[int, ...] = ()
    token_weights: tuple[tuple[str, int], ...] = ()

    def applied(self, agreement: Mapping[str, Any]) -> dict[str, Any]:
        """The agreement, as TOML has it, with these choices; filters without a field are left out.

        Args:
            agreement: values of an agreement, whose fields go into its profile's filters.

        >>> tree = {"encoding": {}, "fields": [{"name": "surname", "kind": "name", "weight": 2}]}
        >>> split = Configuration(split=(("names", ("name",)), ("date", ("date",))))
        >>> split.applied(tree)["encoding"]["filters"], split.applied(tree)["fields"][0]["filters"]
        (['names'], ['names'])
        """
        tree = copy.deepcopy(dict(agreement))
        encoding = tree["encoding"]
        weights = dict(self.token_weights)
        for rule in tree["fields"]:
            weight = weights.get(rule["name"], weights.get(rule["kind"]))
            if weight is not None:
                rule["weight"] = weight
            if self.split:
                rule["filters"] = [name for name, kinds in self.split if rule["kind"] in kinds]
        used = {name for rule in tree["fields"] for name in rule.get("filters", ())}
        if self.split:
            encoding["filters"] = [name for name, _ in self.split if name in used]
            if self.filter_weights:
                encoding["filter_weights"] = {
                    name: weight
                    for (name, _), weight in zip(self.split, self.filter_weights, strict=True)
                    if name in used
                }
        if self.presence:
            encoding["presence"] = True
        if self.token_counts:
            encoding["token_counts"] = True
        return tree


def _presets() -> dict[str, Configuration]:
    made = {}
    for split, presence, counts in itertools.product(_SPLITS, (False, True), (False, True)):
        words = [split, "presence" if presence else "", "counts" if counts else ""]
        name = "+".join(word for word in words if word) or "default"
        made[name] = Configuration(name, _SPLITS[split], presence, counts)
    return made


CONFIGURATIONS: Mapping[str, Configuration] = MappingProxyType(_presets())
"""``default``, ``presence``, ``counts``, ``presence+counts``, and each after ``single`` (one filter
of all fields), ``double`` (all fields, and names) or ``split`` (names, date, rest)."""
