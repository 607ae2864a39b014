"""What agreement is worth: Fellegi-Sunter weights, and the probability that a pair is one person.

Three sources, each for what it knows best:

* how often *strangers* agree comes from pairs drawn at random: nearly all pairs of a list are
  strangers, so it is observed, not fitted;
* how often *one person's* records agree comes from the EM of ``recordlinkage.ECMClassifier``
  (Herzog, Scheuren and Winkler, 2007) inside two blocks in which the two kinds of pairs stand
  apart: pairs with the same date tell about names and codes, pairs with the same names about
  dates and codes. Where EM has too little to go by, or ends somewhere that makes no sense, the
  typical shares of :data:`TYPICAL` are used instead; they also count as a few pairs beside
  those of EM, so that no share is 0. Where neither block had an answer for any feature and
  many pairs are found nevertheless, the shares are those of the pairs found;
* how many pairs are one person follows from the weights, by EM on that one number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from linkage.records.duplicates.levels import MISSING, Code, Date, Names, Text
from linkage.records.duplicates.library import plaintext_library, quiet

__all__ = ["TYPICAL", "Weights", "fit_weights", "match_probability"]

Levels = NDArray[np.int8]
Floats = NDArray[np.float64]

TYPICAL: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        "name": (0.02, 0.04, 0.10, 0.20, 0.19, 0.45, 0.05, 0.15, 0.80),
        "date": (0.04, 0.03, 0.15, 0.03, 0.75, 0.15, 0.85),
        "code": (0.05, 0.95),
        "text": (0.10, 0.15, 0.75),
    }
)
"""Share of one person's pairs of records at each level, by kind: what is taken without EM.

Levels as in :mod:`linkage.records.duplicates.levels`; the last three of a name are shares of
the pairs of which one has a single word, the last two of a date of those with a part unknown.
Set by hand after looking at the six synthetic lists ``vic6k_dense_dev``.
"""

TYPICAL_PAIRS = 20.0
"""How many pairs the typical shares count as, beside those that EM holds for one person."""

UNSEEN = 0.5
"""Pairs added at every level of the strangers: what was not seen is rare, not impossible."""

ROUNDS = 5
"""Rounds in which pairs that are one person are taken out of the strangers."""

MOSTLY = 0.95
"""Least share of strangers among pairs drawn at random: even 20 rows, each there twice, have
.97."""

LEAST_PAIRS = 50
"""Pairs in a block below which EM is not used; nor where it holds under a tenth of them for one
person's."""

