"""The data sets: which there are, and each as a folder that the journey and every peer read.

Folders of ``../shared/data`` are read where they lie. FEBRL4's cuts and ESSnet (whose dates
come in three columns) are written under the work folder first, as CSV with a truth file.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.quality.febrl import Row, cut

__all__ = ["CATALOGUE", "DRAWS", "DataSet", "prepared"]

SIZE = 3_000
DRAWS = 10


@dataclass(frozen=True, slots=True)
class DataSet:
    """Lists with known truth.

    Attributes:
        name: as `--only` takes it; the draws of a cut share it.
        source: its folder in ``../shared/data``.
        duplicates: whether a list may hold a person twice, which an owner knows.
        large: whether it runs only with `--large`.
        shared: people on both lists of a cut; None for what is not cut.
        draw: number of the draw.
    """

    name: str
    source: str
    duplicates: bool = False
    large: bool = False
    shared: int | None = None
    draw: int = 0

    @property
    def key(self) -> str:
        """Name of the folder and of the stored results."""
        return self.name if self.shared is None else f"{self.name}-{self.draw:02d}"


CATALOGUE: tuple[DataSet, ...] = (
    DataSet("multilink_no_dup_data", "multilink_no_dup_data"),
    DataSet("multilink_dup_data", "multilink_dup_data", duplicates=True),
    DataSet("febrl4", "febrl4"),
    *(
        DataSet(f"febrl4_shared_{shared}", "febrl4", shared=shared, draw=draw)
        for draw in range(DRAWS)
        for shared in (2_000, 1_000, 300)
    ),
    DataSet("vic6k_dense_dev", "vic6k_dense_dev", duplicates=True),
    DataSet("vic60k_dutch_dev", "vic60k_dutch_dev", duplicates=True),
    DataSet("essnet_census_cis", "essnet_census_cis", large=True),
    DataSet("vic60k_dense_dev", "vic60k_dense_dev", duplicates=True, large=True),
)


def prepared(data_set: DataSet, data: Path, work: Path) -> Path:
    """The folder of a data set, written under ``work`` where it has to be made.

    Args:
        data_set: which.
        data: ``../shared/data``.
        work: the benchmark's folder.
    """
    source = data / data_set.source
    folder = work / "data" / data_set.key
    if data_set.shared is not None:
        _write_cut(data_set, data, folder)
    elif data_set.source == "essnet_census_cis":
        _write_essnet(source, folder)
    else:
        return source
    return folder


def _write_cut(data_set: DataSet, data: Path, folder: Path) -> None:
    assert data_set.shared is not None
    people = _by_person(data / "febrl4", ("febrl4a", "febrl4b"))
    both = {who: (rows[0], rows[1]) for who, rows in people.items()}
    others = _by_person(data / "febrl3", ("febrl3",), original=True)
    made = cut(
        both,
        {f"febrl3 {who}": rows[0] for who, rows in others.items()},
        size=SIZE,
        shared=data_set.shared,
        draw=data_set.draw,
    )
    _write(folder / "febrl4a.csv", made.a)
    _write(folder / "febrl4b.csv", made.b)
    truth = [{"rec_id": record, "entity_id": who} for record, who in sorted(made.entity.items())]
    _write(folder / "truth.csv", truth)


def _by_person(
    folder: Path, names: Sequence[str], *, original: bool = False
) -> dict[str, list[Row]]:
    truth = {row["rec_id"]: row for row in _read(folder / "truth.csv.gz")}
    people: dict[str, list[Row]] = {}
    for name in names:
        for row in _read(folder / f"{name}.csv.gz"):
            known = truth[row["rec_id"]]
            if not original or known["orig_id"].endswith("-org"):
                people.setdefault(known["entity_id"], []).append(row)
    return people


def _write_essnet(source: Path, folder: Path) -> None:
    for name in ("census", "cis"):
        _write(folder / f"{name}.csv", [_dated(row) for row in _read(source / f"{name}.csv.gz")])
    truth = _read(source / "truth.csv.gz")
    _write(folder / "truth.csv", [{k: row[k] for k in ("rec_id", "entity_id")} for row in truth])


def _dated(row: Row) -> dict[str, str]:
    day, month, year = (row[f"dob_{part}"].strip() for part in ("day", "mon", "year"))
    whole = day and month and year
    date = f"{int(year):04d}-{int(month):02d}-{int(day):02d}" if whole else year
    kept = {name: value for name, value in row.items() if not name.startswith("dob_")}
    return {**kept, "date_of_birth": date}


def _read(path: Path) -> Iterator[dict[str, str]]:
    text = gzip.decompress(path.read_bytes()).decode("utf-8")
    return iter(csv.DictReader(io.StringIO(text, newline="")))


def _write(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    rows = list(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
