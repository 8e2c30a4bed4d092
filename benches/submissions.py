"""Writes made-up submissions for `assay grade --stream`: NUMBER lines, each a review of about 300 words.

A review is put together from the labelled reviews below fixtures/: one remark on each of an exercise's five issues, each
from a review of its own, then remarks on anything else of that exercise until the length is reached, in a random order and
in one of three forms. The same number and seed give the same bytes, on any machine.
"""

import argparse
import csv
import json
import random
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What `--bank` is to name.
BANK = ROOT / "fixtures"
CORPORA = sorted(path.name for path in BANK.glob("corpus*"))

WORDS = 300
# A longer remark is half a review.
LONGEST = 120

# Where a list item begins. Its sign is dropped, since the remark gets one of another review's form.
ITEM = re.compile(r"(?:[-*+]|\d{1,2}[.)])\s+(?:\[[ x]\]\s+)?")


def remarks(text: str) -> list[tuple[int, int, str]]:
    """The list items, paragraphs and code blocks of a review: where each begins and ends in bytes, and its words."""
    blocks: list[tuple[int, list[str]]] = []
    fenced, at, apart = False, 0, True
    for line in text.splitlines(keepends=True):
        fence = line.lstrip().startswith("```")
        if not fenced and not line.strip():
            apart = True
        else:
            # A code block belongs to the words before it.
            new = apart and not (fence and blocks)
            if not fenced and (new or ITEM.match(line)):
                blocks.append((at, []))
            blocks[-1][1].append(line if not apart or new else "\n" + line)
            apart = False
        fenced ^= fence
        at += len(line.encode())
    out = []
    for number, (start, lines) in enumerate(blocks):
        end = blocks[number + 1][0] if number + 1 < len(blocks) else at
        words = ITEM.sub("", "".join(lines).rstrip(), count=1) if ITEM.match(lines[0]) else "".join(lines).rstrip()
        # Headings and tables mean nothing away from their review.
        if not words.startswith(("#", "|", ">")):
            out.append((start, end, words))
    return out


class Exercise:
    """The remarks on one exercise, by the issue or decoy they speak of."""

    def __init__(self, folder: Path) -> None:
        self.name = folder.relative_to(BANK).as_posix()
        manifest = tomllib.loads((folder / "exercise.toml").read_text(encoding="utf-8"))
        self.issues = [issue["id"] for issue in manifest["issue"]]
        about: dict[str, list[tuple[int, int, str]]] = {}
        with (folder / "passages.csv").open(encoding="utf-8", newline="") as table:
            for row in csv.DictReader(table):
                about.setdefault(row["review"], []).append((int(row["start"]), int(row["end"]), row["about"]))
        self.on: dict[str, list[str]] = {issue: [] for issue in self.issues}
        self.others: list[str] = []
        for path in sorted((folder / "reviews").glob("*.md")):
            passages = about.get(path.name, [])
            for start, end, words in remarks(path.read_bytes().decode()):
                if len(words.split()) > LONGEST:
                    continue
                spoken = {name for a, b, names in passages if a < end and start < b for name in names.split("+")}
                mine = [issue for issue in self.issues if issue in spoken]
                for issue in mine:
                    self.on[issue].append(words)
                if not mine:
                    self.others.append(words)

    def review(self, chance: random.Random) -> str:
        """A review with a remark on each issue."""
        chosen = [chance.choice(self.on[issue]) for issue in self.issues]
        length = sum(len(words.split()) for words in chosen)
        while length < WORDS - 20:
            pool = self.others if chance.random() < 0.7 else self.on[chance.choice(self.issues)]
            words = chance.choice(pool)
            if words not in chosen:
                chosen.append(words)
                length += len(words.split())
        chance.shuffle(chosen)
        form = chance.randrange(3)
        if form == 0:
            return "\n\n".join(chosen) + "\n"
        indented = [words.replace("\n", "\n   ") for words in chosen]
        if form == 1:
            return "\n".join(f"-  {words}" for words in indented) + "\n"
        return "\n\n".join(f"{number}. {words}" for number, words in enumerate(indented, 1)) + "\n"


def exercises() -> list[Exercise]:
    """The labelled exercises, in the order of their names."""
    return [Exercise(path.parent) for corpus in CORPORA for path in sorted((BANK / corpus).glob("*/exercise.toml"))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("number", type=int)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    bank = exercises()
    chance = random.Random(arguments.seed)
    for number in range(arguments.number):
        exercise = chance.choice(bank)
        line = {"id": f"s{number:07}", "exercise": exercise.name, "review": exercise.review(chance)}
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    main()
