"""Booking rehearsal rooms, and what a band still owes for a period."""
import logging
import os
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

import requests
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from models import Booking, Payment, Room

log = logging.getLogger(__name__)

DEPOSIT_URL = os.environ.get("DEPOSIT_URL", "https://pay.example/deposits")
DEPOSIT_SHARE = Decimal("0.2")
PRICES = {"drums": Decimal(12), "piano": Decimal(15), "night": Decimal(9)}


class RoomTaken(Exception):
    """The room is booked for a part of that time."""


class DepositRefused(Exception):
    """The band's account does not cover the deposit."""


class PaymentUnavailable(Exception):
    """The payment service cannot be asked, or gave no usable answer."""


def price(room: Room, starts_at: datetime, ends_at: datetime, extras: Sequence[str]) -> Decimal:
    hours = Decimal((ends_at - starts_at).total_seconds()) / 3600
    return hours * room.hourly_rate + sum(PRICES[extra] for extra in extras)


def take_deposit(band: str, amount: Decimal) -> str:
    """Id of the deposit; raises DepositRefused or PaymentUnavailable."""
    headers = {"Idempotency-Key": uuid4().hex}
    order = {"customer": band, "amount": str(amount)}
    try:
        answer = requests.post(DEPOSIT_URL, json=order, headers=headers, timeout=15)
        if answer.status_code == 402:
            raise DepositRefused(answer.json().get("error", band))
        answer.raise_for_status()
        return answer.json()["deposit_id"]
    except (requests.RequestException, KeyError) as error:
        raise PaymentUnavailable(f"no deposit from {band}: {error}") from error


def return_deposit(deposit_id: str) -> None:
    """Gives a deposit back; what fails is logged for accounting."""
    try:
        requests.delete(f"{DEPOSIT_URL}/{deposit_id}", timeout=15).raise_for_status()
    except requests.RequestException:
        log.exception("deposit %s has to be returned by hand", deposit_id)


def book(
    session: Session,
    room: Room,
    band: str,
    starts_at: datetime,
    ends_at: datetime,
    extras: Sequence[str] = (),
) -> Booking:
    """Takes the deposit and books the room; raises RoomTaken and what take_deposit raises."""
    if ends_at <= starts_at:
        raise ValueError("a booking ends after it starts")
    is_night = ends_at.hour >= 22 or ends_at.hour < 6
    chosen = [*extras, "night"] if is_night else list(extras)
    clash = select(Booking.id).where(
        Booking.room_id == room.id, Booking.starts_at < ends_at, Booking.ends_at > starts_at
    )
    name = room.name
    if session.scalar(clash):
        raise RoomTaken(name)
    deposit_id = take_deposit(band, price(room, starts_at, ends_at, chosen) * DEPOSIT_SHARE)
    booking = Booking(
        room=room,
        band=band,
        starts_at=starts_at,
        ends_at=ends_at,
        extras=chosen,
        deposit_id=deposit_id,
    )
    session.add(booking)
    try:
        session.commit()
    except IntegrityError as error:
        session.rollback()
        return_deposit(deposit_id)
        raise RoomTaken(name) from error
    except Exception:
        session.rollback()
        return_deposit(deposit_id)
        raise
    return booking


def open_balances(session: Session, band: str, since: datetime) -> dict[int, Decimal]:
    """What the band still owes for its bookings from `since` on, by booking."""
    sums = (
        select(Payment.booking_id, func.sum(Payment.amount).label("paid"))
        .group_by(Payment.booking_id)
        .subquery()
    )
    bookings = (
        select(Booking, sums.c.paid)
        .outerjoin(sums, sums.c.booking_id == Booking.id)
        .where(Booking.band == band, Booking.starts_at >= since)
        .options(joinedload(Booking.room))
    )
    owed = {}
    for booking, paid in session.execute(bookings):
        total = price(booking.room, booking.starts_at, booking.ends_at, booking.extras)
        if total > (paid or 0):
            owed[booking.id] = total - (paid or 0)
    return owed
