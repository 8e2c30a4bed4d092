"""Mails everybody in the bakery the shifts of the coming week; runs on Thursdays."""
import os
import smtplib
import sqlite3
import sys
from collections import defaultdict
from contextlib import closing
from datetime import date, timedelta
from email.message import EmailMessage

DATABASE = os.environ.get("SHIFT_DB", "shifts.db")
MAIL_HOST = os.environ.get("MAIL_HOST", "localhost")
SENDER = "plan@bakery.example"
SHIFTS = """
SELECT day, shop, start_hour, end_hour FROM shifts
WHERE employee_id = ? AND day BETWEEN ? AND ? ORDER BY day, start_hour
"""


def coming_week(today: date) -> tuple[date, date]:
    """Monday and Sunday of the week after the one of `today`."""
    monday = today + timedelta(days=7 - today.weekday())
    return monday, monday + timedelta(days=6)


def describe(shifts: list[tuple], hours: defaultdict[str, float] = defaultdict(float)) -> str:
    """One line for each shift, then the paid hours by shop."""
    lines = []
    for day, shop, start, end in shifts:
        unpaid = 0.5 if end - start > 6 else 0.0
        hours[shop] += end - start - unpaid
        lines.append(f"{day}  {start:02}-{end:02}  {shop}")
    lines.extend(f"{shop}: {total:g} h" for shop, total in sorted(hours.items()))
    return "\n".join(lines)


def plans(conn: sqlite3.Connection, today: date) -> dict[str, str]:
    """Text of the plan by mail address, for everybody who has shifts in the coming week."""
    first, last = coming_week(today)
    texts = {}
    staff = conn.execute("SELECT id, email FROM employees WHERE active = 1").fetchall()
    for employee_id, email in staff:
        shifts = conn.execute(SHIFTS, (employee_id, first.isoformat(), last.isoformat())).fetchall()
        if shifts:
            texts[email] = describe(shifts)
    return texts


def send(texts: dict[str, str]) -> None:
    with smtplib.SMTP(MAIL_HOST, timeout=30) as smtp:
        for email, text in texts.items():
            message = EmailMessage()
            message["From"], message["To"], message["Subject"] = SENDER, email, "Your shifts"
            message.set_content(text)
            smtp.send_message(message)


def main() -> int:
    try:
        with closing(sqlite3.connect(DATABASE)) as conn:
            texts = plans(conn, date.today())
    except sqlite3.Error as error:
        print(f"cannot read {DATABASE}: {error}", file=sys.stderr)
        return 1
    send(texts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
