"""Books the bank's daily export of incoming payments as donations."""
import argparse
import csv
import json
import sqlite3
import sys
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

MATCHING_CAP = Decimal("250.00")
INSERT = "INSERT INTO gifts VALUES (?, ?, ?, ?, ?)"
DONORS = "SELECT iban, id, is_member FROM donors WHERE iban IN (SELECT value FROM json_each(?))"
BOOKED = "SELECT reference FROM gifts WHERE reference IN (SELECT value FROM json_each(?))"


class ExportError(Exception):
    """An export that cannot be read; the message names the file and the line."""


@dataclass(frozen=True)
class Gift:
    reference: str
    iban: str
    campaign: str
    amount: Decimal


def read_export(path: Path) -> list[Gift]:
    """Incoming payments of one export; debits and bank charges are left out."""
    gifts = []
    line = 0
    try:
        with path.open(encoding="latin-1", newline="") as handle:
            reader = csv.DictReader(handle, delimiter=";")
            for row in reader:
                line = reader.line_num
                amount = Decimal(row["amount"].replace(",", "."))
                if amount > 0:
                    gifts.append(Gift(row["reference"], row["iban"], row["purpose"][:6], amount))
    except OSError as error:
        raise ExportError(f"{path}: {error.strerror}") from error
    except (AttributeError, InvalidOperation, KeyError, TypeError, csv.Error) as error:
        raise ExportError(f"{path}: cannot read the row that ends in line {line}: {error!r}") from error
    return gifts


def book(conn: sqlite3.Connection, gifts: list[Gift]) -> Counter:
    """Stores the gifts that are new, with donor and matched amount; returns their sums by campaign."""
    ibans = json.dumps([gift.iban for gift in gifts])
    donors = {iban: donor for iban, *donor in conn.execute(DONORS, (ibans,))}
    references = json.dumps([gift.reference for gift in gifts])
    booked = {reference for (reference,) in conn.execute(BOOKED, (references,))}
    totals: Counter = Counter()
    rows = []
    for gift in gifts:
        if gift.reference in booked:
            continue
        booked.add(gift.reference)
        donor_id, is_member = donors.get(gift.iban, (None, False))
        matched = min(gift.amount, MATCHING_CAP) if is_member else Decimal(0)
        rows.append((gift.reference, donor_id, gift.campaign, str(gift.amount), str(matched)))
        totals[gift.campaign] += gift.amount + matched
    with conn:
        conn.executemany(INSERT, rows)
    return totals


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("database", type=Path)
    parser.add_argument("exports", type=Path, nargs="+")
    args = parser.parse_args()
    try:
        conn = sqlite3.connect(f"file:{args.database}?mode=rw", uri=True)
    except sqlite3.Error as error:
        parser.error(f"{args.database}: {error}")
    failed = False
    for path in args.exports:
        try:
            totals = book(conn, read_export(path))
        except (ExportError, sqlite3.Error) as error:
            print(f"{path.name}: nothing booked, {error}", file=sys.stderr)
            failed = True
            continue
        for campaign, amount in sorted(totals.items()):
            print(f"{path.name}\t{campaign}\t{amount}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
