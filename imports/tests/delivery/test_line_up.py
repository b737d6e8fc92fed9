"""What waits for a key, as the timetable sees it: imports, dry runs, checks, and reading before."""

from datetime import timedelta

import pytest
from django.utils import timezone

from imports.delivery import checks, claims, control, line_up, outlook, read_ahead, tokens, window
from imports.delivery.before import Wish
from imports.delivery.turns import CHECK, DRY_RUN, REPLAY
from imports.models import (
    Attempt,
    Batch,
    BeforeRead,
    Customer,
    Import,
    ImportState,
    Kind,
    OnDuplicate,
    Priority,
)
from imports.tests import people
from imports.tests.delivery import steps
from imports.tests.delivery.sending import batch
from imports.tests.delivery.test_claims import a_dry_run, another, may_send

pytestmark = pytest.mark.django_db
NOT_YET = {1: 0}  # the second waits for the first


def waiting(lead_import):
    return line_up.of(lead_import.customer.token.quota_id, window.database_now())


def of(lead_import):
    return next(one for one in waiting(lead_import).imports if one.import_id == lead_import.pk)


def answered(one, seconds, **more):
    started = timezone.now() - timedelta(seconds=seconds + 1)
    return Attempt.objects.create(
        batch=one, quota=one.customer.token.quota, token=one.customer.token, kind=Kind.SEND,
        worker="there:1", fence=1, started_at=started, status=200,
        ended_at=started + timedelta(seconds=seconds), **more,
    )  # fmt: skip


class TestWaiting:
    def test_the_first_request_of_an_import_is_answered_before_the_second(self, made):
        for number in range(1, 5):
            batch(made, number, after=min(number - 1, 1))
        assert of(made).waits == NOT_YET

        Batch.objects.filter(number=1).update(state="sending", claimed_at=timezone.now())
        assert of(made).waits == {0: -1}

        Batch.objects.filter(number=1).update(state="done")
        assert of(made).waits == {}

    def test_requests_with_the_same_persons_wait_for_each_other(self, made):
        batch(made, 1, state="done", claimed_at=timezone.now())
        for number, after in ((2, 1), (3, 2), (4, 1), (5, 4), (6, 4)):
            batch(made, number, after=after)

        assert of(made).waits == {1: 0, 3: 2}

    def test_what_may_have_arrived_is_repeated_also_of_a_paused_import(self, made):
        batch(made, 2)
        paused = another(made.customer)
        batch(paused, 2, state="unknown")
        Import.objects.filter(pk=paused.pk).update(state=ImportState.PAUSED)

        found = waiting(made)

        assert [one.import_id for one in found.imports] == [made.pk]
        assert [(one.kind, one.import_id) for one in found.others] == [(REPLAY, paused.pk)]
        assert list(outlook.of(made.customer).expected) == [made.pk]

    def test_dry_runs_and_token_checks_wait_for_the_same_key(self, made):
        batch(made, 2)
        a_dry_run(made, 2, 3)
        checks.start_check(made.customer, None)

        found = waiting(made)

        kinds = sorted((one.kind, one.requests) for one in found.others)
        assert kinds == [(CHECK, 1), (DRY_RUN, 2)]
        assert outlook.of(made.customer).others(made) == 0

    def test_they_put_off_what_is_expected(self, made):
        may_send(made, 2)
        for number in (2, 3):
            batch(made, number)
        alone = outlook.of(made.customer)
        checks.start_check(made.customer, None)

        beside = outlook.of(made.customer)

        ends = [(seen.expected[made.pk].ends_at - seen.now).seconds for seen in (alone, beside)]
        assert ends[0] < 10
        assert ends[1] > 30

    def test_who_is_reviewed_is_about_to_come_but_not_oneself(self, made):
        key, now = made.customer.token.quota_id, window.database_now()
        new = people.an_import(made.customer)
        Import.objects.filter(pk=new.pk).update(state=ImportState.REVIEW)

        assert line_up.of(key, now).company_until == pytest.approx(3600, abs=10)
        assert line_up.of(key, now, besides=new.pk).company_until == 0

    def test_workers_that_are_silent_or_busy_for_other_keys_are_not_counted(self, made):
        assert waiting(made).slots == 32
        other = people.customer("Other")
        tokens.set_token(other, "mega_" + "b2" * 32, None)
        busy = batch(people.an_import(other), 2, state="sending", token=other.token)
        assert waiting(made).slots == 31
        Batch.objects.filter(pk=busy.pk).update(token=made.customer.token)
        assert waiting(made).slots == 32

    def test_imports_are_foretold_to_start_in_the_order_in_which_the_clock_claims(self, made):
        first, last, served = (another(made.customer) for _ in range(3))
        Import.objects.filter(pk=first.pk).update(priority=Priority.FIRST)
        Import.objects.filter(pk=last.pk).update(priority=Priority.LAST)
        for one in (last, served, made, first):
            batch(one, 2)
        batch(served, 1, state="done", claimed_at=timezone.now())
        may_send(made, 1)

        expected = outlook.of(made.customer).expected
        claimed = []
        for _ in range(4):
            one = Batch.objects.get(pk__in=claims.claim())
            claimed.append(one.lead_import_id)
            Batch.objects.filter(pk=one.pk).update(state="done")

        assert claimed == [first.pk, made.pk, served.pk, last.pk]
        assert sorted(expected, key=lambda pk: expected[pk].ends_at) == claimed


