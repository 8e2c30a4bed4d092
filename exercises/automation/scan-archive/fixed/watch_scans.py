"""Watches the folders of the scanners and copies new scans into the customers' archive."""
import json
import logging
import os
import shutil
import sqlite3
import time
from datetime import datetime
from pathlib import Path

log = logging.getLogger(__name__)

ARCHIVE = Path("/srv/archive")
UNKNOWN = "unassigned"
PAUSE_SECONDS = 10
SETTLE_SECONDS = 30
CUSTOMERS = "SELECT number, customer FROM orders WHERE number IN (SELECT value FROM json_each(?))"


def fresh_scans(folder: Path, known: dict[Path, float]) -> list[Path]:
    """Scans that are complete and whose time is not the one in `known`."""
    fresh = []
    for path in sorted(folder.glob("*.pdf")):
        try:
            modified = path.stat().st_mtime
        except FileNotFoundError:
            continue
        if time.time() - modified < SETTLE_SECONDS:
            continue
        if known.get(path) != modified:
            known[path] = modified
            fresh.append(path)
    return fresh


def archived_name(scan: Path, modified: float) -> str:
    """A name that tells bay and time of the scan, e.g. bay2_20240502-081500_4711_0003.pdf."""
    return f"{scan.parent.name}_{datetime.fromtimestamp(modified):%Y%m%d-%H%M%S}_{scan.name}"


def destinations(conn: sqlite3.Connection, scans: dict[Path, float]) -> dict[Path, Path]:
    """Where each scan belongs; its name begins with the number of the order."""
    numbers = {scan: scan.stem.split("_")[0] for scan in scans}
    customers = dict(conn.execute(CUSTOMERS, (json.dumps(sorted(set(numbers.values()))),)))
    return {
        scan: ARCHIVE / customers.get(numbers[scan], UNKNOWN) / archived_name(scan, modified)
        for scan, modified in scans.items()
    }


def archive(scan: Path, target: Path) -> bool:
    """Copies a scan unless the archive has it; returns whether it is there now."""
    if target.exists():
        return True
    partial = target.with_suffix(".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(scan, partial)
        os.replace(partial, target)
    except OSError as error:
        log.error("%s was not archived, trying again: %s", scan, error)
        return False
    log.info("%s -> %s", scan, target)
    return True


def look(conn: sqlite3.Connection, folders: list[Path], known: dict[Path, float]) -> None:
    """Archives what is new in the folders; what fails is new again at the next look."""
    scans = {scan: known[scan] for folder in folders for scan in fresh_scans(folder, known)}
    for scan, target in destinations(conn, scans).items():
        if not archive(scan, target):
            del known[scan]


def watch(conn: sqlite3.Connection, folders: list[Path]) -> None:
    known: dict[Path, float] = {}
    while True:
        look(conn, folders, known)
        time.sleep(PAUSE_SECONDS)
