"""Watches the folders of the scanners and copies new scans into the customers' archive."""
import logging
import shutil
import sqlite3
import time
from pathlib import Path

log = logging.getLogger(__name__)

ARCHIVE = Path("/srv/archive")
UNKNOWN = "unassigned"
PAUSE_SECONDS = 10
SETTLE_SECONDS = 30


def fresh_scans(folder: Path, known: dict[str, float] = {}) -> list[Path]:
    """Scans that are complete and that are new, or were scanned again, since the last look."""
    fresh = []
    for path in sorted(folder.glob("*.pdf")):
        try:
            modified = path.stat().st_mtime
        except FileNotFoundError:
            continue
        if time.time() - modified < SETTLE_SECONDS:
            continue
        if known.get(path.name) != modified:
            known[path.name] = modified
            fresh.append(path)
    return fresh


def destinations(conn: sqlite3.Connection, scans: list[Path]) -> dict[Path, Path]:
    """Where each scan belongs; its name begins with the number of the order."""
    query = "SELECT customer FROM orders WHERE number = ?"
    rows = {scan: conn.execute(query, (scan.stem.split("_")[0],)).fetchone() for scan in scans}
    return {scan: ARCHIVE / (row[0] if row else UNKNOWN) / scan.name for scan, row in rows.items()}


def archive(scan: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(scan, target)
    log.info("%s -> %s", scan, target)


def watch(conn: sqlite3.Connection, folders: list[Path]) -> None:
    while True:
        scans = [scan for folder in folders for scan in fresh_scans(folder)]
        for scan, target in destinations(conn, scans).items():
            archive(scan, target)
        time.sleep(PAUSE_SECONDS)
