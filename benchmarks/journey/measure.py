"""Run a command and say what it cost: status, seconds and peak memory in KiB, as JSON.

    python -I -S measure.py REPORT COMMAND [ARGUMENT ...]

A process of its own, and a small one: to the kernel the peak memory of a child is never
below that of the process that started it, and a benchmark that has numpy loaded would see
itself in every command.
"""

from __future__ import annotations

import json
import os
import sys
import time


def main() -> None:
    report, *command = sys.argv[1:]
    began = time.monotonic()
    process = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(process, 0)
    cost = {
        "status": os.waitstatus_to_exitcode(status),
        "seconds": time.monotonic() - began,
        # Linux counts KiB, macOS bytes
        "peak_kib": usage.ru_maxrss // (1024 if sys.platform == "darwin" else 1),
    }
    with open(report, "w", encoding="ascii") as stream:  # noqa: PTH123 - pathlib is not small
        json.dump(cost, stream)


if __name__ == "__main__":
    main()
