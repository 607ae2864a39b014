"""The two strong attacks on fictional people: they succeed where they can, and say so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from linkage.agreement.model import FieldRule
from linkage.agreement.profiles import PROFILES, Profile
from linkage.attack import Background, Guesses, Target, match_graphs, regress_known_pairs
from linkage.attack.guesses import checked_pairs
from linkage.attack.people import Overlap, chosen_records, draw_overlap, token_table
from linkage.attack.ridge import PENALTIES, ridge_weights
from linkage.attack.scored import Known
from linkage.attack.simulate import Encode, background_of, target_of
from linkage.encode.filter_input import EncodedFilter, FilterInput, set_bits
from linkage.encode.registry import ENCODERS
from linkage.random_bits import DerivedSubkeys
from linkage.synth import PopulationSettings, make_population
from linkage.types import BitMatrix, NormalisedList, PartialDate

RULES = (FieldRule(name="names", kind="name"), FieldRule(name="birth", kind="date"))
CLK = replace(PROFILES["clk"], token_bits=10)
SAUL = replace(PROFILES["balanced"], layers=2, bits=1024)


def fictional(number: int) -> NormalisedList:
    people = make_population(np.random.default_rng(3), PopulationSettings(people=number)).people
    names = tuple(
        tuple(part.written.lower() for part in (*each.given, *each.surnames)) for each in people
    )
    births = tuple(
        PartialDate(each.birth_date.year, each.birth_date.month, each.birth_date.day)
        for each in people
    )
    fields = {"names": names, "birth": births}
    return NormalisedList(np.arange(2, number + 2), fields, np.zeros((number, 0), dtype=np.uint8))


def encoder(people: NormalisedList, profile: Profile) -> Encode:
    def encode(key: bytes) -> list[EncodedFilter]:
        task = FilterInput("all", people, RULES, profile, profile.bits, DerivedSubkeys(key))
        return [ENCODERS[profile.scheme](task)]

    return encode


def prepared(profile: Profile, overlap: float = 1.0) -> tuple[Overlap, Target, Background]:
    everyone = fictional(round(300 * (2 - overlap)))
    drawn = draw_overlap(len(everyone), overlap, seed=4)
    listed, owned = (chosen_records(everyone, at) for at in (drawn.target, drawn.background))
    target = target_of(encoder(listed, profile)(b"not the attacker's"), profile)
    background = background_of(token_table(owned, RULES), encoder(owned, profile), profile, keys=4)
    return drawn, target, background


@pytest.fixture(scope="module")
def clk() -> tuple[Overlap, Target, Background]:
    return prepared(CLK)


@pytest.fixture(scope="module")
def saul() -> tuple[Overlap, Target, Background]:
    return prepared(SAUL)


@pytest.fixture(scope="module")
def unrelated(clk: tuple[Overlap, Target, Background]) -> Target:
    """As many filters as the CLK's, of random bits."""
    bits = np.random.default_rng(6).random((300, 1024)) < 0.35
    words = BitMatrix.packed(bits).words
    return target_of([EncodedFilter(BitMatrix(words, 1024), set_bits(words))], CLK)


def same(one: Guesses, other: Guesses) -> bool:
    return (
        np.array_equal(one.person, other.person)
        and np.array_equal(one.confidence, other.confidence)
        and one.certainty == other.certainty
    )


def test_clk_falls_without_a_known_pair(clk: tuple[Overlap, Target, Background]) -> None:
    drawn, target, background = clk
    guesses = match_graphs(target, background, seed=1)
    assert guesses.share_right(drawn.truth) > 0.95
    assert guesses.certainty > 0.9
    assert same(guesses, match_graphs(target, background, seed=1))


def test_it_falls_by_similarities_alone(clk: tuple[Overlap, Target, Background]) -> None:
    drawn, target, background = clk
    without_bits = replace(background, agreement=None)
    assert match_graphs(target, without_bits, seed=1).share_right(drawn.truth) > 0.9
    known = drawn.draw_known(20, seed=1)
    guesses = match_graphs(target, without_bits, known=known, seed=1)
    assert guesses.share_right(drawn.truth, known) > 0.9


@pytest.mark.parametrize("overlap", [0.3, 1.0])
def test_clk_falls_to_twenty_known_pairs(overlap: float) -> None:
    drawn, target, background = prepared(CLK, overlap)
    known = drawn.draw_known(20, seed=2)
    guesses = match_graphs(target, background, known=known)
    assert guesses.share_right(drawn.truth, known) > 0.9
    assert guesses.certainty > 0.8
    assert np.array_equal(guesses.person[known[:, 0]], known[:, 1])
    assert np.isinf(guesses.confidence[known[:, 0]]).all()
    others = np.delete(guesses.person, known[:, 0])
    assert not np.isin(others, known[:, 1]).any()
    # One person each where lists overlap; each record's best where most have nobody.
    distinct = len(np.unique(others[others >= 0])) == (others >= 0).sum()
    assert distinct == (overlap == 1.0)


def test_nothing_is_found_where_nothing_is(
    clk: tuple[Overlap, Target, Background], unrelated: Target
) -> None:
    drawn, _, background = clk
    few, many = drawn.draw_known(20, seed=2), drawn.draw_known(100, seed=2)
    for guesses, known in (
        (match_graphs(unrelated, background), None),
        (match_graphs(unrelated, background, known=few), few),
        (regress_known_pairs(unrelated, background, many), many),
    ):
        assert guesses.share_right(drawn.truth, known) < 0.04
        assert guesses.certainty < 0.15


