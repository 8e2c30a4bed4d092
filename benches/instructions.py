"""Where the work for a review goes: instructions by function, counted by valgrind, the same on an idle machine and a busy one.

Grades NUMBER made-up submissions, and twice as many, with `assay grade --stream` on one thread, and gives the difference: what
a review takes once the program has started and most words were met. Inlined functions count for the one that they stand in.
usage: python3 benches/instructions.py [NUMBER] [--program PROGRAM]
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from submissions import BANK, ROOT

# One program of pieces that have kept their names.
NAMED = {"CARGO_PROFILE_RELEASE_LTO": "off", "CARGO_PROFILE_RELEASE_STRIP": "false"}
ROWS = 40


def build() -> str:
    """Builds a program whose functions have names, beside the one that ships."""
    target = ROOT / "target" / "named"
    environment = os.environ | NAMED | {"CARGO_TARGET_DIR": str(target)}
    subprocess.run(["cargo", "build", "--release", "-q", "-p", "assay"], cwd=ROOT, env=environment, check=True)
    return str(target / "release" / "assay")


def count(program: str, number: int, folder: Path) -> tuple[Counter[str], Counter[str]]:
    """The instructions of each function: its own, and with those of the functions that it calls."""
    lines, counts = folder / "submissions.ndjson", folder / "callgrind.out"
    with lines.open("wb") as file:
        subprocess.run([sys.executable, str(ROOT / "benches" / "submissions.py"), str(number)], stdout=file, check=True)
    with lines.open("rb") as file:
        subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={counts}", program, "grade", "--stream", "--bank", str(BANK)],
            stdin=file,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"RAYON_NUM_THREADS": "1"},
            check=True,
        )
    return read(counts)


def read(path: Path) -> tuple[Counter[str], Counter[str]]:
    """Adds up a file of callgrind by function."""
    names: dict[str, str] = {}
    own: Counter[str] = Counter()
    all_of: Counter[str] = Counter()
    function, called = "", False
    with path.open(encoding="utf-8") as file:
        for line in file:
            if found := re.match(r"c?fn=(\(\d+\))(?: (.*))?", line):
                number, name = found.groups()
                if name:
                    names[number] = name
                if line.startswith("fn="):
                    function = names[number]
            elif line.startswith("calls="):
                called = True
            elif found := re.match(r"[\d+*-]\S* (\d+)", line):
                # The line after a call has what the call took.
                all_of[function] += int(found[1])
                if not called:
                    own[function] += int(found[1])
                called = False
    return own, all_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("number", type=int, nargs="?", default=1000)
    parser.add_argument("--program", help="a program with the names of its functions, else one is built")
    arguments = parser.parse_args()
    program = arguments.program or build()
    with tempfile.TemporaryDirectory() as folder:
        few, many = (count(program, number, Path(folder)) for number in (arguments.number, 2 * arguments.number))
    own, all_of = (many[i] - few[i] for i in (0, 1))
    print(f"{sum(own.values()) // arguments.number} instructions a review\n\n{'own':>9} {'in all':>9}")
    for name, instructions in own.most_common(ROWS):
        print(f"{instructions // arguments.number:9} {all_of[name] // arguments.number:9}  {name}")


if __name__ == "__main__":
    main()
