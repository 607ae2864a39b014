"""What every encoding and every hardening must satisfy: the checks that a new one has to pass."""

from __future__ import annotations

from linkage.conformance.check import check_encoding
from linkage.conformance.encoder import check_encoder
from linkage.conformance.hardening import check_hardening
from linkage.conformance.randomness import check_randomness

__all__ = ["check_encoder", "check_encoding", "check_hardening", "check_randomness"]
