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
SELECT email, day, shop, start_hour, end_hour
FROM shifts JOIN employees ON employees.id = shifts.employee_id
WHERE active = 1 AND day BETWEEN ? AND ? ORDER BY email, day, start_hour
"""


def coming_week(today: date) -> tuple[date, date]:
    """Monday and Sunday of the week after the one of `today`."""
    monday = today + timedelta(days=7 - today.weekday())
    return monday, monday + timedelta(days=6)


def describe(shifts: list[tuple]) -> str:
    """One line for each shift, then the paid hours by shop."""
    hours: defaultdict[str, float] = defaultdict(float)
    lines = []
    for day, shop, start, end in shifts:
        length = (end - start) % 24
        unpaid = 0.5 if length > 6 else 0.0
        hours[shop] += length - unpaid
        lines.append(f"{day}  {start:02}-{end:02}  {shop}")
    lines.extend(f"{shop}: {total:g} h" for shop, total in sorted(hours.items()))
    return "\n".join(lines)


def plans(conn: sqlite3.Connection, today: date) -> dict[str, str]:
    """Text of the plan by mail address, for everybody who has shifts in the coming week."""
    first, last = coming_week(today)
    shifts = defaultdict(list)
    for email, *shift in conn.execute(SHIFTS, (first.isoformat(), last.isoformat())):
        shifts[email].append(tuple(shift))
    return {email: describe(own) for email, own in shifts.items()}


def send(texts: dict[str, str]) -> list[str]:
    """Sends the plans; returns the addresses that could not be reached."""
    unsent = list(texts)
    try:
        with smtplib.SMTP(MAIL_HOST, timeout=30) as smtp:
            for email, text in texts.items():
                message = EmailMessage()
                message["From"], message["To"], message["Subject"] = SENDER, email, "Your shifts"
                message.set_content(text)
                try:
                    smtp.send_message(message)
                except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
                    print(f"{email}: {error}", file=sys.stderr)
                else:
                    unsent.remove(email)
    except (smtplib.SMTPException, OSError) as error:
        print(f"{MAIL_HOST}: {error}", file=sys.stderr)
    return unsent


def main() -> int:
    try:
        with closing(sqlite3.connect(DATABASE)) as conn:
            texts = plans(conn, date.today())
    except sqlite3.Error as error:
        print(f"cannot read {DATABASE}: {error}", file=sys.stderr)
        return 1
    unsent = send(texts)
    if unsent:
        print("no plan was sent to", ", ".join(unsent), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
