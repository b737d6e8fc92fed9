"""An import that was confirmed ahead starts by the clock: at its time, or after another one."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from imports.audit import acts
from imports.columns import options
from imports.delivery import chores, clock, control, on_time, scheduled, sendable, tokens
from imports.delivery.before import Wish
from imports.delivery.scheduled import Confirmed, When
from imports.errors import WrongState
from imports.models import (
    BeforeRead,
    Customer,
    Event,
    Import,
    ImportState,
    Lead,
    Notice,
    OnDuplicate,
    Schedule,
    Unchanged,
)
from imports.review import acts as review_acts
from imports.review import origins
from imports.tests import people
from imports.tests.delivery.steps import fresh, reviewed
from portal.models import Membership, Role

pytestmark = pytest.mark.django_db
SKIP = OnDuplicate.SKIP


@pytest.fixture
def ivan(acme):
    return people.person("ivan@example.com", Role.IMPORTER, acme.team, name="Ivan Petrov")


def in_an_hour():
    return When(at=timezone.now() + timedelta(hours=1))


def confirmed(lead_import, on_duplicate=SKIP, wish=None):
    leads = Lead.objects.filter(lead_import=lead_import, verdict="ok").count()
    return Confirmed(on_duplicate, sendable.Seen(lead_import.mapping_id, leads), wish)


def plan(lead_import, user, when=None, **told):
    scheduled.schedule(lead_import, user, when or in_an_hour(), confirmed(lead_import, **told))
    return fresh(lead_import)


def its_time_comes(lead_import):
    past = timezone.now() - timedelta(seconds=1)
    Schedule.objects.filter(lead_import=lead_import).update(at=past)
    on_time.start_due()
    return fresh(lead_import)


def told():
    return list(Notice.objects.filter(kind="not_started").values_list("person__email", flat=True))


def test_nothing_happens_before_its_time_and_then_it_is_queued_as_it_was_confirmed(acme, ivan):
    made = plan(reviewed(acme, 10), ivan)
    on_time.start_due()
    assert (fresh(made).state, fresh(made).planned_at) == (ImportState.SCHEDULED, None)
    assert chores.unplanned() == []

    sent = its_time_comes(made)

    assert (sent.state, sent.sent_by, sent.vouched_by) == (ImportState.QUEUED, ivan, ivan)
    assert sent.to_send == 10
    assert not Schedule.objects.exists()
    assert chores.unplanned() == [made.pk]  # at once: there is nothing to undo any more
    codes = Event.objects.order_by("pk").values_list("act", flat=True)
    assert [code for code in codes if code in (acts.SCHEDULED, acts.SENT)] == ["scheduled", "sent"]
    facts = Event.objects.get(act=acts.SCHEDULED).facts
    assert (facts["leads"], facts["on_duplicate"]) == (10, "skip")


def test_what_was_to_be_read_before_updates_is_remembered(acme, ivan):
    wish = Wish(keep=True, minutes=7, won=True)
    made = plan(reviewed(acme, 3), ivan, on_duplicate=OnDuplicate.UPDATE, wish=wish)

    assert its_time_comes(made).on_duplicate == "update"
    read = BeforeRead.objects.get(lead_import=made)
    assert (read.minutes, read.hold_won, read.hold_lost) == (7, True, False)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (lambda: When(at=timezone.now() - timedelta(minutes=1)), "This time is over"),
        (lambda: When(at=timezone.now() + timedelta(days=31)), "within the next 30 days"),
        (lambda: When(after=10**6), "is not being sent or scheduled"),
    ],
)
def test_a_time_that_cannot_be_is_refused(acme, ivan, when, words):
    made = reviewed(acme, 3)
    with pytest.raises(WrongState, match=words):
        plan(made, ivan, when())
    assert fresh(made).state == ImportState.REVIEW


def test_other_leads_than_those_that_were_shown_are_not_scheduled(acme, ivan):
    made = reviewed(acme, 3)
    seen = Confirmed(SKIP, sendable.Seen(made.mapping_id, 2))
    with pytest.raises(WrongState, match="showed 2 rows to send, and it is 3 now"):
        scheduled.schedule(made, ivan, in_an_hour(), seen)


def test_a_time_is_changed_by_the_right_of_whoever_changes_it(acme, ivan):
    anna = people.person("anna@example.com", Role.MANAGER, acme.team)
    made = plan(reviewed(acme, 3), ivan)
    scheduled.change(made, anna, When(at=timezone.now() + timedelta(days=2)))
    Membership.objects.filter(user=ivan).delete()

    assert its_time_comes(made).sent_by == anna


def test_a_time_is_taken_back_and_then_it_never_starts(acme, ivan):
    made = plan(reviewed(acme, 3), ivan)
    scheduled.take_back(made, ivan)

    assert its_time_comes(made).state == ImportState.REVIEW
    assert not Schedule.objects.exists()
    assert Event.objects.filter(act=acts.SCHEDULE_TAKEN_BACK, actor=ivan).exists()
    with pytest.raises(WrongState, match="cannot be taken back now"):
        scheduled.take_back(fresh(made), ivan)


def test_nothing_of_it_can_be_changed_while_it_is_scheduled(acme, ivan):
    made = plan(reviewed(acme, 3), ivan)
    changes = (
        lambda: options.set_options(made, ivan, unchanged=Unchanged.SKIP),
        lambda: review_acts.drop(made, ivan, [2]),
        lambda: origins.note(made, ivan, {"supplier": "Fair"}),
        lambda: control.send(made, ivan, on_duplicate=SKIP),
        lambda: control.discard(made, ivan),
        lambda: control.start_dry_run(made, ivan),
    )
    for change in changes:
        with pytest.raises(WrongState, match="Take the time back first"):
            change()


def role_lost(_made, user):
    Membership.objects.filter(user=user).update(role=Role.VIEWER)


def no_token(made, _user):
    made.customer.token.quota.tokens.update(retired_at=timezone.now())


def token_refused(made, _user):
    made.customer.token.quota.tokens.update(refused_at=timezone.now())


def fewer_leads(made, _user):
    Lead.objects.filter(lead_import=made, number=2).update(verdict="invalid")


def a_question_is_open(made, _user):
    Customer.objects.filter(pk=made.customer_id).update(needs_provenance=True)


@pytest.mark.parametrize(
    ("happens", "words", "code"),
    [
        (
            role_lost,
            "Ivan Petrov, who scheduled this, may no longer import for North",
            "rights_lost",
        ),
        (no_token, "Acme has no token yet", "no_token"),
        (token_refused, "MEGA refused the token of Acme", "token_refused"),
        (fewer_leads, "showed 10 rows to send, and it is 9 now", "WrongState"),
        (a_question_is_open, "wants to know where leads come from", "provenance"),
    ],
)
def test_what_cannot_go_at_its_time_is_in_review_again_and_is_told(
    acme, ivan, happens, words, code
):
    made = plan(reviewed(acme, 10), ivan)
    happens(made, ivan)

    back = its_time_comes(made)

    assert back.state == ImportState.REVIEW
    assert words in back.reason
    assert told() == ["ivan@example.com"]
    assert Event.objects.get(act=acts.NOT_STARTED).facts == {"why": code}
    assert not Event.objects.filter(act=acts.SENT).exists()
    on_time.start_due()
    assert len(told()) == 1


def test_a_start_that_takes_too_long_opens_the_review_again(acme, ivan, monkeypatch):
    def slow(_lead_import):
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr(on_time.options, "look_again", slow)
    made = plan(reviewed(acme, 3), ivan)

    back = its_time_comes(made)

    assert back.state == ImportState.REVIEW
    assert "took too long" in back.reason
    assert told() == ["ivan@example.com"]


def test_one_that_cannot_go_keeps_no_other_from_starting(acme, ivan):
    bad, good = (plan(reviewed(acme, 3), ivan) for _ in range(2))
    fewer_leads(bad, ivan)
    Schedule.objects.update(at=timezone.now() - timedelta(seconds=1))
    on_time.start_due()
    assert (fresh(bad).state, fresh(good).state) == (ImportState.REVIEW, ImportState.QUEUED)


def test_a_tick_asks_once_whether_anything_is_due(acme, ivan):
    for _ in range(3):
        plan(reviewed(acme, 3), ivan)
    with CaptureQueriesContext(connection) as asked:
        on_time.start_due()
    assert len(asked) == 1


def test_the_clock_starts_it(acme, ivan):
    made = plan(reviewed(acme, 3), ivan)
    Schedule.objects.update(at=timezone.now() - timedelta(seconds=1))
    said = []
    clock.Clock(clock.Nudges(lambda: False, *[lambda ids: said.append(ids) or True] * 8)).tick()
    assert fresh(made).state == ImportState.QUEUED


def test_it_starts_after_the_other_import_has_finished(acme, ivan):
    first, second = reviewed(acme, 3), reviewed(acme, 5)
    control.send(first, ivan, on_duplicate=SKIP)
    plan(second, ivan, When(after=first.pk))

    for state in (ImportState.SENDING, ImportState.PAUSED, ImportState.DECISION):
        Import.objects.filter(pk=first.pk).update(state=state)
        on_time.start_due()
        assert fresh(second).state == ImportState.SCHEDULED
    Import.objects.filter(pk=first.pk).update(state=ImportState.FINISHED)
    on_time.start_due()

    assert fresh(second).state == ImportState.QUEUED


@pytest.mark.parametrize(
    ("state", "word"),
    [("cancelled", "Cancelled"), ("failed", "Failed"), ("inconsistent", "Books do not balance")],
)
def test_it_does_not_start_after_one_that_ended_otherwise(acme, ivan, state, word):
    first, second = reviewed(acme, 3), reviewed(acme, 5)
    control.send(first, ivan, on_duplicate=SKIP)
    plan(second, ivan, When(after=first.pk))
    Import.objects.filter(pk=first.pk).update(state=state)

    on_time.start_due()

    assert fresh(second).state == ImportState.REVIEW
    assert f"Import #{first.pk}, after which it was to start" in fresh(second).reason
    assert f"“{word}”" in fresh(second).reason
    assert told() == ["ivan@example.com"]


def test_three_in_a_row_go_one_after_the_other(acme, ivan):
    one, two, three = (reviewed(acme, 3) for _ in range(3))
    control.send(one, ivan, on_duplicate=SKIP)
    plan(two, ivan, When(after=one.pk))
    plan(three, ivan, When(after=two.pk))
    for ended, next_one, last in ((one, two, three), (two, three, None)):
        Import.objects.filter(pk=ended.pk).update(state=ImportState.FINISHED)
        on_time.start_due()
        assert fresh(next_one).state == ImportState.QUEUED
        assert last is None or fresh(last).state == ImportState.SCHEDULED


def test_imports_never_wait_for_each_other(acme, ivan):
    one, two, three = (reviewed(acme, 3) for _ in range(3))
    plan(one, ivan)
    plan(two, ivan, When(after=one.pk))
    plan(three, ivan, When(after=two.pk))
    with pytest.raises(WrongState, match="itself waits for this one to end"):
        scheduled.change(fresh(one), ivan, When(after=three.pk))
    scheduled.take_back(fresh(one), ivan)
    with pytest.raises(WrongState, match="itself waits for this one to end"):
        plan(fresh(one), ivan, When(after=two.pk))
    with pytest.raises(WrongState, match="itself waits for this one to end"):
        scheduled.change(fresh(two), ivan, When(after=two.pk))


def test_only_the_same_customers_imports_that_were_handed_over_can_be_waited_for(acme, ivan):
    other = people.customer("Other", acme.team)
    tokens.set_token(other, "mega_" + "b2" * 32, None)
    theirs, in_review, going, mine = (reviewed(of, 3) for of in (other, acme, acme, acme))
    control.send(theirs, ivan, on_duplicate=SKIP)
    control.send(going, ivan, on_duplicate=SKIP)

    assert list(scheduled.can_be_waited_for(mine)) == [going]
    for one in (theirs, in_review):
        with pytest.raises(WrongState, match="is not being sent or scheduled for this customer"):
            plan(mine, ivan, When(after=one.pk))
