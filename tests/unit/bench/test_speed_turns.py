"""Rounds of the speed benchmark, with contenders that only pretend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.speed.children import take_turns


def pretending(
    name: str, walls: list[float], log: list[str], *, pairs: int = 5
) -> Callable[[], dict[str, Any]]:
    left = iter(walls)

    def ask() -> dict[str, Any]:
        log.append(name)
        wall = next(left)
        return {"wall": wall, "cpu": 2 * wall, "pairs": pairs, "checksum": 17, "peak_mib": 3.0}

    return ask


def test_turns_rotate_and_medians_are_taken() -> None:
    log: list[str] = []
    asks = {
        "a": pretending("a", [3.0, 1.0, 2.0], log),
        "b": pretending("b", [30.0, 10.0, 20.0], log, pairs=6),
        "c": pretending("c", [1.0, 1.0, 1.0], log),
    }
    timings = take_turns(asks, rounds=3)
    assert "".join(log) == "abc" + "bca" + "cab"
    assert timings["a"].median_wall == 2.0
    assert timings["b"].median_cpu == 40.0
    assert (timings["b"].pairs, timings["b"].checksum) == (6, 17)


def test_the_slow_are_measured_once() -> None:
    log: list[str] = []
    asks = {
        "slow": pretending("slow", [9.0], log),
        "fast": pretending("fast", [1.0, 2.0, 3.0], log),
    }
    timings = take_turns(asks, rounds=3, patience=8.0)
    assert timings["slow"].wall == [9.0]
    assert log.count("fast") == 3


def test_warming_up_does_not_count() -> None:
    log: list[str] = []
    asks = {
        "ours": pretending("ours", [50.0, 1.0, 1.0], log),
        "peer": pretending("peer", [2.0, 2.0], log),
    }
    timings = take_turns(asks, rounds=2, warm_up=["ours"])
    assert log[0] == "ours"
    assert timings["ours"].wall == [1.0, 1.0]


def test_who_fails_is_reported_and_not_asked_again() -> None:
    log: list[str] = []

    def failing() -> dict[str, Any]:
        log.append("failing")
        raise RuntimeError("out of memory")

    timings = take_turns({"failing": failing, "fine": pretending("fine", [1.0] * 2, log)}, rounds=2)
    assert timings["failing"].fault == "out of memory"
    assert log.count("failing") == 1
    assert len(timings["fine"].wall) == 2
