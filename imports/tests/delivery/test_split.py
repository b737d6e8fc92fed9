"""A request that MEGA refuses as a whole is taken apart, within a budget."""

import json
import zlib

import pytest

from imports.delivery import settle
from imports.mega.contract import Answer
from imports.models import Batch, BatchState, Outcome
from imports.tests.delivery.sending import batch, state, taken

pytestmark = pytest.mark.django_db


def refused(message="Bad request"):
    return Answer(400, {}, json.dumps({"error": {"message": message}}).encode())


def waiting():
    return list(Batch.objects.filter(state="waiting").values_list("row_numbers", flat=True))


def test_named_rows_fail_and_the_others_go_together(made):
    one = batch(made, 2, 3, 4, 5)

    settle.record(
        taken(one), refused("leads[1].contact_email: invalid; leads[3].owner_id: unknown")
    )

    assert state(one) == BatchState.REPLACED
    assert waiting() == [[2, 4]]
    assert sorted(Outcome.objects.values_list("number", "status")) == [(3, "failed"), (5, "failed")]


def test_halves_hold_the_parents_very_leads_under_new_keys(made):
    one = batch(made, 2, 3, 4)

    settle.record(taken(one), refused())

    halves = list(Batch.objects.filter(parent=one))
    assert [half.row_numbers for half in halves] == [[2], [3, 4]]
    assert len({one.key, *(half.key for half in halves)}) == 3
    leads = [lead for half in halves for lead in json.loads(zlib.decompress(half.body))["leads"]]
    assert leads == json.loads(zlib.decompress(one.body))["leads"]


def test_a_single_row_that_is_refused_has_failed_with_megas_words(made):
    one = batch(made, 2)

    settle.record(taken(one), refused("no such stage"))

    assert state(one) == BatchState.DONE
    assert Outcome.objects.get().errors == ["no such stage"]


def test_rows_that_mega_names_but_nobody_sent_are_ignored(made):
    one = batch(made, 2, 3)

    settle.record(taken(one), refused("leads[7].contact_email: invalid"))

    assert waiting() == [[2], [3]]
