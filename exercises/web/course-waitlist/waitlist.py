"""Offers seats that have become free to the people on the waiting lists."""
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import requests
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from courses.models import Course, Enrolment, WaitlistEntry

HOLD = timedelta(hours=48)
LOOKAHEAD = timedelta(days=21)


@dataclass(frozen=True)
class Offer:
    entry_id: int
    email: str
    expires_at: datetime


def upcoming_courses(campus: str | None = None) -> QuerySet[Course]:
    today = timezone.localdate()
    courses = Course.objects.filter(starts_on__gt=today, starts_on__lte=today + LOOKAHEAD)
    return courses.filter(campus=campus) if campus else courses


def next_in_line(entries: Iterable[WaitlistEntry], seats: int, served: set[int] = set()) -> list[Offer]:
    """Offers for the first people in line, at most one for each person in a run."""
    expires_at = timezone.now() + HOLD
    offers = []
    for entry in entries:
        if len(offers) >= seats:
            break
        if entry.person_id not in served:
            served.add(entry.person_id)
            offers.append(Offer(entry.id, entry.person.email, expires_at))
    return offers


def plan_offers(campus: str | None = None) -> list[Offer]:
    """Free seats of all upcoming courses, given to those who have waited longest."""
    courses = upcoming_courses(campus).order_by("starts_on")
    waiting: dict[int, list[WaitlistEntry]] = defaultdict(list)
    queue = WaitlistEntry.objects.filter(course__in=courses, offered_at=None)
    for entry in queue.select_related("person").order_by("joined_at"):
        waiting[entry.course_id].append(entry)
    offers: list[Offer] = []
    for course in courses:
        taken = Enrolment.objects.filter(course=course, cancelled_at=None).count()
        seats = course.capacity - course.reserved_seats - taken
        if seats > 0:
            offers.extend(next_in_line(waiting[course.id], seats))
    return offers


def send_offers(offers: list[Offer]) -> int:
    """Mails the offers and takes the people off the queue; returns how many were accepted."""
    messages = [{"to": offer.email, "valid_until": offer.expires_at.isoformat()} for offer in offers]
    response = requests.post(settings.MAIL_API_URL, json={"messages": messages}, timeout=10)
    sent = WaitlistEntry.objects.filter(id__in=[offer.entry_id for offer in offers])
    sent.update(offered_at=timezone.now())
    return response.json().get("accepted", 0)
