"""Offers seats that have become free to the people on the waiting lists."""
import logging
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import requests
from django.conf import settings
from django.db.models import Count, QuerySet
from django.utils import timezone

from courses.models import Course, Enrolment, WaitlistEntry

log = logging.getLogger(__name__)

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


def count_by_course(rows: QuerySet) -> Counter[int]:
    return Counter(dict(rows.values_list("course").annotate(Count("id"))))


def next_in_line(entries: Iterable[WaitlistEntry], seats: int, served: set[int]) -> list[Offer]:
    """Offers for the first people in line who are not in `served`, to which they are added."""
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
    served: set[int] = set()
    taken = count_by_course(Enrolment.objects.filter(course__in=courses, cancelled_at=None))
    promised = count_by_course(
        WaitlistEntry.objects.filter(course__in=courses, offered_at__gt=timezone.now() - HOLD)
    )
    for course in courses:
        seats = course.capacity - course.reserved_seats - taken[course.id] - promised[course.id]
        if seats > 0:
            offers.extend(next_in_line(waiting[course.id], seats, served))
    return offers


def send_offers(offers: list[Offer]) -> int:
    """Mails the offers and takes the people off the queue; returns how many were accepted."""
    messages = [{"to": offer.email, "valid_until": offer.expires_at.isoformat()} for offer in offers]
    try:
        response = requests.post(settings.MAIL_API_URL, json={"messages": messages}, timeout=10)
        response.raise_for_status()
        accepted = response.json().get("accepted", 0)
    except requests.RequestException:
        log.exception("%d offers were not sent, the next run tries again", len(offers))
        return 0
    sent = WaitlistEntry.objects.filter(id__in=[offer.entry_id for offer in offers])
    sent.update(offered_at=timezone.now())
    return accepted
