"""Privacy-preserving record linkage, from lists nobody may pool to overlap counts.

Importing this package imports none of its stages: every public name is found on first use,
so that a data owner's small install never meets what only the linkage unit needs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from linkage.version import __version__

if TYPE_CHECKING:
    from linkage.agreement.load import load_agreement
    from linkage.compare.find import find_pairs, plan_search, stream_pairs
    from linkage.compare.score import score_pairs
    from linkage.encode.encoder import encode_records
    from linkage.errors import LinkageError
    from linkage.link.link import link_records
    from linkage.link.posterior import link_by_probability
    from linkage.link.rates import count_pairs
    from linkage.link.score import score_candidates
    from linkage.link.threshold import propose_threshold
    from linkage.overlap.histories import capture_histories
    from linkage.package.open import open_package
    from linkage.package.seal import seal_encodings
    from linkage.types import CandidatePairs, Clusters, EncodedList, PersonHistories

__all__ = [
    "CandidatePairs",
    "Clusters",
    "EncodedList",
    "LinkageError",
    "PersonHistories",
    "__version__",
    "capture_histories",
    "count_pairs",
    "encode_records",
    "find_pairs",
    "link_by_probability",
    "link_records",
    "load_agreement",
    "open_package",
    "plan_search",
    "propose_threshold",
    "score_candidates",
    "score_pairs",
    "seal_encodings",
    "stream_pairs",
]


_HOME = {
    "CandidatePairs": "types",
    "PersonHistories": "types",
    "Clusters": "types",
    "EncodedList": "types",
    "LinkageError": "errors",
    "capture_histories": "overlap.histories",
    "count_pairs": "link.rates",
    "encode_records": "encode.encoder",
    "find_pairs": "compare.find",
    "link_by_probability": "link.posterior",
    "link_records": "link.link",
    "load_agreement": "agreement.load",
    "open_package": "package.open",
    "plan_search": "compare.find",
    "propose_threshold": "link.threshold",
    "score_candidates": "link.score",
    "score_pairs": "compare.score",
    "seal_encodings": "package.seal",
    "stream_pairs": "compare.find",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'linkage' has no attribute {name!r}")
    return getattr(importlib.import_module(f"linkage.{_HOME[name]}"), name)
