"""The whole check of an encoding from its description."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from linkage.agreement.profiles import Profile
from linkage.conformance.encoder import check_encoder
from linkage.conformance.hardening import check_hardening
from linkage.conformance.randomness import check_randomness
from linkage.encode.catalogue import parse_encoding, parse_hardening
from linkage.encode.make import encode_filter
from linkage.encode.registry import known_schemes

__all__ = ["check_encoding"]


def check_encoding(description: str) -> tuple[str, ...]:
    """What an encoding of the catalogue does wrong; nothing if it conforms.

    The scheme, every hardening by itself, and the whole: see
    :func:`~linkage.conformance.encoder.check_encoder`,
    :func:`~linkage.conformance.randomness.check_randomness` and
    :func:`~linkage.conformance.hardening.check_hardening`. Fields are fictional, all of them in one
    filter, so the description's filters and salt do not matter.

    Args:
        description: as :func:`linkage.encode.catalogue.parse_encoding` takes it.

    Returns:
        One sentence for each requirement that it fails, after the name of the part.

    Raises:
        UsageError: E224.

    >>> check_encoding("clk(k=10, l=1024) + xor-fold")
    ()
    """
    profile = replace(parse_encoding(description), filters=("all",), filter_weights=(1,), salt="")
    return tuple(_failures(profile))


def _failures(profile: Profile) -> Iterator[str]:
    scheme = known_schemes()[profile.scheme]
    plain = replace(profile, hardenings=(), measure=scheme.measure, carries_weights=False)
    for failure in check_encoder(scheme.encode, plain):
        yield f"{scheme.name}: {failure}"
    for failure in check_randomness(scheme.encode, plain, strangers_alike=scheme.strangers_alike):
        yield f"{scheme.name}: {failure}"
    for text in profile.hardenings:
        hardening, values = parse_hardening(text)
        for failure in check_hardening(hardening, values):
            yield f"{hardening.name}: {failure}"
    if profile.hardenings:
        for failure in check_encoder(encode_filter, profile):
            yield f"all together: {failure}"
