from datetime import timedelta
from unittest import mock

import requests
from courses.models import Course, Enrolment, Person, WaitlistEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import waitlist


def course(capacity, days=5, **extra):
    return Course.objects.create(
        starts_on=timezone.localdate() + timedelta(days=days), capacity=capacity, **extra
    )


def person(name):
    return Person.objects.create(email=f"{name}@school.example")


def wait(where, who, minutes_ago=10, offered_at=None):
    joined_at = timezone.now() - timedelta(minutes=minutes_ago)
    return WaitlistEntry.objects.create(
        course=where, person=who, joined_at=joined_at, offered_at=offered_at
    )


def emails(offers):
    return [offer.email.split("@")[0] for offer in offers]


def test_longest_waiting_person_gets_the_seat_of_a_cancelled_enrolment():
    pottery = course(capacity=2)
    Enrolment.objects.create(course=pottery)
    Enrolment.objects.create(course=pottery, cancelled_at=timezone.now())
    wait(pottery, person("late"), minutes_ago=1)
    wait(pottery, person("early"), minutes_ago=90)
    assert emails(waitlist.plan_offers()) == ["early"]


def test_full_and_reserved_courses_get_no_offers():
    full = course(capacity=1)
    Enrolment.objects.create(course=full)
    kept_back = course(capacity=3, reserved_seats=3)
    wait(full, person("a"))
    wait(kept_back, person("b"))
    assert waitlist.plan_offers() == []


def test_one_offer_a_person_in_a_run():
    ana = person("ana")
    wait(course(capacity=1, days=2), ana)
    wait(course(capacity=1, days=3), ana)
    assert emails(waitlist.plan_offers()) == ["ana"]


def test_second_run_in_the_same_process_starts_afresh():
    wait(course(capacity=1), person("ana"))
    assert emails(waitlist.plan_offers()) == ["ana"]
    assert emails(waitlist.plan_offers()) == ["ana"]


def test_seat_with_an_open_offer_is_not_offered_again():
    pottery = course(capacity=1)
    wait(pottery, person("ana"), minutes_ago=60, offered_at=timezone.now() - timedelta(hours=20))
    wait(pottery, person("ben"))
    assert waitlist.plan_offers() == []


def test_lapsed_offer_frees_the_seat():
    pottery = course(capacity=1)
    wait(pottery, person("ana"), minutes_ago=60, offered_at=timezone.now() - timedelta(hours=50))
    wait(pottery, person("ben"))
    assert emails(waitlist.plan_offers()) == ["ben"]


def test_other_campus_and_distant_courses_are_left_out():
    wait(course(capacity=1, campus="south"), person("a"))
    wait(course(capacity=1, days=60), person("b"))
    assert waitlist.plan_offers("north") == []


def test_number_of_queries_does_not_depend_on_the_number_of_courses():
    for day in range(1, 9):
        course(capacity=1, days=day)
    with CaptureQueriesContext(connection) as queries:
        waitlist.plan_offers()
    assert len(queries) == 4


def sent_by(**post):
    entry = wait(course(capacity=1), person("ana"))
    offers = waitlist.plan_offers()
    with mock.patch.object(waitlist.requests, "post", **post):
        accepted = waitlist.send_offers(offers)
    entry.refresh_from_db()
    return accepted, entry.offered_at


def answer(status, body):
    response = requests.Response()
    response.status_code = status
    response._content = body
    return response


def test_accepted_offers_are_marked():
    accepted, offered_at = sent_by(return_value=answer(200, b'{"accepted": 1}'))
    assert accepted == 1
    assert offered_at is not None


def test_nobody_is_marked_when_the_mail_service_fails():
    assert sent_by(return_value=answer(500, b'{"error": "full"}')) == (0, None)
    assert sent_by(return_value=answer(200, b"<html>")) == (0, None)


def test_nobody_is_marked_when_the_mail_service_is_away():
    assert sent_by(side_effect=requests.ConnectionError) == (0, None)
