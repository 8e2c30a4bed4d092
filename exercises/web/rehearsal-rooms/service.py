"""Booking rehearsal rooms, and what a band still owes for a period."""
import os
from datetime import datetime
from decimal import Decimal

import requests
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from models import Booking, Payment, Room

DEPOSIT_URL = os.environ.get("DEPOSIT_URL", "https://pay.example/deposits")
DEPOSIT_SHARE = Decimal("0.2")
PRICES = {"drums": Decimal(12), "piano": Decimal(15), "night": Decimal(9)}


class RoomTaken(Exception):
    """The room is booked for a part of that time."""


def price(room: Room, starts_at: datetime, ends_at: datetime, extras: list[str]) -> Decimal:
    hours = Decimal((ends_at - starts_at).total_seconds()) / 3600
    return hours * room.hourly_rate + sum(PRICES[extra] for extra in extras)


def take_deposit(band: str, amount: Decimal) -> str:
    answer = requests.post(DEPOSIT_URL, json={"customer": band, "amount": str(amount)}, timeout=15)
    return answer.json()["deposit_id"]


def book(
    session: Session, room: Room, band: str, starts_at: datetime, ends_at: datetime, extras: list[str] = []
) -> Booking:
    if ends_at <= starts_at:
        raise ValueError("a booking ends after it starts")
    if ends_at.hour >= 22 or ends_at.hour < 6:
        extras.append("night")
    clash = select(Booking.id).where(
        Booking.room_id == room.id, Booking.starts_at < ends_at, Booking.ends_at > starts_at
    )
    if session.scalar(clash):
        raise RoomTaken(room.name)
    deposit = price(room, starts_at, ends_at, extras) * DEPOSIT_SHARE
    booking = Booking(
        room=room, band=band, starts_at=starts_at, ends_at=ends_at, extras=extras,
        deposit_id=take_deposit(band, deposit),
    )
    session.add(booking)
    try:
        session.commit()
    except IntegrityError as error:
        session.rollback()
        raise RoomTaken(room.name) from error
    return booking


def open_balances(session: Session, band: str, since: datetime) -> dict[int, Decimal]:
    """What the band still owes for its bookings from `since` on, by booking."""
    owed = {}
    bookings = select(Booking).where(Booking.band == band, Booking.starts_at >= since)
    for booking in session.scalars(bookings.options(joinedload(Booking.room))):
        total = price(booking.room, booking.starts_at, booking.ends_at, booking.extras)
        payments = select(func.sum(Payment.amount)).where(Payment.booking_id == booking.id)
        paid = session.scalar(payments) or Decimal(0)
        if total > paid:
            owed[booking.id] = total - paid
    return owed
