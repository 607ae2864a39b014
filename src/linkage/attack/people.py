"""The attacker's people: their tokens, errors in their names, and who of them is on the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from linkage.agreement.model import FieldRule
from linkage.encode.tokens import has_value, record_tokens
from linkage.synth.draws import Draws
from linkage.synth.spelling import mistyped
from linkage.types import FieldValue, NormalisedList, PartialDate

__all__ = ["Overlap", "chosen_records", "draw_overlap", "token_table", "with_typing_errors"]


def token_table(
    records: NormalisedList, rules: Sequence[FieldRule], *, weighted: bool = False
) -> NDArray[np.float32]:
    """``(records, tokens)`` float32: 1 where a record has a token.

    Args:
        records: people in plaintext, normalised.
        rules: the fields' rules; their tokens are those that an encoding hashes.
        weighted: the tokens' weights in place of 1.

    >>> rule = FieldRule(name="name", kind="name")
    >>> people = NormalisedList(np.array([2, 3]), {"name": (("bo",), ("ob",))},
    ...                         np.zeros((2, 0), dtype=np.uint8))
    >>> token_table(people, [rule]).astype(int).tolist()
    [[1, 1, 1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1]]
    """
    numbers: dict[tuple[str, bytes], int] = {}
    places: list[tuple[int, int, int]] = []
    for record in range(len(records)):
        values = [records.fields[rule.name][record] for rule in rules]
        for token in record_tokens(rules, values):
            number = numbers.setdefault((token.tag, token.content), len(numbers))
            places.append((record, number, token.weight if weighted else 1))
    table = np.zeros((len(records), len(numbers)), dtype=np.float32)
    row, column, value = np.array(places, dtype=np.int64).reshape(-1, 3).T
    table[row, column] = value
    return table


def chosen_records(records: NormalisedList, rows: NDArray[np.int64]) -> NormalisedList:
    """The records at ``rows`` (record indices), in that order."""
    fields = {name: tuple(column[row] for row in rows) for name, column in records.fields.items()}
    return NormalisedList(records.rows[rows], fields, records.strata[rows])


def with_typing_errors(records: NormalisedList, share: float, seed: int) -> NormalisedList:
    """The same people as an attacker may have noted them: one slip in some of the records.

    A record has a slip with probability ``share``, in one of its fields that have a value, all
    alike: in a word one slip of the finger (:func:`linkage.synth.spelling.mistyped`), in a date
    the day, month or year off by one. Codes stay.

    Args:
        records: people in plaintext, normalised.
        share: share of the records with a slip, 0 to 1.
        seed: equal seeds give equal errors.
    """
    draws = Draws(np.random.default_rng(seed))
    fields = {name: list(values) for name, values in records.fields.items()}
    for record in range(len(records)):
        if not draws.chance(share):
            continue
        open_to_slips = [
            name
            for name, values in fields.items()
            if has_value(values[record]) and not isinstance(values[record], str)
        ]
        if open_to_slips:
            values = fields[draws.pick(open_to_slips)]
            values[record] = _slipped(draws, values[record])
    changed = {name: tuple(values) for name, values in fields.items()}
    return replace(records, fields=changed)


def _slipped(draws: Draws, value: FieldValue) -> FieldValue:
    if isinstance(value, tuple):
        place = draws.between(0, len(value) - 1)
        return (*value[:place], _word(draws, value[place]), *value[place + 1 :])
    if isinstance(value, PartialDate):
        part = draws.pick([p for p in ("day", "month", "year") if getattr(value, p) is not None])
        step = draws.pick((-1, 1))
        number = getattr(value, part) + step
        most = {"day": 28, "month": 12}.get(part, 9999)
        return replace(value, **{part: number if 1 <= number <= most else number - 2 * step})
    return value


def _word(draws: Draws, word: str) -> str:
    if any(letter.isalpha() for letter in word):
        return mistyped(draws, word)
    place = draws.between(0, len(word) - 1)
    digit = draws.pick([digit for digit in "0123456789" if digit != word[place]])
    return word[:place] + digit + word[place + 1 :]


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """Who is on the target's list and who is known to the attacker, each in random order.

    Attributes:
        target: ``(records,)`` int64, the universe's person of every record.
        background: ``(people,)`` int64, the universe's person of each of the attacker's people.
        truth: ``(records,)`` int64, the index among the attacker's people, -1 for none.
    """

    target: NDArray[np.int64] = field(repr=False)
    background: NDArray[np.int64] = field(repr=False)
    truth: NDArray[np.int64] = field(repr=False)

    def draw_known(self, pairs: int, seed: int) -> NDArray[np.int64]:
        """``(pairs, 2)`` int64: true pairs drawn at random, all there are if they are fewer."""
        common = np.flatnonzero(self.truth >= 0)
        chosen = np.random.default_rng(seed).permutation(common)[:pairs]
        return np.column_stack([chosen, self.truth[chosen]])


def draw_overlap(people: int, overlap: float, seed: int, *, size: int | None = None) -> Overlap:
    """Draw two lists of equal size that have a share of their people in common.

    Args:
        people: people in the universe.
        overlap: share of each list that is on the other one too, 0 to 1.
        seed: equal seeds give equal draws.
        size: people on each list; as many as the universe allows unless given.

    Raises:
        ValueError: the universe has too few people.

    >>> drawn = draw_overlap(1000, 0.2, seed=1)
    >>> len(drawn.target), len(drawn.background), int((drawn.truth >= 0).sum())
    (555, 555, 111)
    """
    most = int(people / (2 - overlap))
    size = most if size is None else size
    if size > most:
        raise ValueError("the universe has too few people for lists of this size")
    generator = np.random.default_rng(seed)
    order = generator.permutation(people)
    common = round(size * overlap)
    target = generator.permutation(order[:size])
    background = generator.permutation(order[size - common : 2 * size - common])
    place = np.full(people, -1, dtype=np.int64)
    place[background] = np.arange(size)
    return Overlap(target, background, place[target])
