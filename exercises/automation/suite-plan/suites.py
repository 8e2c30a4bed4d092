"""Which test suites a merge request needs, and which of them this runner has to run."""
import logging
import os
import subprocess
from collections import defaultdict
from urllib.parse import quote

import requests

log = logging.getLogger(__name__)

COVERAGE_URL = os.environ.get("COVERAGE_URL", "https://coverage.example/api")
DOCS = (".md", ".rst", ".png")
SHARED = {"core", "proto"}
EVERYTHING = "all"


def changed_files(base: str) -> list[str]:
    """Paths that the branch has changed since it left `base`."""
    command = ["git", "diff", "--name-only", f"{base}...HEAD"]
    diff = subprocess.run(command, capture_output=True, text=True)
    return diff.stdout.splitlines()


def covering(paths: list[str]) -> dict[str, set[str]]:
    """The suites that execute each of the files, from last night's coverage run."""
    found = {}
    with requests.Session() as session:
        for path in paths:
            try:
                answer = session.get(f"{COVERAGE_URL}/files/{quote(path, safe='')}", timeout=10)
                answer.raise_for_status()
                found[path] = set(answer.json()["suites"])
            except (requests.RequestException, KeyError) as error:
                log.warning("%s: coverage unknown, running everything: %s", path, error)
                found[path] = {EVERYTHING}
    return found


def select(covered: dict[str, set[str]], suites: set[str] = {"smoke"}) -> set[str]:
    """Suites for the changed files of a package; `smoke` is always among them."""
    for names in covered.values():
        suites |= names
    return {EVERYTHING} if EVERYTHING in suites else suites


def plan(base: str, index: int, total: int) -> list[str]:
    """The suites, as package:suite, for runner `index` of `total`."""
    paths = [path for path in changed_files(base) if not path.endswith(DOCS)]
    packages: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        packages[path.split("/", 1)[0]].append(path)
    if SHARED & packages.keys():
        return [f"*:{EVERYTHING}"] if index == 0 else []
    covered = covering(paths)
    wanted = []
    for package, own in packages.items():
        names = select({path: covered[path] for path in own})
        wanted.extend(f"{package}:{name}" for name in sorted(names))
    return [suite for suite in wanted if hash(suite) % total == index]
