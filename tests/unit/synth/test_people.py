from __future__ import annotations

import collections
import csv
import gzip
import itertools
from importlib.resources import files

import numpy as np
import pytest

from linkage.synth import LISTS, NATIONALITIES, PopulationSettings, make_population
from linkage.synth.draws import Draws, Weighted
from linkage.synth.names import load_name_pools


@pytest.fixture(scope="module")
def population():
    return make_population(np.random.default_rng(7), PopulationSettings(people=6000))


def test_equal_seeds_give_equal_people_and_others_do_not(population):
    again = make_population(np.random.default_rng(7), PopulationSettings(people=6000))
    other = make_population(np.random.default_rng(8), PopulationSettings(people=6000))
    assert again.people == population.people
    assert other.people != population.people


def test_everyone_is_counted_once_whether_listed_or_hidden(population):
    histories = population.histories()
    assert sum(histories.values()) == 6000
    assert histories[()] > 0.15 * 6000
    on_any = {person.number for list_id in LISTS for person in population.on_list(list_id)}
    assert len(on_any) == 6000 - histories[()]


def test_lists_overlap_more_than_independence_would_give(population):
    sizes = {list_id: len(population.on_list(list_id)) for list_id in LISTS}
    dependent = 0
    for a, b in itertools.combinations(LISTS, 2):
        both = sum(a in person.lists and b in person.lists for person in population.people)
        dependent += both > sizes[a] * sizes[b] / 6000
    assert dependent >= 12  # of 15; labour inspectorate and police see different people


def test_police_refer_to_shelters(population):
    on_police = [person for person in population.people if "P" in person.lists]
    others = [person for person in population.people if "P" not in person.lists]

    def share(people):
        return sum("Z" in person.lists for person in people) / len(people)

    assert share(on_police) > 1.3 * share(others)


def test_nationalities_and_ages_are_as_declared(population):
    counts = collections.Counter(person.nationality for person in population.people)
    assert set(counts) == set(NATIONALITIES)
    for nationality, (share, _) in NATIONALITIES.items():
        assert counts[nationality] / 6000 == pytest.approx(share, abs=4 * (share / 6000) ** 0.5)
    for person in population.people:
        age = person.year - person.birth_date.year
        assert 12 <= age <= 50
        assert person.minor == (age < 18 or (age == 18 and (person.birth_date.month >= 7)))


def test_names_come_from_at_least_ten_nationalities_in_their_own_script(population):
    assert len({person.pool for person in population.people}) >= 10
    ukrainian = next(person for person in population.people if person.pool == "UA")
    assert all(ord(letter) > 0x400 for letter in ukrainian.given[0].native if letter.isalpha())
    assert ukrainian.given[0].plain.isascii()


def test_name_data_is_small_and_says_where_it_comes_from():
    folder = files("linkage.synth").joinpath("data")
    packed = [folder.joinpath(name).read_bytes() for name in ("names.csv.gz", "variants.csv.gz")]
    assert sum(map(len, packed)) < 500_000
    sources = folder.joinpath("SOURCES.md").read_text(encoding="utf-8")
    for words in ("Permission is hereby granted", "Daniele Faraglia", "CC0", "OpenSanctions"):
        assert words in sources
    rows = list(csv.DictReader(gzip.decompress(packed[0]).decode().splitlines()))
    for row in rows:
        assert row["name"].isascii()
        assert int(row["weight"]) > 0
    groups = collections.Counter((row["pool"], row["kind"], row["sex"]) for row in rows)
    assert max(groups.values()) <= 150


def test_every_pool_has_names_for_both_sexes():
    pools = load_name_pools()
    for pool, kind, sex in itertools.product(pools.pools, ("given", "surname"), "FM"):
        assert len(pools.names[pool, kind, sex].items) >= 40


def test_weighted_draws_follow_the_weights():
    draws = Draws(np.random.default_rng(3))
    choice = Weighted("abc", (1, 2, 7))
    counts = collections.Counter(draws.weighted(choice) for _ in range(20_000))
    for item, share in zip("abc", (0.1, 0.2, 0.7), strict=True):
        assert counts[item] / 20_000 == pytest.approx(share, abs=0.012)


def test_shuffle_reaches_every_order_equally_often():
    draws = Draws(np.random.default_rng(4))
    counts = collections.Counter("".join(draws.shuffled("abc")) for _ in range(12_000))
    assert len(counts) == 6
    assert all(abs(count - 2000) < 200 for count in counts.values())  # 4.9 standard errors


def test_draws_refill_their_block_without_repeating():
    draws = Draws(np.random.default_rng(5))
    drawn = [draws.uniform() for _ in range(10_000)]
    assert drawn == np.random.default_rng(5).random(10_000).tolist()


def test_weights_and_items_must_agree():
    with pytest.raises(ValueError, match="as many weights"):
        Weighted("ab", (1,))
