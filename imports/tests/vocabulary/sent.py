"""An import of which MEGA took some rows and refused others, ended and learnt from."""

import json
import zlib

from django.utils import timezone

from imports.delivery import lessons
from imports.models import Attempt, BatchState, Import, ImportState, Kind, Lesson, Outcome
from imports.tests.pages import story


def refused(error):
    return {"status": "failed", "errors": [error]}


def ignoring(*slugs):
    return {"status": "created", "ignored_custom_fields": list(slugs)}


CREATED = {"status": "created"}


def ended(customer, content, answers, *, unknown=None, **options):
    """`answers` are MEGA's for the rows from 2 on, each in a request of its own."""
    made = story.reviewed(customer, content=content, **options)
    now = timezone.now()
    for number, said in enumerate(answers, start=2):
        batch = story.a_batch(made, [number], state=BatchState.DONE, settled_at=now)
        body = {"results": [], "unknown_custom_fields": unknown or []}
        attempt = Attempt.objects.create(
            batch=batch, quota=customer.token.quota, token=customer.token, kind=Kind.SEND,
            worker="w", fence=1, started_at=now, ended_at=now, status=200,
            answer=zlib.compress(json.dumps(body).encode()),
        )  # fmt: skip
        Outcome.objects.create(
            lead_import=made, number=number, batch=batch, attempt=attempt, lead_id="l",
            status=said["status"], errors=said.get("errors", []),
            ignored_custom_fields=said.get("ignored_custom_fields", []),
        )  # fmt: skip
    Import.objects.filter(pk=made.pk).update(
        state=ImportState.FINISHED, planned_at=now, finished_at=now, send_after=now
    )
    return Import.objects.get(pk=made.pk)


def learnt(customer, content, answers, **options):
    made = ended(customer, content, answers, **options)
    Lesson.objects.create(lead_import=made)
    lessons.learn(made.pk)
    return made
