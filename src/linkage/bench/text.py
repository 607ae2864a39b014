"""True beside found, as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from linkage.bench.evaluate import Evaluation

__all__ = ["evaluation_text", "table"]


def table(header: Sequence[str], rows: Sequence[Sequence[object]], *, indent: int = 2) -> str:
    """Columns side by side: the first to the left, numbers to the right.

    >>> print(table(("lists", "true"), [("P+Z", 1200)]))
      lists   true
      P+Z    1,200
    """
    cells = [list(header)] + [
        [f"{value:,}" if isinstance(value, int) else str(value) for value in row] for row in rows
    ]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    lines = []
    for row in cells:
        first = row[0].ljust(widths[0])
        rest = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append(" " * indent + "  ".join((first, *rest)))
    return "\n".join(lines)


def evaluation_text(result: Evaluation) -> str:
    """Precision and recall, overlaps, people on j lists and all capture histories."""
    true_two, found_two = result.people_on_two_or_more
    histories = sorted(
        set(result.true_histories) | set(result.found_histories),
        key=lambda history: (-result.true_histories.get(history, 0), history),
    )
    zero = 2 ** len(result.lists) - 1 - len(histories)
    people = [
        (f"{number} list{'s' if number > 1 else ''}", true, found)
        for number, (true, found) in enumerate(result.people_on, start=1)
    ]
    return "\n".join(
        (
            (
                f"Pairs of records of one person on two lists: {result.true_pairs:,} true, "
                f"{result.found_pairs:,} found, {result.right_pairs:,} of them right"
            ),
            f"precision {result.precision:.3f} · recall {result.recall:.3f} · F1 {result.f1:.3f}",
            "",
            "People on two lists",
            table(
                ("lists", "true", "found"),
                [("+".join(pair), *counts) for pair, counts in result.overlaps.items()],
            ),
            "",
            "People on 1, 2, ... lists",
            table(("on", "true", "found"), [*people, ("2 or more", true_two, found_two)]),
            "",
            "Capture histories (people on exactly these lists)",
            table(
                ("lists", "true", "found"),
                [
                    (
                        result.history_name(history),
                        result.true_histories.get(history, 0),
                        result.found_histories.get(history, 0),
                    )
                    for history in histories
                ],
            ),
            (
                f"  and {zero} combinations with nobody, true and found; absolute error over all "
                f"cells {result.absolute_error:,}"
            ),
        )
    )
