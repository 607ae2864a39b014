"""Figures and tables of what was found; the only package that imports matplotlib.

Importing it does not: the drawing library is loaded when a figure is drawn.
"""

from __future__ import annotations

from linkage.report.diagnosis import Count, Curves, DiagnosisPage, Rate, Similarities
from linkage.report.figure import draw_diagnosis, missing_matplotlib
from linkage.report.table import diagnosis_csv

__all__ = [
    "Count",
    "Curves",
    "DiagnosisPage",
    "Rate",
    "Similarities",
    "diagnosis_csv",
    "draw_diagnosis",
    "missing_matplotlib",
]