class TestAnswers:
    def test_those_of_the_key_count_before_those_of_other_keys(self, made):
        other = people.customer("Other")
        tokens.set_token(other, "mega_" + "b2" * 32, None)
        answered(batch(people.an_import(other), 2), 9.0)
        key = made.customer.token.quota_id
        assert [took(one) for one in line_up.answers(key)] == [9.0]

        own = batch(made, 2)
        answered(own, 2.0)
        answered(own, 50.0, was_sent=False)
        assert [took(one) for one in line_up.answers(key)] == [2.0]


def took(exchange):
    return (exchange.ended_at - exchange.started_at).total_seconds()


class TestReading:
    @pytest.fixture
    def sent(self, acme):
        found = steps.reviewed(acme, 3)
        wish = Wish(minutes=5)
        control.send(found, None, on_duplicate=OnDuplicate.UPDATE, undo_seconds=0, wish=wish)
        return Import.objects.get(pk=found.pk)

    def start(self, lead_import):
        seen = outlook.of(lead_import.customer)
        return (seen.expected[lead_import.pk].starts_at - seen.now).total_seconds()

    def test_an_import_starts_after_its_old_values_were_read(self, sent):
        read = BeforeRead.objects.filter(lead_import=sent)
        read.update(state="reading", needed=120, answered=20)
        assert 80 < self.start(sent) < 95  # fifty, a minute's pause, fifty

        read.update(answered=110)
        assert 4 < self.start(sent) < 9

        read.update(state="done")
        assert self.start(sent) < 3

    def test_it_waits_no_longer_than_it_may(self, sent):
        read = BeforeRead.objects.filter(lead_import=sent)
        read.update(state="reading", needed=500, give_up_at=timezone.now() + timedelta(seconds=30))

        assert 29 < self.start(sent) < 34

    def test_what_is_not_known_yet_is_bounded_by_a_search_for_each_row(self, sent):
        assert self.start(sent) < 10  # three rows, and the first page

    def test_before_sending_it_is_reckoned_with_as_the_customer_wishes(self, acme):
        made = steps.reviewed(acme, 3)
        Import.objects.filter(pk=made.pk).update(on_duplicate=OnDuplicate.UPDATE)
        made.refresh_from_db()
        assert read_ahead.before_sending(made) == {}

        Customer.objects.update(keep_old_values=True)
        made = Import.objects.get(pk=made.pk)
        BeforeRead.objects.create(
            lead_import=people.an_import(made.customer), minutes=5, state="done", answered=1,
            total=20_000, not_before=timezone.now(), ended_at=timezone.now(),
        )  # fmt: skip
        assert read_ahead.before_sending(made) == {made.pk: 4}  # a search for each row is less

        seen = outlook.before_sending(made, 1)
        assert (seen.expected[made.pk].starts_at - seen.now).total_seconds() < 14

    @pytest.mark.parametrize(
        ("requests", "ends"), [({1: 5}, {1: 5}), ({1: 5, 2: 30}, {1: 10, 2: 35})]
    )
    def test_readings_of_one_key_take_turns(self, requests, ends):
        assert read_ahead.shared(requests) == ends
