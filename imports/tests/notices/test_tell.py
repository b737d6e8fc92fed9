"""Of what people are told, who is, and that it is once."""

import pytest
from django.db import transaction
from django.utils import timezone

from imports.delivery import control, keys, questions, rights, tokens
from imports.models import (
    BatchState,
    Decision,
    Import,
    ImportState,
    MailWish,
    Notice,
    Recipient,
    Sending,
    Webhook,
)
from imports.notices import tell, words
from imports.tests import people
from imports.tests.notices.telling import becomes, kinds, told
from imports.tests.pages import story
from portal.models import Membership, Role

pytestmark = pytest.mark.django_db

DECISION = ImportState.DECISION


def test_ivan_is_told_that_his_import_finished(made, ivan, anna):
    becomes(made, ImportState.FINISHED)

    assert told() == [("finished", "ivan@example.com")]


def test_failed_rows_make_it_a_notice_of_failures_with_the_counts(made, ivan, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    story.answered(made.customer, ivan)

    assert told() == [("failures", "ivan@example.com")]
    counts = Notice.objects.get().counts
    assert (counts["rows"], counts["created"], counts["updated"], counts["failed"]) == (4, 1, 1, 1)


def test_a_refused_token_is_told_to_the_managers_too(made, ivan, anna):
    vera = people.vera()
    made.customer.token.quota.tokens.update(refused_at="2026-11-23T08:00Z")

    keys.block_refused()

    assert kinds() == ["blocked"]
    assert told() == [("blocked", "anna@example.com"), ("blocked", "ivan@example.com")]
    assert Recipient.objects.get(user=anna).as_manager
    assert not Recipient.objects.filter(user=vera).exists()


def test_a_pause_for_lost_rights_asks_the_managers_a_pause_by_a_person_nobody(made, ivan, anna):
    control.pause(made, ivan)
    control.resume(made, ivan)
    assert kinds() == []

    Membership.objects.filter(user=ivan).update(role=Role.VIEWER)
    rights.pause_where_lost()

    assert [(one.kind, one.question) for one in Notice.objects.all()] == [
        ("decision", "rights_lost")
    ]
    assert told() == [("decision", "anna@example.com"), ("decision", "ivan@example.com")]


def test_columns_that_need_a_person_before_anything_is_sent_are_no_notice(made):
    becomes(made, ImportState.MAPPING, question="columns")
    becomes(made, ImportState.CANCELLED, question="")

    assert kinds() == []


def test_books_that_do_not_balance_are_told_to_the_managers(made, anna):
    becomes(made, ImportState.INCONSISTENT)

    assert ("inconsistent", "anna@example.com") in told()


def test_those_who_left_or_lost_sight_of_the_customer_are_not_told(made, ivan, anna):
    sam = people.sam()
    Import.objects.filter(pk=made.pk).update(created_by=sam)
    becomes(made, ImportState.BLOCKED)
    anna.is_active = False
    anna.save()
    Membership.objects.filter(user=ivan).delete()

    assert told() == []
    assert Notice.objects.get().told_at is not None


def test_a_change_that_is_rolled_back_is_no_notice(made):
    with transaction.atomic():
        becomes(made, ImportState.FINISHED)
        assert kinds() == ["finished"]
        transaction.set_rollback(True)

    assert kinds() == []


def test_nothing_is_told_twice(made, ivan):
    becomes(made, ImportState.FINISHED)
    becomes(made, ImportState.FINISHED, reason="again")
    [notice] = tell.untold()

    assert tell.tell(notice)
    assert not tell.tell(notice)
    assert len(told()) == 1


def test_who_muted_a_kind_gets_no_mail_and_sees_it_on_the_page(made, ivan):
    MailWish.objects.create(user=ivan, muted=["finished"])
    becomes(made, ImportState.FINISHED)

    told()

    assert Recipient.objects.get().state == Sending.State.DROPPED
    assert Recipient.objects.get().read_at is None


def test_deciding_one_of_two_requests_asks_nobody_again_for_the_other(made, ivan, anna):
    one = story.a_batch(made, [2], state=BatchState.DECISION)
    story.a_batch(made, [3], state=BatchState.DECISION)
    becomes(made, DECISION, question="batches")
    assert len(told()) == 2

    control.decide(one, anna, Decision.Choice.LEAVE)
    becomes(made, DECISION, question="batches")

    assert len(told()) == 2
    assert kinds() == ["decision", "decision"]


def test_a_request_that_was_repeated_in_vain_is_news(made, ivan, anna):
    one = story.a_batch(made, [2], state=BatchState.DECISION)
    becomes(made, DECISION, question="batches")
    told()

    control.decide(one, anna, Decision.Choice.REPEAT)
    type(one).objects.filter(pk=one.pk).update(state=BatchState.DECISION)
    becomes(made, DECISION, question="batches")

    assert len(told()) == 4


def test_a_second_block_is_told_again(made, ivan):
    for state in (ImportState.BLOCKED, ImportState.QUEUED, ImportState.BLOCKED):
        becomes(made, state)

    assert len(told()) == 2


def test_an_import_of_a_command_has_nobody_and_still_calls_the_webhook(made, anna):
    Import.objects.update(created_by=None, sent_by=None, vouched_by=None)
    webhook = Webhook.objects.create(
        team=made.customer.team, kind="slack", sealed_url=b"", host="h", last_four="abcd"
    )
    becomes(made, ImportState.FINISHED)

    assert told() == []
    assert webhook.calls.count() == 1


def test_a_token_that_blocks_three_imports_is_mailed_once_to_each(made, ivan, anna):
    more = [people.an_import(made.customer) for _ in range(2)]
    ids = [one.pk for one in (made, *more)]
    Import.objects.filter(pk__in=ids).update(state=ImportState.SENDING, created_by=ivan)
    made.customer.tokens.update(refused_at="2026-11-23T08:00Z")

    keys.block_refused()

    assert told() == [
        ("blocked", "anna@example.com"),
        ("blocked", "ivan@example.com"),
        ("blocked", "ivan@example.com"),
        ("blocked", "ivan@example.com"),
    ]
    waiting = Recipient.objects.filter(state=Sending.State.WAITING)
    assert {one.user for one in waiting} == {ivan, anna}
    assert waiting.count() == 2


def test_the_next_refusal_is_mailed_again(made, ivan, anna):
    made.customer.tokens.update(refused_at="2026-11-23T08:00Z")
    becomes(made, ImportState.BLOCKED)
    told()
    new = tokens.set_token(made.customer, "mega_" + "c3" * 32, None)
    becomes(made, ImportState.QUEUED)
    new.refused_at = timezone.now()
    new.save()
    becomes(made, ImportState.BLOCKED)

    assert len(told()) == 4
    assert Recipient.objects.filter(state=Sending.State.WAITING).count() == 4


@pytest.mark.parametrize("question", [*questions.QUESTIONS, "batches", "rights_lost"])
def test_every_question_has_words_of_its_own(made, question):
    becomes(made, DECISION, question=question)

    said = words.sentence(Notice.objects.get())
    assert said.endswith("Nothing new is sent until then.")
    assert said.startswith(words.ABOUT[question])
