"""Measures `assay grade --stream` over made-up submissions: reviews a second, CPU time a review, peak memory.

For each NUMBER of submissions and each number of threads one run, its output thrown away; before them a run over one
submission an exercise, which costs little but the start and the preparation of the keys. That time is taken off where the
time of a review is given, so that the figures of few and of many reviews can be compared.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import assay
from submissions import BANK

HERE = Path(__file__).resolve().parent


def submissions(number: int, seed: int) -> Path:
    """A file with so many submissions, made once."""
    path = Path(tempfile.gettempdir()) / f"assay-submissions-{number}-{seed}.ndjson"
    if not path.exists():
        unfinished = path.with_suffix(".tmp")
        with unfinished.open("wb") as file:
            command = [sys.executable, str(HERE / "submissions.py"), str(number), "--seed", str(seed)]
            subprocess.run(command, stdout=file, check=True)
        unfinished.rename(path)
    return path


def one_each(path: Path) -> Path:
    """The first submission of each exercise."""
    seen: dict[str, str] = {}
    with path.open(encoding="utf-8") as file:
        for line in file:
            seen.setdefault(json.loads(line)["exercise"], line)
    first = path.with_suffix(".first.ndjson")
    first.write_text("".join(seen.values()), encoding="utf-8")
    return first


def measure(program: str, path: Path, threads: int) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak MiB of one run."""
    environment = os.environ | {"RAYON_NUM_THREADS": str(threads)}
    start = time.monotonic()
    with path.open("rb") as lines, open(os.devnull, "w") as nowhere:
        process = subprocess.Popen([program, "grade", "--stream", "--bank", str(BANK)], stdin=lines, stdout=nowhere, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"assay ended with {process.returncode}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("number", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    program = assay()
    print("threads   reviews   wall s    CPU s   reviews/s  CPU us/review  peak MiB")
    for threads in arguments.threads:
        for number in arguments.number:
            path = submissions(number, arguments.seed)
            start_wall, start_cpu, _ = measure(program, one_each(path), threads)
            wall, cpu, memory = measure(program, path, threads)
            rate = number / max(wall - start_wall, 1e-9)
            each = (cpu - start_cpu) / number * 1e6
            print(f"{threads:7} {number:9} {wall:8.2f} {cpu:8.2f} {rate:11.0f} {each:14.1f} {memory:9.1f}", flush=True)
    print(f"load of the machine meanwhile: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
