"""How two SAUL filters are best combined into one score: decision 0007's figures.

python -m benchmarks.combine_filters PATH_TO_FOLDER

Takes the lists through the journey under profile `strong`, then combines the two filters'
similarities on three scales and with several weights of the names filter. Thresholds are chosen
on the truth, so this compares scales and is no measure of what the software finds. Candidates are
those of the software's own scale: pairs that only another scale would rank high are missing.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
from pathlib import Path

import numpy as np
from benchmarks.journey.__main__ import command_in

from linkage.agreement.profiles import PROFILES
from linkage.bench.evaluate import sweep_thresholds
from linkage.bench.folder import read_folder
from linkage.bench.journey import run_journey
from linkage.bench.linked import judged_candidates
from linkage.bench.text import table

LAYERS = PROFILES["strong"].layers
SCALES = {
    "cosine": lambda cosine: cosine,
    "angle": lambda cosine: np.arcsin(cosine) * 2 / np.pi,
    "correlation": lambda cosine: (np.arcsin(cosine) * 2 / np.pi) ** LAYERS,
}
NAMES_WEIGHTS = (0.0, 0.1, 0.2, 0.25, 0.3, 0.4)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.combine_filters")
    parser.add_argument("folder", type=Path, help="lists and truth.csv(.gz)")
    folder = read_folder(parser.parse_args().folder.resolve())
    with tempfile.TemporaryDirectory(prefix="linkage-filters-") as temporary:
        work = Path(temporary).resolve()
        result = run_journey(
            folder,
            "strong",
            work=work,
            command=command_in(work),
            observe=lambda _step: None,
            today=dt.date.today(),
        )
    truth = {each.list_id: each.entity for each in folder.lists}
    pairs, same = judged_candidates(result.linked, truth)
    rows = []
    for name, scale in SCALES.items():
        everything, names = scale(pairs.similarity[:, 0]), scale(pairs.similarity[:, 1])
        for weight in NAMES_WEIGHTS:
            score = (1 - weight) * everything + weight * names
            sweep = sweep_thresholds(score, same, result.evaluation.true_pairs)
            recall, f1 = sweep.recall_at(0.95)[0], sweep.best_f1()[0]
            rows.append((name, f"{weight:.2f}", f"{recall:.3f}", f"{f1:.3f}"))
    print(f"{folder.name}: {len(pairs):,} candidate pairs of different lists\n")
    print(table(("scale", "weight of names", "recall at precision .95", "best F1"), rows))


if __name__ == "__main__":
    main()
