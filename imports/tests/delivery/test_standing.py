"""What the clock asks each second in the same words."""

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from imports.delivery import chores, standing
from imports.models import Import
from imports.tests import people

pytestmark = pytest.mark.django_db


def an_import_to_plan():
    made = people.an_import(people.customer("Acme", people.team("North")))
    Import.objects.filter(pk=made.pk).update(state="queued", send_after=Now())
    return made


def test_a_question_that_was_compiled_long_ago_finds_what_came_since():
    assert chores.unplanned() == []
    made = an_import_to_plan()
    assert chores.unplanned() == [made.pk]
    Import.objects.filter(pk=made.pk).update(state="paused")
    assert chores.unplanned() == []


def test_a_question_is_built_once_and_asked_each_time():
    built = []

    @standing.question
    def every_import():
        built.append("once")
        return Import.objects.order_by("pk").values_list("pk", flat=True)

    first = an_import_to_plan()
    assert every_import() == [first.pk]
    with CaptureQueriesContext(connection) as asked:
        assert every_import() == [first.pk]
    assert (built, len(asked)) == (["once"], 1)
