"""Gibbs sampling of latent classes: who is on which list depends on a class that nobody sees.

Everything random comes from uniform and normal numbers that are given, so that a chain depends on
its generator alone.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from linkage.kernels.compiled import compiled

__all__ = ["sample_latent_classes"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LEAST = 1e-300
WARM_UP = 500
"""Sweeps at the beginning in which classes are put in order."""


@compiled
def sample_latent_classes(
    counts: Integers,
    lists: int,
    classes: int,
    prior: tuple[float, float],
    most: int,
    sweeps: int,
    thin: int,
    generator: np.random.Generator,
    unseen: Integers,
) -> None:
    """One chain (Manrique-Vallier 2016, section 4.2).

    Args:
        counts: ``(2**lists,)`` int64, people with each history; entry 0 is not looked at.
        lists: number of lists.
        classes: most classes.
        prior: shape and rate of the Gamma prior of the concentration.
        most: the largest number on no list that is drawn; larger ones are drawn again.
        sweeps: sweeps to do.
        thin: sweeps from one kept draw to the next.
        generator: random numbers.
        unseen: ``(sweeps // thin,)`` int64, filled: people on no list.
    """
    observed = 0
    for cell in range(1, len(counts)):
        observed += counts[cell]
    present = np.empty((classes, lists))
    shares = np.empty(classes)
    for k in range(classes):
        shares[k] = 1.0 / classes
        for j in range(lists):
            present[k, j] = generator.beta(1.0, 1.0)
    missing = observed
    alpha = 1.0
    weight = np.empty(classes)
    members = np.empty(classes, dtype=np.int64)
    captured = np.empty((classes, lists), dtype=np.int64)
    for sweep in range(sweeps):
        members[:] = 0
        captured[:] = 0
        # Whom each class has: history by history, those on no list last.
        for cell in range(len(counts)):
            left = missing if cell == 0 else counts[cell]
            if left == 0:
                continue
            total = 0.0
            for k in range(classes):
                product = shares[k]
                for j in range(lists):
                    product *= present[k, j] if cell >> j & 1 else 1.0 - present[k, j]
                weight[k] = max(product, LEAST)
                total += weight[k]
            for k in range(classes):
                if left == 0:
                    break
                share = min(weight[k] / total, 1.0)
                drawn = left if k == classes - 1 else generator.binomial(left, share)
                total = max(total - weight[k], LEAST)
                left -= drawn
                members[k] += drawn
                for j in range(lists):
                    if cell >> j & 1:
                        captured[k, j] += drawn
        for k in range(classes):
            for j in range(lists):
                present[k, j] = generator.beta(
                    1.0 + captured[k, j], 1.0 + members[k] - captured[k, j]
                )
        behind = 0
        for k in range(classes):
            behind += members[k]
        stick, last = 1.0, 0.0
        for k in range(classes):
            behind -= members[k]
            part = 1.0
            if k < classes - 1:
                part = generator.beta(1.0 + members[k], alpha + behind)
            shares[k] = max(stick * part, LEAST)
            stick *= 1.0 - part
            last = math.log(shares[k])
        alpha = generator.gamma(prior[0] + classes - 1.0, 1.0 / (prior[1] - last))
        on_none = 0.0
        for k in range(classes):
            product = shares[k]
            for j in range(lists):
                product *= 1.0 - present[k, j]
            on_none += product
        on_none = min(max(on_none, LEAST), 1.0 - 1e-12)
        missing = most + 1
        for _ in range(1000):
            # Negative binomial: Poisson with a Gamma mean.
            mean = generator.gamma(observed, on_none / (1.0 - on_none))
            if mean < 10.0 * most:
                missing = generator.poisson(mean)
                if missing <= most:
                    break
        missing = min(missing, most)
        if sweep < WARM_UP:
            # The largest class first: under stick-breaking, classes out of order mix badly.
            order = np.argsort(-shares)
            shares[:] = shares[order]
            present[:] = present[order]
        if (sweep + 1) % thin == 0:
            unseen[(sweep + 1) // thin - 1] = missing
