import smtplib
import sqlite3
from datetime import date
from unittest import mock

import pytest

import mail_shifts

THURSDAY = date(2024, 5, 16)


@pytest.mark.parametrize("day", [13, 16, 19])
def test_coming_week_starts_on_the_next_monday(day):
    assert mail_shifts.coming_week(date(2024, 5, day)) == (date(2024, 5, 20), date(2024, 5, 26))


@pytest.mark.parametrize(
    ("start", "end", "paid"), [(8, 14, "6"), (8, 15, "6.5"), (22, 6, "7.5"), (22, 2, "4")]
)
def test_paid_hours(start, end, paid):
    text = mail_shifts.describe([("2024-05-20", "Old Town", start, end)])
    assert text.splitlines()[-1] == f"Old Town: {paid} h"


def test_hours_are_added_up_by_shop():
    shifts = [("2024-05-20", "North", 8, 12), ("2024-05-21", "South", 8, 10), ("2024-05-22", "North", 8, 11)]
    assert mail_shifts.describe(shifts).splitlines()[3:] == ["North: 7 h", "South: 2 h"]


def test_each_plan_starts_at_zero():
    shift = [("2024-05-20", "North", 8, 12)]
    assert mail_shifts.describe(shift) == mail_shifts.describe(shift)


@pytest.fixture
def conn():
    with sqlite3.connect(":memory:") as connection:
        connection.executescript("""
            CREATE TABLE employees (id INTEGER PRIMARY KEY, email TEXT, active INTEGER);
            CREATE TABLE shifts (employee_id INTEGER, day TEXT, shop TEXT, start_hour INTEGER, end_hour INTEGER);
            INSERT INTO employees VALUES (1, 'ida@x.example', 1), (2, 'jo@x.example', 1), (3, 'kim@x.example', 0);
            INSERT INTO shifts VALUES
                (1, '2024-05-26', 'North', 8, 10), (1, '2024-05-27', 'North', 8, 10), (3, '2024-05-21', 'North', 8, 10);
        """)
        yield connection


def test_plans_of_active_staff_with_shifts_in_that_week(conn):
    assert mail_shifts.plans(conn, THURSDAY) == {"ida@x.example": "2024-05-26  08-10  North\nNorth: 2 h"}


def test_number_of_queries_does_not_depend_on_the_staff(conn):
    conn.executemany("INSERT INTO employees (email, active) VALUES (?, 1)", [(f"{n}@x.example",) for n in range(30)])
    statements = []
    conn.set_trace_callback(statements.append)
    mail_shifts.plans(conn, THURSDAY)
    assert len(statements) <= 2


def test_one_refused_address_does_not_keep_the_others_from_their_plan():
    def send_message(message):
        if message["To"] == "b@x.example":
            raise smtplib.SMTPRecipientsRefused({"b@x.example": (550, b"unknown")})

    with mock.patch.object(mail_shifts.smtplib, "SMTP") as server:
        smtp = server.return_value.__enter__.return_value
        smtp.send_message.side_effect = send_message
        unsent = mail_shifts.send({f"{name}@x.example": "..." for name in "abc"})
    assert smtp.send_message.call_count == 3
    assert unsent == ["b@x.example"]


def test_everybody_is_reported_when_the_server_is_away():
    with mock.patch.object(mail_shifts.smtplib, "SMTP", side_effect=ConnectionRefusedError):
        assert mail_shifts.send({"a@x.example": "..."}) == ["a@x.example"]


@pytest.mark.parametrize(("unsent", "status"), [([], 0), (["jo@x.example"], 1)])
def test_status_tells_whether_everybody_has_a_plan(conn, tmp_path, monkeypatch, capsys, unsent, status):
    with sqlite3.connect(tmp_path / "shifts.db") as database:
        conn.backup(database)
    monkeypatch.setattr(mail_shifts, "DATABASE", str(tmp_path / "shifts.db"))
    monkeypatch.setattr(mail_shifts, "send", lambda texts: unsent)
    assert mail_shifts.main() == status
    assert all(email in capsys.readouterr().err for email in unsent)


def test_unreadable_database_is_reported(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(mail_shifts, "DATABASE", str(tmp_path / "empty.db"))
    assert mail_shifts.main() == 1
    assert "empty.db" in capsys.readouterr().err
