from datetime import datetime
from decimal import Decimal
from unittest import mock

import pytest
import requests
import service
from models import Base, Booking, Payment, Room
from sqlalchemy import create_engine, event, select, text
from sqlalchemy.orm import Session

# SQLite has no exclusion constraint; the trigger refuses overlaps in the same way.
TRIGGER = """
CREATE TRIGGER no_overlap BEFORE INSERT ON bookings WHEN EXISTS (
    SELECT 1 FROM bookings
    WHERE room_id = NEW.room_id AND starts_at < NEW.ends_at AND ends_at > NEW.starts_at
) BEGIN SELECT RAISE(ABORT, 'overlap'); END
"""


@pytest.fixture
def engine():
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(text(TRIGGER))
    return engine


@pytest.fixture
def session(engine):
    with Session(engine) as session:
        yield session


@pytest.fixture
def room(session):
    room = Room(name="Cellar", hourly_rate=Decimal(10))
    session.add(room)
    session.commit()
    return room


def answer(status, body):
    response = requests.Response()
    response.status_code = status
    response._content = body
    return response


@pytest.fixture(autouse=True)
def pay():
    with mock.patch.multiple(service.requests, post=mock.DEFAULT, delete=mock.DEFAULT) as patched:
        patched["post"].return_value = answer(201, b'{"deposit_id": "d1"}')
        patched["delete"].return_value = answer(204, b"")
        yield mock.Mock(**patched)


def at(hour, day=3):
    return datetime(2024, 6, day, hour)


def test_deposit_is_a_fifth_of_the_price(session, room, pay):
    service.book(session, room, "Owls", at(16), at(18), ["drums"])
    assert Decimal(pay.post.call_args.kwargs["json"]["amount"]) == Decimal("6.4")


@pytest.mark.parametrize(("start", "end"), [(17, 19), (15, 17), (16, 18), (15, 19)])
def test_overlap_is_refused_before_any_payment(session, room, pay, start, end):
    service.book(session, room, "Owls", at(16), at(18))
    pay.post.reset_mock()
    with pytest.raises(service.RoomTaken):
        service.book(session, room, "Larks", at(start), at(end))
    pay.post.assert_not_called()


def test_bookings_may_touch(session, room):
    first = service.book(session, room, "Owls", at(16), at(18))
    second = service.book(session, room, "Larks", at(18), at(20))
    assert session.scalars(select(Booking.id)).all() == [first.id, second.id]


def test_end_before_start_is_refused(session, room):
    with pytest.raises(ValueError, match="ends after"):
        service.book(session, room, "Owls", at(18), at(16))


def test_only_late_bookings_pay_the_night_supplement(session, room):
    late = service.book(session, room, "Owls", at(20), at(22))
    early = service.book(session, room, "Owls", at(10, day=4), at(12, day=4))
    assert (late.extras, early.extras) == (["night"], [])


def test_list_of_the_caller_is_left_alone(session, room):
    extras = ["piano"]
    service.book(session, room, "Owls", at(20), at(23), extras)
    assert extras == ["piano"]


def test_deposit_is_returned_when_another_band_was_faster(session, room, engine, pay):
    def someone_else_books(*args, **kwargs):
        with engine.begin() as connection:
            connection.execute(
                text("INSERT INTO bookings VALUES (99, :room, 'Larks', :start, :end, 'd0', '[]')"),
                {"room": room_id, "start": str(at(16)) + ".000000", "end": str(at(18)) + ".000000"},
            )
        return answer(201, b'{"deposit_id": "d1"}')

    room_id = room.id
    pay.post.side_effect = someone_else_books
    with pytest.raises(service.RoomTaken):
        service.book(session, room, "Owls", at(16), at(18))
    assert pay.delete.call_args.args == (f"{service.DEPOSIT_URL}/d1",)


def test_refused_deposit_says_why(session, room, pay):
    pay.post.return_value = answer(402, b'{"error": "account is empty"}')
    with pytest.raises(service.DepositRefused, match="account is empty"):
        service.book(session, room, "Owls", at(16), at(18))
    assert session.scalars(select(Booking)).all() == []


@pytest.mark.parametrize(
    "failure",
    [{"side_effect": requests.Timeout}, {"return_value": answer(502, b"<html>")}, {"return_value": answer(200, b"{}")}],
)
def test_no_booking_while_payments_are_down(session, room, pay, failure):
    pay.post.configure_mock(**failure)
    with pytest.raises(service.PaymentUnavailable):
        service.book(session, room, "Owls", at(16), at(18))
    assert session.scalars(select(Booking)).all() == []


def test_open_balances(session, room):
    paid, part, none = (service.book(session, room, "Owls", at(h), at(h + 1)) for h in (8, 10, 12))
    session.add_all(
        [Payment(booking_id=paid.id, amount=Decimal(10)), Payment(booking_id=part.id, amount=Decimal(4))]
    )
    session.commit()
    assert service.open_balances(session, "Owls", at(0)) == {part.id: 6, none.id: 10}
    assert service.open_balances(session, "Larks", at(0)) == {}
    assert service.open_balances(session, "Owls", at(0, day=4)) == {}


def test_balances_need_one_query(session, room, engine):
    for hour in range(8, 20):
        service.book(session, room, "Owls", at(hour), at(hour + 1))
    statements = []
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    session.expire_all()
    service.open_balances(session, "Owls", at(0))
    assert len(statements) == 1
