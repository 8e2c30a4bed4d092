"""Compares the mutable defaults that the analyzer finds below a folder with those of ruff's rule B006, by file and line.

Prints what only ruff finds, which must be explained in benches/README.md, and counts what only the analyzer finds.
Exits with 1 if ruff finds something that the analyzer does not.
"""

import json
import subprocess
import sys

from common import analyzer, ruff, tree


def main() -> int:
    folder = tree()
    command = [*ruff(), "check", "--isolated", "--no-cache", "--quiet", "--select", "B006", "--output-format", "json", "--ignore-noqa"]
    theirs = subprocess.run([*command, str(folder)], capture_output=True, text=True)
    if theirs.returncode not in (0, 1):
        sys.exit(theirs.stderr)
    rows = json.loads(theirs.stdout)
    wanted = {(row["filename"], row["location"]["row"]) for row in rows if row["code"] == "B006"}

    command = [*analyzer(), "--select", "mutable-default", "--format", "json", str(folder.resolve())]
    ours = subprocess.run(command, capture_output=True, text=True)
    # 2: some files of the tree are no Python of today.
    if ours.returncode not in (0, 1, 2):
        sys.exit(ours.stderr)
    found = {(finding["path"], finding["line"]) for finding in json.loads(ours.stdout)["findings"]}

    for path, line in sorted(wanted - found):
        print(f"only ruff: {path}:{line}")
    print(f"both {len(wanted & found)}, only ruff {len(wanted - found)}, only the analyzer {len(found - wanted)}")
    return 1 if wanted - found else 0


if __name__ == "__main__":
    sys.exit(main())
