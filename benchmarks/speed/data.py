"""The filters that are compared, as packed words in .npy files, the same on every machine.

``random``
    1,024 random bits of density .35; 2% of the rows are noisy copies, Dice .6 to .95.
``realistic``
    fictional people of :mod:`linkage.synth`, half of them on both lists, as two owners write
    them down, encoded with profile ``clk``.
``saul``
    random bits of density .5 as a SAUL encoding of strangers looks, with noisy copies.
``growth``
    as ``random``, half of the rows being noisy copies; the truth is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

__all__ = ["Lists", "make_lists"]

BITS = 1_024
CLK_DENSITY = 0.35
CHUNK = 4_096
COPIES = {"random": 0.02, "saul": 0.02, "growth": 0.5}


@dataclass(frozen=True, slots=True)
class Lists:
    """Two lists of filters in files.

    Attributes:
        a: ``(records, words)`` uint64.
        b: likewise.
        truth: ``(2, pairs)`` int64, places in ``a`` and ``b`` of the same person.
    """

    a: Path
    b: Path
    truth: Path


def make_lists(kind: str, records: int, folder: Path, *, bits: int = BITS, seed: int = 1) -> Lists:
    """Make the lists, unless they are in ``folder`` already."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{kind}-{records}-{bits}-{seed}"
    lists = Lists(*(folder / f"{stem}-{part}.npy" for part in ("a", "b", "truth")))
    if not all(path.exists() for path in (lists.a, lists.b, lists.truth)):
        generator = np.random.default_rng(seed)
        if kind == "realistic":
            from benchmarks.speed.people import encoded_people

            made = encoded_people(generator, records)
        else:
            density = 0.5 if kind == "saul" else CLK_DENSITY
            made = noisy_copies(generator, records, bits, density, COPIES[kind])
        for path, values in zip((lists.a, lists.b, lists.truth), made, strict=True):
            np.save(path, values)
    return lists


def random_bits(
    generator: np.random.Generator, records: int, bits: int, density: float
) -> np.ndarray:
    """``(records, bits)`` bool, each true with a probability near ``density``, in 256ths."""
    return generator.integers(0, 256, (records, bits), np.uint8) < round(256 * density)


def packed(bits: np.ndarray) -> np.ndarray:
    return np.packbits(bits, axis=1, bitorder="little").view(np.uint64)


def noisy_copies(
    generator: np.random.Generator, records: int, bits: int, density: float, share: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two lists of strangers, but for a share of ``b`` that copies records of ``a``.

    A copy loses each set bit with a probability of 5% to 40% (the same for all its bits) and
    gains as many: its Dice with the original is one minus that probability.
    """
    a = np.empty((records, bits // 64), np.uint64)
    b = np.empty_like(a)
    places = generator.permutation(records)
    copies = int(records * share)
    for start in range(0, records, CHUNK):
        end = min(start + CHUNK, records)
        original = random_bits(generator, end - start, bits, density)
        other = random_bits(generator, end - start, bits, density)
        copied = max(min(copies - start, end - start), 0)
        lost = generator.uniform(0.05, 0.4, (copied, 1)).astype(np.float32)
        gained = lost * (density / (1 - density))
        change = np.where(original[:copied], lost, gained)
        flips = generator.random((copied, bits), np.float32) < change
        other[:copied] = original[:copied] ^ flips
        a[start:end] = packed(original)
        b[places[start:end]] = packed(other)
    truth = np.stack([np.arange(copies), places[:copies]]).astype(np.int64)
    return a, b, truth
