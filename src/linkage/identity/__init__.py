"""Identities: who signs, who may open, and the file that keeps the private keys."""

from __future__ import annotations

from linkage.identity.private import Identity
from linkage.identity.public import PublicIdentity
from linkage.identity.store import create_identity, load_identity, load_public_identity

__all__ = [
    "Identity",
    "PublicIdentity",
    "create_identity",
    "load_identity",
    "load_public_identity",
]
