from __future__ import annotations

import numpy as np
import pytest
from tests.support.packages import derived, identity

from linkage.errors import PackageError
from linkage.package.crosswalk import Crosswalk, open_crosswalk, seal_crosswalk

CROSSWALK = Crosswalk(
    file_id=derived("file id", 16),
    handles=np.frombuffer(derived("handles", 48), np.uint8).reshape(3, 16),
    rows=np.array([17, 2, 70_000], dtype=np.int64),
)
OWNER = identity("police")
SEALED = seal_crosswalk(CROSSWALK, OWNER)


def test_round_trip() -> None:
    opened = open_crosswalk(SEALED, OWNER, name="p.crosswalk")
    assert opened.file_id == CROSSWALK.file_id
    assert np.array_equal(opened.handles, CROSSWALK.handles)
    assert np.array_equal(opened.rows, CROSSWALK.rows)
    assert opened.row_of(bytes(CROSSWALK.handles[2])) == 70_000
    with pytest.raises(KeyError):
        opened.row_of(bytes(16))


def test_neither_handles_nor_anything_else_shows() -> None:
    assert bytes(CROSSWALK.handles[0]) not in SEALED
    assert "70000" not in repr(CROSSWALK)


def test_every_truncation_and_flip_is_refused() -> None:
    damaged = [SEALED[:length] for length in range(len(SEALED))] + [SEALED + b"\0"]
    for position in range(len(SEALED)):
        flipped = bytearray(SEALED)
        flipped[position] ^= 1
        damaged.append(bytes(flipped))
    for data in damaged:
        with pytest.raises(PackageError, match=r"^E563 p\.crosswalk "):
            open_crosswalk(data, OWNER, name="p.crosswalk")


def test_only_its_owner_opens_it() -> None:
    with pytest.raises(PackageError, match="E563"):
        open_crosswalk(SEALED, identity("shelter"), name="p.crosswalk")


def test_handles_and_rows_belong_together() -> None:
    with pytest.raises(ValueError, match="one row number"):
        seal_crosswalk(Crosswalk(bytes(16), CROSSWALK.handles, CROSSWALK.rows[:2]), OWNER)
