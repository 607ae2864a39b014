"""Overlap: capture histories, the analyst's exact table and the publication table.

What the linkage unit's ``release`` calls, in this order::

    found = capture_histories(clusters, record_strata, lists=agreement.lists,
                              strata=[s.name for s in agreement.strata],
                              values=[s.values for s in agreement.strata])   # once per threshold
    table = build_overlap_table(low, chosen, high, thresholds=(t_low, t_chosen, t_high),
                                method="probability", records=records, rates=rates,
                                draws=one_by_one)   # or "similarity", without the rest
    content = table_content(table)                  # bytes to seal to the analyst
    published = publish(table, agreement.disclosure)  # needs scipy (extra "unit")
    files = publication_files(published)            # {file name: bytes}, write as a group

``table_from_content`` reads what the analyst opened; ``csv_files`` and ``single_csv`` write it as
CSV. ``table.draw_histories`` is what an estimator averages over.
``verify_disclosure`` computes what a reader of a publication can find out.
"""

from __future__ import annotations

from linkage.overlap.disclosure import (
    WITHHELD,
    Interval,
    PublishedTable,
    publish,
    verify_disclosure,
)
from linkage.overlap.draws import TableDraws
from linkage.overlap.export import Format, csv_files, publication_files, single_csv
from linkage.overlap.histories import MAXIMUM_LISTS, all_histories, capture_histories, history_text
from linkage.overlap.reader import require_solver
from linkage.overlap.table import (
    SCENARIOS,
    UNKNOWN_VALUE,
    Method,
    OverlapTable,
    build_overlap_table,
)
from linkage.overlap.table_json import table_content, table_from_content

__all__ = [
    "MAXIMUM_LISTS",
    "SCENARIOS",
    "UNKNOWN_VALUE",
    "WITHHELD",
    "Format",
    "Interval",
    "Method",
    "OverlapTable",
    "PublishedTable",
    "TableDraws",
    "all_histories",
    "build_overlap_table",
    "capture_histories",
    "csv_files",
    "history_text",
    "publication_files",
    "publish",
    "require_solver",
    "single_csv",
    "table_content",
    "table_from_content",
    "verify_disclosure",
]