_ALIKE: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "name": (
            *(Names.SIMILAR, Names.VERY_SIMILAR, Names.CONTAINED, Names.SAME),
            *(Names.ONE_SIMILAR, Names.ONE_SAME),
        ),
        "date": (Date.ONE_PART, Date.SWAPPED, Date.SAME, Date.COMPATIBLE),
        "code": (Code.SAME,),
        "text": (Text.SIMILAR, Text.SAME),
    }
)
_SPLITS: Mapping[str, tuple[slice, ...]] = MappingProxyType(
    {
        "name": (slice(0, Names.ONE_DIFFERENT), slice(Names.ONE_DIFFERENT, None)),
        "date": (slice(0, Date.PARTLY_DIFFERENT), slice(Date.PARTLY_DIFFERENT, None)),
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """What each level of each feature is worth, in natural logarithms of likelihood ratios.

    Attributes:
        kinds: kind of every feature.
        by_level: for every feature ``(levels,)`` float64.
        among_alike: the same for codes of pairs whose names are alike: people of one name
            mostly have one sex and one nationality, so agreement on these says less.
        fitted: for every feature, whether EM had a say.
    """

    kinds: tuple[str, ...]
    by_level: tuple[Floats, ...]
    among_alike: tuple[Floats, ...]
    fitted: tuple[bool, ...]

    def of(self, levels: Levels) -> Floats:
        """``(pairs,)`` float64, the weight of every pair; a missing field weighs nothing.

        Args:
            levels: ``(pairs, features)`` int8.
        """
        total = np.zeros(len(levels))
        alike = _names_alike(levels, self.kinds)
        for place, (plain, among) in enumerate(zip(self.by_level, self.among_alike, strict=True)):
            column = levels[:, place]
            worth = np.where(alike, among[column], plain[column])
            total += np.where(column == MISSING, 0.0, worth)
        return total


def fit_weights(
    candidates: Levels, strangers: Levels, kinds: Sequence[str], every_pair: float
) -> Weights:
    """Fit the weights of a list to its pairs.

    Pairs drawn at random hold a few that are one person, more of them on a list with many
    duplicates: each counts among the strangers by the probability that it is one, in
    :data:`ROUNDS` rounds. Where that would take away more than a few of them, people of the
    list are too much alike for it, and the first round stands.

    Args:
        candidates: ``(pairs, features)`` int8, levels of the candidate pairs.
        strangers: ``(pairs, features)`` int8, levels of pairs drawn at random.
        kinds: ``name``, ``date``, ``code`` or ``text``, for every feature.
        every_pair: number of pairs in the whole list.

    Raises:
        UsageError: E222 the extra is not installed.
    """
    person, fitted = _person_shares(candidates, kinds)
    alike = _strangers_of_one_name(candidates, kinds)
    different, first = np.ones(len(strangers)), None
    for _ in range(ROUNDS):
        by_level, among = [], []
        for place, (kind, own) in enumerate(zip(kinds, person, strict=True)):
            chance = _shares(_counts(strangers[:, place], len(own), different) + UNSEEN, kind)
            by_level.append(_worth(own, chance, kind))
            among.append(by_level[-1])
            if kind == "code" and len(alike) >= LEAST_PAIRS:
                chance = _shares(_counts(alike[:, place], len(own)) + UNSEEN, kind)
                among[-1] = _worth(own, chance, kind)
        weights = Weights(tuple(kinds), tuple(by_level), tuple(among), fitted)
        first = first or weights
        same = match_probability(weights.of(candidates), every_pair)
        different = 1.0 - _clear(_probability(weights.of(strangers), same.sum() / every_pair))
        if different.sum() < MOSTLY * len(different) or same.sum() > (1 - MOSTLY) * every_pair:
            return first
        if not any(fitted) and _clear(same).sum() >= LEAST_PAIRS:
            person = _shares_by(candidates, kinds, _clear(same))
    return weights


def _person_shares(
    candidates: Levels, kinds: Sequence[str]
) -> tuple[tuple[Floats, ...], tuple[bool, ...]]:
    """For every feature: share of one person's pairs at each level, and whether EM had a say."""
    shares, fitted = [], []
    blocks = _one_person(candidates, kinds)
    for place in range(len(kinds)):
        # The feature that makes a block is the same in all of its pairs: it learns nothing there.
        others = [probability for anchor, probability in blocks.items() if anchor != place]
        probability = np.sum(others, axis=0) if others else np.zeros(len(candidates))
        fitted.append(bool(probability.any()))
        shares.append(_shares_by(candidates, kinds, probability)[place])
    return tuple(shares), tuple(fitted)


def _shares_by(candidates: Levels, kinds: Sequence[str], same: Floats) -> tuple[Floats, ...]:
    """Shares at each level of pairs that count by ``same``, beside the typical ones."""
    shares = []
    for place, kind in enumerate(kinds):
        typical = np.array(TYPICAL[kind])
        counts = _counts(candidates[:, place], len(typical), same)
        shares.append(_shares(counts + TYPICAL_PAIRS * typical, kind))
    return tuple(shares)


def match_probability(weights: Floats, every_pair: float, *, least: float = 0.5) -> Floats:
    """``(pairs,)`` float64: how probable it is that each pair is one person.

    Args:
        weights: ``(pairs,)`` float64, weights of the candidate pairs.
        every_pair: number of pairs in the whole list; those that are no candidates are taken
            for strangers.
        least: number of pairs of one person that is taken where hardly any are found, so
            that one clear pair in a list without others is found.

    >>> match_probability(np.array([20.0, 5.0, 0.0]), 1e6).round(3).tolist()
    [0.998, 0.0, 0.0]
    """
    matches = least  # from below: among strangers alone the likelihood of small shares is flat
    for _ in range(200):
        probability = _probability(weights, matches / every_pair)
        found = max(least, float(probability.sum()))
        if abs(found - matches) < 1e-6 * matches:
            break
        matches = found
    return _probability(weights, matches / every_pair)


def _clear(probability: Floats) -> Floats:
    """Only of pairs that are likelier one person than not: traces of many others add up."""
    return np.where(probability >= 0.5, probability, 0.0)


def _probability(weights: Floats, share: float) -> Floats:
    share = min(max(share, 1e-12), 0.5)
    odds = np.exp(np.clip(weights + np.log(share / (1 - share)), -700, 700))
    return np.asarray(odds / (1 + odds))


def _one_person(levels: Levels, kinds: Sequence[str]) -> dict[int, Floats]:
    """By feature that makes a block: EM's probability of one person for the pairs in it.

    The probabilities are 0 outside the block.
    """
    found = {}
    for place, kind in enumerate(kinds):
        if kind not in ("name", "date"):
            continue
        best = levels[:, place] == (Names.SAME if kind == "name" else Date.SAME)
        others = [other for other in range(len(kinds)) if other != place]
        complete = best & (levels[:, others] != MISSING).all(axis=1)
        alike = np.column_stack(
            [np.isin(levels[complete, other], _ALIKE[kinds[other]]) for other in others]
            or [np.zeros((int(complete.sum()), 0), dtype=bool)]
        ).astype(np.int64)
        probability = _em(alike)
        if probability is not None:
            found[place] = np.zeros(len(levels))
            found[place][complete] = probability
    return found


def _em(alike: NDArray[np.int64]) -> Floats | None:
    """Probability of one person from 0/1 agreement, or None where EM has no sensible answer."""
    varied = alike[:, (alike.min(axis=0) < alike.max(axis=0))] if len(alike) else alike
    if len(varied) < LEAST_PAIRS or varied.shape[1] < 2:
        return None
    library, pandas = plaintext_library(), plaintext_library("pandas")
    one_differs = np.eye(varied.shape[1], dtype=np.int64)
    # Without these a share can become 0, and the library's EM end in 0 times infinity.
    fitted = pandas.DataFrame(np.concatenate([varied, one_differs, 1 - one_differs]))
    with quiet():
        classifier = library.ECMClassifier(init="jaro", atol=1e-6, max_iter=500)
        classifier.fit(fitted)
        probability = classifier.prob(fitted).to_numpy(dtype=np.float64)[: len(varied)]
    if not np.isfinite(probability).all():
        return None
    persons, strangers = probability.sum(), (1 - probability).sum()
    if persons < LEAST_PAIRS / 10 or strangers < 1:
        return None
    agree = probability @ varied / persons
    by_chance = (1 - probability) @ varied / strangers
    # A class of pairs that agree less than the others is no class of one person's records.
    return probability if (agree >= by_chance).all() else None


def _strangers_of_one_name(levels: Levels, kinds: Sequence[str]) -> Levels:
    """Pairs with names alike and dates wholly different: whose codes agree by their names."""
    if "date" not in kinds:
        return levels[:0]
    date = levels[:, list(kinds).index("date")]
    different = np.isin(date, (Date.DIFFERENT, Date.YEAR_ONLY, Date.PARTLY_DIFFERENT))
    return np.asarray(levels[_names_alike(levels, kinds) & different])


def _names_alike(levels: Levels, kinds: Sequence[str]) -> NDArray[np.bool_]:
    if "name" not in kinds:
        return np.zeros(len(levels), dtype=np.bool_)
    return np.isin(levels[:, list(kinds).index("name")], _ALIKE["name"])


def _counts(column: Levels, levels: int, weight: Floats | None = None) -> Floats:
    known = column != MISSING
    chosen = None if weight is None else weight[known]
    return np.bincount(column[known], weights=chosen, minlength=levels).astype(np.float64)


def _shares(counts: Floats, kind: str) -> Floats:
    shares = counts.copy()
    for part in _SPLITS.get(kind, (slice(None),)):
        shares[part] = counts[part] / counts[part].sum()
    return shares


def _worth(person: Floats, chance: Floats, kind: str) -> Floats:
    """Logarithms of likelihood ratios; more alike is never worth less.

    Levels that a small sample puts in another order are taken together: isotonic regression
    of the ratios, each weighing as much as it has strangers.
    """
    isotonic = plaintext_library("scipy.optimize").isotonic_regression
    worth = np.empty(len(person))
    for part in _SPLITS.get(kind, (slice(None),)):
        ratio = person[part] / chance[part]
        worth[part] = np.log(isotonic(ratio, weights=chance[part]).x)
    return worth
