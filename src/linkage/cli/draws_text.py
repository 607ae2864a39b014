"""What the draws of a linkage say, in words: people on several lists, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from linkage.overlap import OverlapTable

__all__ = ["AVERAGE", "draws_dict", "draws_lines"]

AVERAGE = (
    "The chosen scenario is the single most likely linkage. It misses some matches, so its counts "
    "of people on several lists are on average too low. The draws are not biased that way, as far "
    "as the model of the linkage holds: matches that look like strangers are joined in them at "
    "random, as many as are expected. Average estimates over the draws."
)
_LEVEL = 0.9


def draws_dict(table: OverlapTable) -> dict[str, Any]:
    """The method, the draws and the error rates as JSON-ready values.

    Args:
        table: the exact counts.
    """
    low, chosen, high = table.on_several
    several: dict[str, Any] = {"low": low, "chosen": chosen, "high": high}
    if len(table.draws):
        mean, least, most = _summary(table)
        several["draws"] = {"mean": round(mean, 1), "low": round(least, 1), "high": round(most, 1)}
    return {
        "method": table.method,
        "draws": len(table.draws),
        "people_on_two_or_more": several,
        "error_rates": dict(table.rates),
    }


def draws_lines(table: OverlapTable) -> list[str]:
    """People on two or more lists in every scenario and over the draws, and the error rates.

    Args:
        table: the exact counts.
    """
    low, chosen, high = table.on_several
    lines = [f"on 2 or more   the low threshold {low:,} · chosen {chosen:,} · high {high:,}"]
    if len(table.draws):
        mean, least, most = _summary(table)
        overall = table.rates["overall"]
        right, missed = (_percent(overall[name]) for name in ("precision", "missed"))
        lines.append(
            f"  over {len(table.draws)} draws of the linkage {mean:,.0f} on average "
            f"({least:,.0f} to {most:,.0f} in {_LEVEL:.0%} of them)"
        )
        lines.append(
            f"{overall['linked']:,} pairs of records linked: {right} are right; "
            f"of all true pairs {missed} were missed"
        )
    return lines


def _summary(table: OverlapTable) -> tuple[float, float, float]:
    """Mean over the draws, and the range that holds 90% of them."""
    people = table.draw_on_several
    least, most = np.quantile(people, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return float(people.mean()), float(least), float(most)


def _percent(share: list[float]) -> str:
    mean, low, high = share
    return f"{mean:.0%} ({low:.0%} to {high:.0%})"
