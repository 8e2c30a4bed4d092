"""Books the bank's daily export of incoming payments as donations."""
import argparse
import csv
import sqlite3
import sys
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

MATCHING_CAP = Decimal("250.00")
INSERT = "INSERT INTO gifts VALUES (?, ?, ?, ?, ?) ON CONFLICT (reference) DO NOTHING"


@dataclass(frozen=True)
class Gift:
    reference: str
    iban: str
    campaign: str
    amount: Decimal


def read_export(path: Path) -> list[Gift]:
    """Incoming payments of one export; debits and bank charges are left out."""
    gifts = []
    with path.open(encoding="latin-1", newline="") as handle:
        for row in csv.DictReader(handle, delimiter=";"):
            amount = Decimal(row["amount"].replace(",", "."))
            if amount > 0:
                gifts.append(Gift(row["reference"], row["iban"], row["purpose"][:6], amount))
    return gifts


def book(conn: sqlite3.Connection, gifts: list[Gift], totals: Counter = Counter()) -> Counter:
    """Stores the gifts with donor and matched amount; returns the sums by campaign."""
    rows = []
    for gift in gifts:
        found = conn.execute("SELECT id, is_member FROM donors WHERE iban = ?", (gift.iban,))
        donor_id, is_member = found.fetchone() or (None, False)
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
    for path in args.exports:
        gifts = read_export(path)
        try:
            totals = book(conn, gifts)
        except sqlite3.Error as error:
            print(f"{path.name}: nothing booked, {error}", file=sys.stderr)
            return 1
        for campaign, amount in sorted(totals.items()):
            print(f"{path.name}\t{campaign}\t{amount}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
