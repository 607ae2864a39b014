"""A folder's lists normalised in this process, for benchmarks that try many encodings."""

from __future__ import annotations

import datetime as dt
import itertools
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.model import Agreement
from linkage.agreement.profiles import PROFILES, Profile, ProfileName, sized_bits
from linkage.bench.configuration import CONFIGURATIONS, Configuration
from linkage.bench.folder import BenchmarkFolder
from linkage.bench.projects import folder_agreement, folder_project
from linkage.compare.score import score_histogram, score_pairs
from linkage.encode.filter_input import EncodedFilter, FilterInput
from linkage.encode.make import encode_filter
from linkage.files import write_whole
from linkage.link.threshold import candidate_floor
from linkage.random_bits import DerivedSubkeys
from linkage.records import assess_list, read_table
from linkage.records.mapping import parse_mapping
from linkage.types import CandidatePairs, FieldValue, NormalisedList

__all__ = [
    "Candidates",
    "NormalisedFolder",
    "candidates_of",
    "encode_filters",
    "normalise_folder",
]


@dataclass(frozen=True, slots=True)
class NormalisedFolder:
    """The linkable records of all lists as one list, with the truth.

    Attributes:
        records: every record, one list after the other; ``rows`` are those of its own list.
        lists: ``(records,)`` int64, index of each record's list.
        entity: ``(records,)`` int64, true person.
        true_pairs: cross-list pairs of one person among *all* records, the unlinkable too.
    """

    records: NormalisedList = field(repr=False)
    lists: NDArray[np.int64] = field(repr=False)
    entity: NDArray[np.int64] = field(repr=False)
    true_pairs: int


def normalise_folder(
    folder: BenchmarkFolder, profile: ProfileName, configuration: Configuration, today: dt.date
) -> NormalisedFolder:
    """Read every list as its owner would, with the mapping of the journey.

    Args:
        folder: the lists and their truth.
        profile: encoding profile of the agreement.
        configuration: what else the agreement says; fields are what matters here.
        today: the current date.
    """
    agreement = folder_agreement(folder, profile, today, configuration)
    mapping_of = {
        owner.list_id: parse_mapping(owner.mapping)
        for owner in folder_project(folder, profile, today).owners
    }
    lists = []
    with tempfile.TemporaryDirectory(prefix="linkage-lists-") as temporary:
        for each in folder.lists:
            path, mapping = Path(temporary) / each.name, mapping_of[each.list_id]
            write_whole(path, each.content)
            table = read_table(path, encoding=mapping.encoding, delimiter=mapping.delimiter)
            lists.append(assess_list(table, mapping, agreement, today).records)
    names = [rule.name for rule in agreement.fields]
    fields: dict[str, tuple[FieldValue, ...]] = {
        name: tuple(value for each in lists for value in each.fields[name]) for name in names
    }
    records = NormalisedList(
        np.concatenate([each.rows for each in lists]),
        fields,
        np.concatenate([each.strata for each in lists]),
    )
    entity = [
        owned.entity[row]
        for owned, each in zip(folder.lists, lists, strict=True)
        for row in each.rows.tolist()
    ]
    sizes = [len(each) for each in lists]
    return NormalisedFolder(
        records,
        np.repeat(np.arange(len(lists)), sizes).astype(np.int64),
        np.array(entity, dtype=np.int64),
        _true_pairs(folder),
    )


def _true_pairs(folder: BenchmarkFolder) -> int:
    on = [Counter(each.entity.values()) for each in folder.lists]
    return sum(
        count * other[who]
        for one, other in itertools.combinations(on, 2)
        for who, count in one.items()
    )


@dataclass(frozen=True, slots=True)
class Candidates:
    """What the linkage unit would search through, with the truth.

    Attributes:
        pairs: candidate pairs within and between lists, down to ``floor``.
        floor: the search's floor.
        lists: ``(records,)`` int64, index of each record's list.
        entity: ``(records,)`` int64, true person.
        true_pairs: cross-list pairs of one person among all records, the unlinkable too.
    """

    pairs: CandidatePairs = field(repr=False)
    floor: float
    lists: NDArray[np.int64] = field(repr=False)
    entity: NDArray[np.int64] = field(repr=False)
    true_pairs: int


def encode_filters(
    records: NormalisedList, agreement: Agreement, profile: Profile, bits: int, seed: bytes
) -> tuple[EncodedFilter, ...]:
    """Every filter of the agreement, over the records of all lists.

    Args:
        records: the records.
        agreement: names the filters and the fields that go into each.
        profile: encoding profile, or a variant of one.
        bits: length of every filter.
        seed: stands for the project key.
    """
    keys = DerivedSubkeys(seed)
    filters = []
    for name in agreement.filters:
        fields = tuple(rule for rule in agreement.fields if name in rule.filters)
        task = FilterInput(name, records, fields, profile, bits, keys)
        filters.append(encode_filter(task))
    return tuple(filters)


def candidates_of(
    folder: BenchmarkFolder,
    profile: ProfileName,
    today: dt.date,
    *,
    seed: bytes,
    configuration: Configuration = CONFIGURATIONS["default"],
) -> Candidates:
    """Normalise, encode and compare a folder's lists in this process.

    Args:
        folder: the lists and their truth.
        profile: encoding profile.
        today: the current date.
        seed: stands for the project key.
        configuration: what else the agreement says.
    """
    normalised = normalise_folder(folder, profile, configuration, today)
    agreement = folder_agreement(folder, profile, today, configuration)
    chosen = PROFILES[profile]
    bits = sized_bits(chosen, tuple(len(each.rows) for each in folder.lists))
    encoded = encode_filters(normalised.records, agreement, chosen, bits, seed)
    filters = [each.matrix for each in encoded]
    weights = np.stack([each.weights for each in encoded], axis=1)
    carried = weights if chosen.carries_weights else None
    counted = score_histogram(
        filters,
        normalised.lists,
        profile=chosen,
        filter_weights=agreement.filter_weights,
        weights=carried,
    )
    every = counted.histogram_between + counted.histogram_within
    floor = candidate_floor(every, counted.bin_edges, len(normalised.lists))
    pairs = score_pairs(
        filters,
        normalised.lists,
        profile=chosen,
        filter_weights=agreement.filter_weights,
        weights=carried,
        floor=floor,
    ).pairs
    return Candidates(pairs, floor, normalised.lists, normalised.entity, normalised.true_pairs)
