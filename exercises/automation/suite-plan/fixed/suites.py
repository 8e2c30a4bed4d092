"""Which test suites a merge request needs, and which of them this runner has to run."""
import logging
import os
import subprocess
from collections import defaultdict

import requests

log = logging.getLogger(__name__)

COVERAGE_URL = os.environ.get("COVERAGE_URL", "https://coverage.example/api")
DOCS = (".md", ".rst", ".png")
SHARED = {"core", "proto"}
EVERYTHING = "all"


class NoDiff(Exception):
    """What the branch has changed cannot be told; the run has to fail."""


def changed_files(base: str) -> list[str]:
    """Paths that the branch has changed since it left `base`; raises NoDiff."""
    command = ["git", "diff", "--name-only", f"{base}...HEAD"]
    try:
        diff = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    except subprocess.CalledProcessError as error:
        raise NoDiff(f"{' '.join(command)}: {error.stderr.strip()}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoDiff(f"{' '.join(command)}: {error}") from error
    return diff.stdout.splitlines()


def covering(paths: list[str]) -> dict[str, set[str]]:
    """The suites that execute each of the files, from last night's coverage run."""
    try:
        answer = requests.post(f"{COVERAGE_URL}/files/lookup", json={"paths": paths}, timeout=60)
        answer.raise_for_status()
        known = answer.json()["files"]
        return {path: set(known.get(path, [EVERYTHING])) for path in paths}
    except (requests.RequestException, KeyError, AttributeError, TypeError) as error:
        log.warning("coverage unknown, running everything: %s", error)
        return {path: {EVERYTHING} for path in paths}


def select(covered: dict[str, set[str]]) -> set[str]:
    """Suites for the changed files of a package; `smoke` is always among them."""
    suites = {"smoke"}.union(*covered.values())
    return {EVERYTHING} if EVERYTHING in suites else suites


def plan(base: str, index: int, total: int) -> list[str]:
    """The suites, as package:suite, for runner `index` of `total`; the same on every machine."""
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
        wanted.extend(f"{package}:{name}" for name in names)
    return sorted(wanted)[index::total]
