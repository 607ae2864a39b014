"""Where graph matching starts without a known pair: what every node looks like by itself.

Two starts. *Profiles*: the quantiles of a node's similarities to all others are alike in both
graphs. *Spectral embedding*: nodes as points whose inner products are the centred similarities,
the same in both graphs but for a rotation, which the profiles' best pairs give and which is then
improved in turns with the pairs (iterative closest points).

Sources: Torgerson 1952 (double centring); Schönemann 1966 (orthogonal Procrustes); Besl and
McKay 1992 (iterative closest points).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkage.attack.refine import SETTLED, Pairs, mutual_pairs
from linkage.attack.scored import normed

__all__ = ["align", "mapped_onto", "profile_scores", "profiles", "spectral_embedding"]

POINTS = 48
"""Quantiles of a node's profile: half over all its similarities, half over the highest tenth."""
TURNS = 30
SAMPLE = 500_000

Stack = NDArray[np.float32]


def profiles(stack: Stack) -> NDArray[np.float32]:
    """``(nodes, filters * 48)`` float32: quantiles of every node's similarities to the others.

    Args:
        stack: ``(filters, nodes, nodes)`` float32.
    """
    nodes = stack.shape[1]
    spread = np.linspace(0.02, 0.9, POINTS // 2)
    high = 1 - np.geomspace(0.1, 1.5 / nodes, POINTS // 2)
    # A node's similarity to itself comes last; it says nothing.
    places = np.concatenate([spread, high]) * (nodes - 2)
    lower = np.floor(places).astype(np.int64)
    share = (places - lower).astype(np.float32)
    found = []
    for similarity in stack:
        for first in range(0, nodes, 512):
            rows = similarity[first : first + 512].copy()
            at = np.arange(len(rows))
            rows[at, first + at] = np.inf
            rows.sort(axis=1)
            found.append(rows[:, lower] * (1 - share) + rows[:, lower + 1] * share)
    parts = np.concatenate(found).reshape(len(stack), nodes, POINTS)
    return np.ascontiguousarray(parts.transpose(1, 0, 2).reshape(nodes, -1))


def profile_scores(target: NDArray[np.float32], background: NDArray[np.float32]) -> Stack:
    """``(records, people)`` float32: minus the squared distance of standardised profiles."""
    both = np.concatenate([target, background])
    spread = np.maximum(both.std(axis=0), 1e-9)
    one = (target - target.mean(axis=0)) / spread
    other = (background - background.mean(axis=0)) / spread
    scores = 2 * one @ other.T
    scores -= (one**2).sum(axis=1)[:, None]
    scores -= (other**2).sum(axis=1)
    return np.asarray(scores, dtype=np.float32)


def mapped_onto(stack: Stack, reference: Stack) -> Stack:
    """The stack with its values replaced by the reference's of the same rank, filter by filter.

    Encoded similarities may be a bent image of the simulated ones; ranks are not bent.

    Args:
        stack: ``(filters, records, records)`` float32, similarities to be mapped.
        reference: ``(filters, people, people)`` float32.
    """
    grid = np.concatenate([np.linspace(0, 0.99, 200), 1 - np.geomspace(0.009, 1e-6, 200)])
    mapped = np.empty_like(stack)
    for number, (similarity, other) in enumerate(zip(stack, reference, strict=True)):
        one = np.quantile(_sample(similarity), grid)
        two = np.quantile(_sample(other), grid)
        one, first = np.unique(one, return_index=True)
        mapped[number] = np.interp(similarity, one, two[first])
    return mapped


def _sample(similarity: NDArray[np.float32]) -> NDArray[np.float32]:
    """Similarities of pairs of different nodes: all of them, or so many."""
    nodes = len(similarity)
    if nodes * (nodes - 1) // 2 <= SAMPLE:
        return similarity[np.triu_indices(nodes, 1)]
    generator = np.random.default_rng(nodes)
    row = generator.integers(0, nodes, SAMPLE)
    return np.asarray(similarity[row, (row + generator.integers(1, nodes, SAMPLE)) % nodes])


def spectral_embedding(similarity: NDArray[np.float32], dimensions: int) -> NDArray[np.float32]:
    """``(nodes, dimensions)`` float32: points whose inner products are the centred similarities.

    Args:
        similarity: ``(nodes, nodes)`` float32, symmetric.
        dimensions: largest eigenvalues that are kept, fewer than the nodes.
    """
    from scipy.sparse.linalg import LinearOperator, eigsh

    nodes = len(similarity)

    def centred(vector: NDArray[np.float32]) -> NDArray[np.float32]:
        product = similarity @ (vector - vector.mean())
        return np.asarray(product - product.mean(), dtype=np.float32)

    operator = LinearOperator((nodes, nodes), matvec=centred, dtype=np.float32)
    start = np.cos(np.arange(nodes) + 1.0).astype(np.float32)
    if not np.abs(centred(start)).max() > 1e-6:  # all alike: nothing to embed
        return np.zeros((nodes, dimensions), dtype=np.float32)
    values, vectors = eigsh(operator, k=dimensions, which="LA", v0=start, tol=1e-3)
    order = np.argsort(values)[::-1]
    points = vectors[:, order] * np.sqrt(np.maximum(values[order], 0.0))
    return np.asarray(points, dtype=np.float32)


def align(
    target: NDArray[np.float32],
    background: NDArray[np.float32],
    pairs: Pairs,
    usable: NDArray[np.bool_] | None,
) -> Pairs:
    """Pairs of nodes that are nearest to one another once the target's points are rotated.

    Args:
        target: ``(records, dimensions)`` points.
        background: ``(people, dimensions)`` points.
        pairs: where to start from.
        usable: ``(records, people)``, None if all are.
    """
    one, other = normed(target), normed(background)
    for _ in range(TURNS):
        left, _, right = np.linalg.svd(one[pairs.record].T @ other[pairs.person])
        scores = (one @ (left @ right)) @ other.T
        found = mutual_pairs(scores, usable).surest(0.7)
        if len(found) < 3:
            break
        settled = min(found.share_in(pairs), pairs.share_in(found)) >= SETTLED
        pairs = found
        if settled:
            break
    return pairs
