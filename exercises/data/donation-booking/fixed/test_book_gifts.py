import sqlite3
import sys
from decimal import Decimal

import pytest

import book_gifts
from book_gifts import Gift

SCHEMA = """
CREATE TABLE donors (id INTEGER PRIMARY KEY, iban TEXT UNIQUE, is_member INTEGER);
CREATE TABLE gifts (reference TEXT PRIMARY KEY, donor_id INTEGER, campaign TEXT, amount TEXT, matched TEXT);
INSERT INTO donors VALUES (1, 'DE01', 1), (2, 'DE02', 0);
"""


@pytest.fixture
def conn():
    with sqlite3.connect(":memory:") as connection:
        connection.executescript(SCHEMA)
        yield connection


def gift(reference, iban="DE02", campaign="WINTER", amount="10"):
    return Gift(reference, iban, campaign, Decimal(amount))


@pytest.mark.parametrize(
    ("iban", "amount", "matched"),
    [("DE01", "40", "40"), ("DE01", "250", "250.00"), ("DE01", "900", "250.00"), ("DE02", "40", "0")],
)
def test_gifts_of_members_are_matched_up_to_the_cap(conn, iban, amount, matched):
    book_gifts.book(conn, [gift("r1", iban, amount=amount)])
    stored = conn.execute("SELECT matched FROM gifts").fetchone()[0]
    assert Decimal(stored) == Decimal(matched)


def test_gift_of_an_unknown_account_has_no_donor(conn):
    book_gifts.book(conn, [gift("r1", iban="FR99")])
    assert conn.execute("SELECT donor_id, matched FROM gifts").fetchall() == [(None, "0")]


def test_sums_by_campaign(conn):
    totals = book_gifts.book(conn, [gift("r1"), gift("r2"), gift("r3", "DE01", "SCHOOL", "5")])
    assert totals == {"WINTER": 20, "SCHOOL": 10}


def test_sums_start_at_zero_for_each_file(conn):
    book_gifts.book(conn, [gift("r1")])
    assert book_gifts.book(conn, [gift("r2")]) == {"WINTER": 10}


def test_payments_of_the_day_before_are_neither_stored_nor_summed_twice(conn):
    book_gifts.book(conn, [gift("r1")])
    assert book_gifts.book(conn, [gift("r1"), gift("r2")]) == {"WINTER": 10}
    assert conn.execute("SELECT count(*) FROM gifts").fetchone() == (2,)


def test_donors_are_read_in_one_query(conn):
    statements = []
    conn.set_trace_callback(statements.append)
    book_gifts.book(conn, [gift(f"r{n}") for n in range(50)])
    assert sum("FROM donors" in statement for statement in statements) == 1


HEADER = "reference;iban;purpose;amount\n"


def test_export_keeps_credits_only(tmp_path):
    path = tmp_path / "day.csv"
    path.write_text(HEADER + "r1;DE01;WINTER thanks;12,50\nr2;DE01;fee;-3,10\n", encoding="latin-1")
    assert book_gifts.read_export(path) == [gift("r1", "DE01", "WINTER", "12.50")]


@pytest.mark.parametrize("text", ["r1;DE01;WINTER;n/a\n", "r1;DE01\n"])
def test_broken_row_names_file_and_line(tmp_path, text):
    path = tmp_path / "day.csv"
    path.write_text(HEADER + text)
    with pytest.raises(book_gifts.ExportError, match=r"day\.csv.*line 2"):
        book_gifts.read_export(path)


def test_other_files_are_booked_when_one_cannot_be_read(tmp_path, monkeypatch, capsys):
    with sqlite3.connect(tmp_path / "gifts.db") as connection:
        connection.executescript(SCHEMA)
    (tmp_path / "b.csv").write_text(HEADER + "r1;DE01;WINTER;5\n")
    monkeypatch.setattr(sys, "argv", ["book_gifts", *(str(tmp_path / n) for n in ("gifts.db", "a.csv", "b.csv"))])
    assert book_gifts.main() == 1
    out, err = capsys.readouterr()
    assert out == "b.csv\tWINTER\t10\n"
    assert "a.csv" in err