def test_likelihood_beats_regression_where_bits_are_xored(
    saul: tuple[Overlap, Target, Background],
) -> None:
    drawn, target, background = saul
    known = drawn.draw_known(120, seed=2)
    both = regress_known_pairs(target, background, known)
    regression = regress_known_pairs(target, replace(background, agreement=None), known)
    right = both.share_right(drawn.truth, known)
    assert right > regression.share_right(drawn.truth, known) + 0.05
    assert right == pytest.approx(both.certainty, abs=0.2)
    assert same(both, regress_known_pairs(target, background, known))


@pytest.mark.parametrize("attack", ["regression", "graph", "seeded graph"])
def test_only_people_alike_in_what_is_visible(
    saul: tuple[Overlap, Target, Background], attack: str
) -> None:
    drawn, target, background = saul
    groups = np.random.default_rng(7).integers(0, 40, len(background))
    groups[5] = 99  # a group of which the target has nobody
    seen = groups[drawn.truth]
    seen[3] = 77  # and one that no person is in
    target, background = replace(target, visible=seen), replace(background, visible=groups)
    known = drawn.draw_known(30, seed=2)
    if attack == "regression":
        guesses = regress_known_pairs(target, background, known)
    else:
        guesses = match_graphs(target, background, known=known if "seeded" in attack else None)
    guessed = np.setdiff1d(np.flatnonzero(guesses.person >= 0), known[:, 0])
    assert np.array_equal(groups[guesses.person[guessed]], seen[guessed])
    assert guesses.person[3] == -1
    assert guesses.confidence[3] == 0
    if attack == "regression":
        blind = np.zeros(len(target), dtype=np.int64)
        unseen = regress_known_pairs(
            replace(target, visible=blind), replace(background, visible=blind), known
        )
        right = guesses.share_right(drawn.truth, known)
        assert right > unseen.share_right(drawn.truth, known)


def test_the_order_of_records_and_people_does_not_matter(
    saul: tuple[Overlap, Target, Background],
) -> None:
    drawn, target, background = saul
    generator = np.random.default_rng(8)
    rows, people = generator.permutation(len(target)), generator.permutation(len(background))
    moved_target = Target(
        tuple(matrix.take(rows) for matrix in target.bits),
        target.similarity[:, rows][:, :, rows],
        target.visible[rows],
    )
    assert background.agreement is not None
    moved = Background(
        background.tokens[people],
        background.similarity[:, people][:, :, people],
        background.visible[people],
        background.agreement[:, people][:, :, people],
    )
    known = drawn.draw_known(60, seed=2)
    new_known = np.column_stack([np.argsort(rows)[known[:, 0]], np.argsort(people)[known[:, 1]]])
    before = regress_known_pairs(target, background, known)
    after = regress_known_pairs(moved_target, moved, new_known)
    # Rounding may decide between two people who are all but equally likely.
    assert (people[after.person] == before.person[rows]).mean() > 0.98
    assert after.certainty == pytest.approx(before.certainty, abs=0.05)


def test_regression_is_ridge_regression() -> None:
    generator = np.random.default_rng(9)
    inputs, targets = generator.standard_normal((30, 12)), generator.standard_normal((30, 4))
    gram = inputs @ inputs.T
    for penalty in PENALTIES:
        weights, left_out = ridge_weights(gram, targets, penalty)
        scaled = penalty * np.trace(gram) / 30 * np.eye(12)
        naive = np.linalg.solve(inputs.T @ inputs + scaled, inputs.T @ targets)
        assert np.allclose(inputs.T @ weights, naive)
        for row in (0, 17):
            rest = np.arange(30) != row
            others = inputs[rest]
            naive = np.linalg.solve(others.T @ others + scaled, others.T @ targets[rest])
            assert np.allclose(left_out[row], inputs[row] @ naive)


def test_products_are_those_of_centred_signs(saul: tuple[Overlap, Target, Background]) -> None:
    _, target, _ = saul
    pairs = np.column_stack([np.array([7, 200, 13]), np.array([1, 2, 3])])
    words = target.bits[0].words.astype("<u8")
    bits = np.unpackbits(words.view(np.uint8), axis=1, bitorder="little")
    signs = bits.astype(np.float64) * 2 - 1
    signs -= signs.mean(axis=0)
    known = Known.of(target, pairs)
    assert np.allclose(known.agreement[0], signs[pairs[:, 0]] @ signs.T / 1024, atol=1e-5)
    assert np.allclose(known.lengths[0], (signs**2).mean(axis=1), atol=1e-5)
    assert np.allclose(known.gram(), (signs @ signs.T)[np.ix_(pairs[:, 0], pairs[:, 0])], atol=1e-2)


@pytest.mark.parametrize(
    "pairs", [[[0, 300]], [[-1, 0]], [[0, 1], [0, 2]], [[0, 1], [2, 1]], [[0, 1, 2]]]
)
def test_pairs_that_cannot_be(pairs: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="known pair"):
        checked_pairs(np.array(pairs), 300, 300)


def test_too_few_pairs_and_no_start(saul: tuple[Overlap, Target, Background]) -> None:
    drawn, target, background = saul
    with pytest.raises(ValueError, match="at least 3"):
        regress_known_pairs(target, background, drawn.draw_known(2, seed=1))
    few = np.arange(9)
    small = Target((target.bits[0].take(few),), target.similarity[:, :9, :9], target.visible[:9])
    with pytest.raises(ValueError, match="at least 10 records"):
        match_graphs(small, background)
    with pytest.raises(ValueError, match="at least 1 start"):
        match_graphs(target, background, restarts=0)


def test_similarities_that_are_all_equal_embed_as_nothing() -> None:
    from linkage.attack.initialise import spectral_embedding

    points = spectral_embedding(np.full((40, 40), 0.25, dtype=np.float32), 8)
    assert points.shape == (40, 8)
    assert not points.any()
