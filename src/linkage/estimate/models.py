"""Hierarchical log-linear models: sets of interactions of lists, closed under taking subsets.

A term is a set of lists as a bit mask (list ``i`` is bit ``i``), a model a tuple of masks: the
intercept 0, every list, and interactions with all their parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Model",
    "enumerated",
    "generators",
    "hierarchical",
    "main_effects",
    "model_text",
    "padded",
    "parse_model",
]

Model: TypeAlias = tuple[int, ...]


def main_effects(lists: int) -> Model:
    """The model of independent lists.

    >>> main_effects(3)
    (0, 1, 2, 4)
    """
    return (0, *(1 << each for each in range(lists)))


def hierarchical(lists: int, interactions: Iterable[int]) -> Model:
    """The smallest model with all lists and some interactions, smaller terms first.

    >>> hierarchical(3, [0b110])
    (0, 1, 2, 4, 6)
    """
    terms = set(main_effects(lists))
    for mask in interactions:
        part = mask
        while part:  # all subsets of a mask
            terms.add(part)
            part = (part - 1) & mask
    return tuple(sorted(terms, key=lambda term: (term.bit_count(), term)))


def generators(model: Model) -> tuple[int, ...]:
    """The terms that are part of no other: they settle the model.

    >>> generators((0, 1, 2, 4, 6))
    (6, 1)
    """
    top = [t for t in model if t and not any(t != other and t & other == t for other in model)]
    return tuple(sorted(top, key=lambda term: (-term.bit_count(), _members(term))))


def model_text(model: Model, names: Sequence[str] = ()) -> str:
    """A model by its generators: in list numbers from 1, as R prints it, or in names.

    >>> model_text((0, 1, 2, 4, 6)), model_text((0, 1, 2, 4, 6), ("A", "B", "C"))
    ('[23,1]', '[B*C, A]')
    """
    if names:
        parts = ["*".join(names[each] for each in _members(term)) for term in generators(model)]
        return f"[{', '.join(parts)}]"
    parts = ["".join(str(each + 1) for each in _members(term)) for term in generators(model)]
    return f"[{','.join(parts)}]"


def parse_model(text: str, names: Sequence[str]) -> Model:
    """A model from its interactions, ``A*B, B*C`` in names, with or without brackets.

    Raises:
        ValueError: a name that no list has.

    >>> parse_model("A*B", ("A", "B", "C"))
    (0, 1, 2, 4, 3)
    """
    masks = []
    for part in re.split(r"[,\s]+", text.strip().strip("[]").replace(" * ", "*")):
        mask = 0
        for name in part.split("*") if part else ():
            if name not in names:
                raise ValueError(f'there is no list "{name}"')
            mask |= 1 << list(names).index(name)
        masks.append(mask)
    return hierarchical(len(names), masks)


def enumerated(lists: int, order: int) -> tuple[Model, ...]:
    """Every hierarchical model with all lists and interactions of at most ``order`` lists.

    >>> [len(enumerated(lists, order)) for lists, order in ((3, 2), (4, 3), (5, 2))]
    [8, 113, 1024]
    """
    return tuple(_grown(lists, order, 2, main_effects(lists)))


def _grown(lists: int, order: int, size: int, model: Model) -> Iterator[Model]:
    """Models that add interactions of ``size`` lists or more: only where all parts are there."""
    if size > min(order, lists):
        yield model
        return
    present = set(model)
    masks = [sum(1 << each for each in chosen) for chosen in combinations(range(lists), size)]
    able = [mask for mask in masks if all(mask ^ 1 << e in present for e in _members(mask))]
    for number in range(len(able) + 1):
        for chosen in combinations(able, number):
            if chosen:
                yield from _grown(lists, order, size + 1, (*model, *chosen))
            else:
                yield model  # without interactions of this size there are no larger ones


def padded(models: Sequence[Model]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """``(models, most terms)`` masks, and the number of terms of each, as kernels take them."""
    sizes = np.array([len(model) for model in models], dtype=np.int64)
    terms = np.zeros((len(models), int(sizes.max(initial=1))), dtype=np.int64)
    for row, model in enumerate(models):
        terms[row, : len(model)] = model
    return terms, sizes


def _members(term: int) -> tuple[int, ...]:
    return tuple(each for each in range(term.bit_length()) if term >> each & 1)
