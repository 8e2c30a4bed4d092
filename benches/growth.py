"""How the time for a review grows with its length: reviews made of one thing over and over, of 20 kB and of 160 kB.

Prints the processor time of each and their ratio, less what a review of three words takes; 8 is linear, 64 quadratic.
usage: python3 benches/growth.py
"""

import resource
import subprocess
import tempfile
from pathlib import Path

from common import assay

MADE = {
    "no full stop": "the shared default set is kept ",
    "numbers": "1.",
    "list": "- line 31: the default is shared by every call\n",
    "lines with numbers": "31 the default is shared by every call\n",
    "table": "| 31 | the default is shared by every call |\n",
    "misspelt words": "waitlst defualt shraed ",
    "brackets": "[",
    "quotes": ">",
    "backticks": "`a ",
    "paragraphs": "Line 31: the default is shared by every call.\n\n",
}
HEADS = {"table": "| line | what |\n|--|--|\n"}


def took(command: list[str]) -> float:
    """Processor time in seconds, the least of three."""
    times = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times)


def main() -> None:
    program = assay()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "review.md"
        path.write_text("Nothing to say.")
        grade = [program, "grade", "web/course-waitlist", str(path), "--format", "json"]
        start = took(grade)
        print(f"{'':20} {'20 kB':>8} {'160 kB':>8} {'ratio':>6}   (start {start * 1000:.0f} ms)")
        for name, piece in MADE.items():
            times = []
            for size in (20_000, 160_000):
                path.write_text(HEADS.get(name, "") + piece * (size // len(piece)))
                times.append(max(took(grade) - start, 0.001))
            print(f"{name:20} {times[0] * 1000:5.0f} ms {times[1] * 1000:5.0f} ms {times[1] / times[0]:6.1f}")


if __name__ == "__main__":
    main()
