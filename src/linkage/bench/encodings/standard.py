"""The encodings that are compared unless others are named: one line each."""

from __future__ import annotations

__all__ = ["STANDARD"]

STANDARD: tuple[str, ...] = (
    "clk(k=10, l=1024)",
    "clk(k=10, l=1024) on each",
    "clk-enhanced-double(k=10, l=1024)",
    "rbf(k=10, m=256, l=1024)",
    "clk(k=10, l=1024) + xor-fold",
    "clk(k=10, l=1024) + balance",
    "clk(k=10, l=1024) + rule-90",
    "clk(k=25, l=1024) + blip(f=0.1)",
    "clk(k=25, l=1024) + blip(f=0.3)",
    "clk(k=25, l=1024) + blip(f=0.5)",
    "clk(k=10, l=1024) + rehash(w=8, s=4, l=1024, k=2)",
    "clk(k=10, l=1024, salt=date_of_birth)",
    "tmh(l=1024)",
    "tsh(k=5, l=16384)",
    "eld(k=10, m=1024, t=2, l=1024)",
    "eld(k=10, m=1024, t=5, l=1024)",
    "eld(k=10, m=1024, t=10, l=1024)",
    "eld(k=10, m=1024, t=12, l=2048)",
    "saul(t=1, l=1024)",
    "saul(t=2, l=1024)",
    "saul(t=3, l=1024)",
    "saul(t=3, l=2048)",
    "saul(t=4, l=4096)",
    "saul(t=5, l=8192)",
    "saul(t=4, l=4096) on all*3, names",
    "match-keys",
)
"""Those of the threat model's tables, with the hardenings that are in use."""
