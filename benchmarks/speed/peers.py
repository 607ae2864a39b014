"""An environment for each peer: `python -m benchmarks.speed.peers [--peers FOLDER]`.

Each peer gets a virtual environment of its own, with the Python that runs this. What is there
already is left as it is; what cannot be installed is reported with the reason and skipped.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

__all__ = ["DEFAULT_FOLDER", "PEERS", "Requirements", "install", "interpreter", "versions"]

DEFAULT_FOLDER = Path.home() / ".cache" / "linkage-peers"

Requirements = Mapping[str, tuple[str, tuple[str, ...], str]]

PEERS: Requirements = {
    # name: what to test for, what to install, the distribution whose version counts
    "anonlink": (
        "anonlink.similarities._dice",
        ("setuptools<81", "wheel", "numpy", "anonlink>=0.15"),
        "anonlink",
    ),
    "faiss": ("faiss", ("numpy", "faiss-cpu>=1.9"), "faiss-cpu"),
    "numkong": ("numkong", ("numpy", "numkong>=7"), "numkong"),
    "fpsim2": ("FPSim2.FPSim2lib", ("numpy", "rdkit", "FPSim2>=0.7"), "FPSim2"),
    "clkhash": ("clkhash", ("setuptools<81", "clkhash>=0.18"), "clkhash"),
}


def interpreter(folder: Path, peer: str) -> Path:
    """The peer's Python, whether it is there or not."""
    place = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return folder.expanduser().resolve().joinpath(peer, *place)


def install(folder: Path, peer: str, peers: Requirements = PEERS) -> str:
    """Make the peer's environment unless it works already.

    Args:
        folder: that of all environments.
        peer: one of ``peers``.
        peers: what each needs.

    Returns:
        Why it cannot be used; empty where it can.
    """
    module, requirements, _ = peers[peer]
    python = interpreter(folder, peer)
    if _works(python, module):
        return ""
    python.parents[1].parent.mkdir(parents=True, exist_ok=True)
    for command in (
        [sys.executable, "-m", "venv", str(python.parents[1])],
        [str(python), "-m", "pip", "install", "--quiet", *requirements],
        [str(python), "-c", f"import {module}"],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            lines = (done.stderr or done.stdout).strip().splitlines()
            faults = [line for line in lines if "error" in line.lower()]
            return (faults or lines or ["failed without a word"])[-1]
    return ""


def _works(python: Path, module: str) -> bool:
    if not python.exists():
        return False
    command = [str(python), "-c", f"import {module}"]
    return not subprocess.run(command, capture_output=True, check=False).returncode


def versions(folder: Path) -> dict[str, str]:
    """Version of every peer that is installed."""
    found = {}
    for peer, (_, _, distribution) in PEERS.items():
        python = interpreter(folder, peer)
        if not python.exists():
            continue
        ask = f"import importlib.metadata as m; print(m.version({distribution!r}))"
        done = subprocess.run([str(python), "-c", ask], capture_output=True, text=True, check=False)
        if not done.returncode:
            found[peer] = done.stdout.strip()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed.peers")
    parser.add_argument("--peers", type=Path, default=DEFAULT_FOLDER, help="their folder")
    parser.add_argument("only", nargs="*", help=f"of {', '.join(PEERS)}; all where none")
    options = parser.parse_args()
    if unknown := set(options.only) - set(PEERS):
        parser.error(f"no such peer: {', '.join(sorted(unknown))}")
    for peer in options.only or PEERS:
        fault = install(options.peers, peer)
        print(f"{peer:<10} {fault or versions(options.peers).get(peer, 'ready')}", flush=True)


if __name__ == "__main__":
    main()
