"""What an attacker has: the encodings of one list, and people in plaintext."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage.types import BitMatrix

__all__ = ["Background", "Target"]


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """What the linkage unit has of one list.

    Attributes:
        bits: one matrix per filter, each ``(records, bits)``, packed.
        similarity: ``(filters, records, records)`` float32, as the linkage unit compares.
        visible: ``(records,)`` int64, number of the group of records that are alike in all
            that travels beside the encodings (strata, presence, counts); zeros if nothing does.
        slot_bits: bits that say something only together, as keyed hashes do; 0 where each bit
            speaks for itself.
    """

    bits: tuple[BitMatrix, ...] = field(repr=False)
    similarity: NDArray[np.float32] = field(repr=False)
    visible: NDArray[np.int64] = field(repr=False)
    slot_bits: int = 0

    def __post_init__(self) -> None:
        records = len(self.visible)
        if not self.bits or any(len(matrix) != records for matrix in self.bits):
            raise ValueError("a target has filters, and every filter has all records")
        if self.similarity.shape != (len(self.bits), records, records):
            raise ValueError("a target's similarities are (filters, records, records)")

    def __len__(self) -> int:
        return len(self.visible)


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """What the attacker has of its own: people in plaintext, and the scheme to try on them.

    Attributes:
        tokens: ``(people, tokens)``, 1 where a person has a token, dense float32 or a scipy
            sparse matrix.
        similarity: ``(filters, people, people)`` float32, as the linkage unit would compare
            them: the mean over encodings under keys of the attacker's own.
        visible: ``(people,)`` int64, numbered as the target's; a number that the target does
            not have stands for nobody on it.
        agreement: ``(filters, people, people)`` float32, the correlation of the bits themselves
            (share of equal bits less share of unequal ones), mean over the same encodings and
            smoothed (:mod:`linkage.attack.smooth`); None if not simulated. With it pairs are
            used to the full.
    """

    tokens: Any = field(repr=False)
    similarity: NDArray[np.float32] = field(repr=False)
    visible: NDArray[np.int64] = field(repr=False)
    agreement: NDArray[np.float32] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        people = len(self.visible)
        if self.tokens.shape[0] != people:
            raise ValueError("a background has one row of tokens for each person")
        for stack in (self.similarity, self.agreement):
            if stack is not None and stack.shape[1:] != (people, people):
                raise ValueError("a background's similarities are (filters, people, people)")

    def __len__(self) -> int:
        return len(self.visible)

    def dense_tokens(self) -> NDArray[np.float32]:
        """``(people, tokens)`` float32, whatever the tokens are kept in."""
        tokens = self.tokens.toarray() if hasattr(self.tokens, "toarray") else self.tokens
        return np.asarray(tokens, dtype=np.float32)
