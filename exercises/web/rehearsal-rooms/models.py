"""Tables of the rehearsal rooms."""
from datetime import datetime
from decimal import Decimal

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Room(Base):
    __tablename__ = "rooms"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    hourly_rate: Mapped[Decimal]


class Booking(Base):
    __tablename__ = "bookings"
    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"))
    band: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    deposit_id: Mapped[str]
    extras: Mapped[list[str]] = mapped_column(JSON, default=list)
    room: Mapped[Room] = relationship()


class Payment(Base):
    __tablename__ = "payments"
    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"))
    amount: Mapped[Decimal]
