"""Runs `assay analyze` with all its rules and ruff with its five nearest ones over the same folder, in turn, and prints the ratios.

Both look at the same files: by itself ruff leaves out `site-packages`, `build`, `dist` and more, and takes in stubs and notebooks.
Wall time, CPU time (user and system) and peak memory; the medians of ROUNDS runs, after one that warms the file cache.
"""

import os
import statistics
import subprocess
import sys
import time

from common import analyzer, ruff, tree

ROUNDS = 5

# What `assay analyze` skips, and what it takes.
SAME_FILES = ["--exclude", ".?*,__pycache__,__pypackages__,node_modules,venv,site-packages", "--config", 'include = ["*.py"]', "--no-respect-gitignore"]


def measure(command: list[str]) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak MiB of one run."""
    start = time.monotonic()
    with open(os.devnull, "w") as nowhere:
        process = subprocess.Popen(command, stdout=nowhere, stderr=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    # 2: some files of the tree are no Python of today.
    if process.returncode not in (0, 1, 2):
        sys.exit(f"{command[0]} ended with {process.returncode}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    folder = str(tree())
    commands = {
        "assay": [*analyzer(), folder, "--format", "json"],
        "ruff": [*ruff(), "check", "--isolated", "--no-cache", *SAME_FILES, "--select", "B006,B008,BLE001,S110,E722", folder],
    }
    runs = {name: [] for name in commands}
    for number in range(ROUNDS + 1):
        for name, command in commands.items():
            figures = measure(command)
            if number:
                runs[name].append(figures)
    medians = {name: [statistics.median(column) for column in zip(*rows)] for name, rows in runs.items()}
    for name, (wall, cpu, memory) in medians.items():
        print(f"{name:9} {wall:6.2f} s wall  {cpu:6.2f} s CPU  {memory:6.1f} MiB peak")
    wall, cpu, memory = (ours / theirs for ours, theirs in zip(medians["assay"], medians["ruff"]))
    print(f"ratio     {wall:6.2f}         {cpu:6.2f}        {memory:6.2f}")


if __name__ == "__main__":
    main()
