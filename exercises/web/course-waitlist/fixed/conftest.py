"""A Django project in memory with the models that waitlist.py expects of its application."""
import sys
import types

import django
import pytest
from django.conf import settings

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    MAIL_API_URL="https://mail.example/messages",
)
django.setup()

from django.db import connection, models  # noqa: E402


class Course(models.Model):
    campus = models.CharField(max_length=20, default="north")
    starts_on = models.DateField()
    capacity = models.PositiveIntegerField()
    reserved_seats = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "courses"


class Person(models.Model):
    email = models.EmailField()

    class Meta:
        app_label = "courses"


class Enrolment(models.Model):
    course = models.ForeignKey(Course, on_delete=models.CASCADE)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "courses"


class WaitlistEntry(models.Model):
    course = models.ForeignKey(Course, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    joined_at = models.DateTimeField()
    offered_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "courses"


MODELS = (Course, Person, Enrolment, WaitlistEntry)
courses = types.ModuleType("courses.models")
for model in MODELS:
    setattr(courses, model.__name__, model)
sys.modules["courses"] = types.ModuleType("courses")
sys.modules["courses.models"] = courses


@pytest.fixture(autouse=True)
def tables():
    with connection.schema_editor() as editor:
        for model in MODELS:
            editor.create_model(model)
    yield
    with connection.schema_editor() as editor:
        for model in reversed(MODELS):
            editor.delete_model(model)
