"""A first mapping, proposed from the header and the cells, for the owner to confirm."""

from __future__ import annotations

from linkage.records.propose.mapping import ProposedMapping, confirm_text, propose_mapping

__all__ = ["ProposedMapping", "confirm_text", "propose_mapping"]
