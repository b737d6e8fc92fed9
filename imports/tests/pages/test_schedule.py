"""Sending later: a time, or another import that has to end first; seen, changed and taken back."""

import datetime as dt
import zoneinfo
from datetime import timedelta

import pytest
from django.utils import timezone

from imports.delivery import control, on_time
from imports.do_not_import import entries, lists
from imports.do_not_import.lists import Origin, Owner
from imports.forms.schedule import moment
from imports.models import Import, ImportState, Lead, ListAddition, OnDuplicate, Schedule
from imports.tests.pages import story
from imports.tests.pages.test_review import review, word
from portal.models import Membership, Role, User

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


def put(lead_import, **changes):
    Import.objects.filter(pk=lead_import.pk).update(**changes)


def fresh(lead_import):
    return Import.objects.get(pk=lead_import.pk)


def on_day(moment_of):
    return {"on_day": f"{moment_of:%Y-%m-%d}", "at_time": f"{moment_of:%H:%M}"}


def in_three_days(zone=dt.UTC):
    return (timezone.now() + timedelta(days=3)).astimezone(zone).replace(second=0, microsecond=0)


def at(lead_import, moment_of, **more):
    return {**word(lead_import), "when": "at", **on_day(moment_of), **more}


def send(client, lead_import, told):
    return client.post(f"/imports/{lead_import.pk}/send/", told)


def page(client, lead_import, step="send"):
    return story.text(client.get(f"/imports/{lead_import.pk}/{step}/"))


@pytest.fixture
def made(ines, acme):
    return story.reviewed(acme, ines.user)


def test_ines_schedules_in_her_own_zone_and_every_page_says_so(ines, acme, made):
    User.objects.filter(pk=ines.user.pk).update(time_zone="Europe/Berlin")
    wanted = in_three_days(BERLIN)
    assert "In your time zone: Europe/Berlin." in review(ines, made)

    answer = send(ines, made, at(made, wanted))

    assert answer.url == f"/imports/{made.pk}/send/"
    assert Schedule.objects.get().at == wanted
    shown = f"{wanted.day} {wanted:%b %Y}, {wanted:%H:%M}"
    assert "3 leads go to Acme at <time" in page(ines, made)
    for address in (
        f"/imports/{made.pk}/send/", f"/imports/{made.pk}/review/", "/", "/history/",
        "/history/?state=scheduled", "/customers/acme/",
    ):  # fmt: skip
        assert shown in story.text(ines.get(address)), address
    assert ines.get(f"/imports/{made.pk}/").url == f"/imports/{made.pk}/send/"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"when": "at"}, "Choose the day."),
        ({"when": "at", "on_day": "2026-13-40", "at_time": "10:00"}, "Write the day as year-month"),
        ({"when": "at", "on_day": "2030-01-01", "at_time": "ten"}, "Write the time as hours"),
        ({"when": "at", "on_day": "2020-01-01", "at_time": "10:00"}, "This time is over."),
        ({"when": "at", "on_day": "2199-01-01", "at_time": "10:00"}, "within the next 30 days"),
        ({"when": "after"}, "Choose one of the ways that are offered."),
        ({"when": "soon"}, "Choose one of the ways that are offered."),
        ({"when": "now", "at_time": "10:00"}, "You chose “Now”, but gave a time"),
        ({"at_time": "10:00"}, "You chose “Now”, but gave a time"),
    ],
)
def test_a_time_that_cannot_be_used_is_told_beside_it_and_nothing_is_sent(ines, made, told, words):
    answer = send(ines, made, {**word(made), **told})
    assert answer.status_code == 422
    assert words in story.text(answer)
    assert fresh(made).state == ImportState.REVIEW


@pytest.mark.parametrize(
    ("day", "clock", "words"),
    [
        (dt.date(2027, 3, 28), dt.time(2, 30), "02:30 does not exist on that day in Europe/Berlin"),
        (dt.date(2026, 10, 25), dt.time(2, 30), "02:30 comes twice on that day in Europe/Berlin"),
    ],
)
def test_a_time_within_a_change_of_clocks_is_told(day, clock, words):
    with pytest.raises(Exception, match=words):
        moment(day, clock, BERLIN)


def test_times_around_a_change_of_clocks_are_what_the_clocks_show():
    day = dt.date(2026, 10, 25)
    before, after = (moment(day, dt.time(hour, 0), BERLIN) for hour in (1, 3))
    assert after.timestamp() - before.timestamp() == 3 * 3600


def test_the_time_is_changed_and_taken_back_on_the_send_step(ines, made):
    wanted = in_three_days()
    send(ines, made, at(made, wanted))
    assert f'value="{wanted:%Y-%m-%d}"' in page(ines, made)

    later = wanted + timedelta(days=1)
    ines.post(f"/imports/{made.pk}/send/schedule/", {"when": "at", **on_day(later)})
    assert Schedule.objects.get().at == later
    wrong = ines.post(f"/imports/{made.pk}/send/schedule/", {"when": "at", "on_day": ""})
    assert wrong.status_code == 422
    assert "Choose the time." in story.text(wrong)

    answer = ines.post(f"/imports/{made.pk}/send/unschedule/", follow=True)
    assert "The time was taken back. Nothing was sent" in story.text(answer)
    assert fresh(made).state == ImportState.REVIEW
    assert "Send 3 leads to Acme" in review(ines, made)


def test_while_it_is_scheduled_its_pages_say_to_take_the_time_back_first(ines, made):
    send(ines, made, at(made, in_three_days()))
    options = ines.post(f"/imports/{made.pk}/review/options/", {"again": "send"}, follow=True)
    assert "Take the time back first" in story.text(options)
    discard = ines.get(f"/imports/{made.pk}/send/cancel/", follow=True)
    assert "Take the time back first" in story.text(discard)
    assert "send-form" not in review(ines, made)


def test_one_is_put_behind_another_and_waits_for_its_end(ines, acme, made):
    first = story.reviewed(acme, ines.user, name="first.csv")
    assert "After another import" not in review(ines, made)
    control.send(first, ines.user, on_duplicate=OnDuplicate.SKIP)
    assert f'<option value="{first.pk}">#{first.pk}, Queued</option>' in review(ines, made)
    told = {**word(made), "when": "after"}
    assert "Choose the import that has to end first." in story.text(send(ines, made, told))

    send(ines, made, {**told, "after": first.pk})

    assert f'once import <a href="/imports/{first.pk}/">#{first.pk}</a> has ended' in page(
        ines, made
    )
    assert "Starts after import" in story.text(ines.get("/"))
    on_time.start_due()
    assert fresh(made).state == ImportState.SCHEDULED
    put(first, state=ImportState.CANCELLED)
    on_time.start_due()
    shown = review(ines, made)
    assert "It did not go by itself" in shown
    assert f"Import #{first.pk}, after which it was to start, ended otherwise" in shown
    assert "ended otherwise" in story.text(ines.get("/"))


def test_who_was_put_on_a_list_in_the_meantime_brings_it_back_and_is_left_out(ines, acme, made):
    send(ines, made, at(made, in_three_days()))
    owner, source = Owner(acme.team, acme), Origin(ListAddition.Way.TYPED, "unsubscribes")
    lists.add(owner, ines.user, entries.read_lines("ana@example.com", "US"), source)
    Schedule.objects.update(at=timezone.now() - timedelta(seconds=1))

    on_time.start_due()

    assert fresh(made).state == ImportState.REVIEW
    assert "showed 3 rows to send, and it is 2 now" in review(ines, made)
    assert Lead.objects.get(lead_import=made, number=2).verdict == "excluded"
    assert "Send 2 leads to Acme" in review(ines, made)
    send(ines, made, word(made))
    assert fresh(made).state == ImportState.QUEUED
    assert fresh(made).reason == ""


def test_who_only_reads_sees_the_time_and_cannot_move_it(ines, vera, sam, made):
    send(ines, made, at(made, in_three_days()))
    shown = page(vera, made)
    assert "Scheduled" in shown
    assert "Take the time back" not in shown
    assert "when-form" not in shown
    for step in ("schedule", "unschedule"):
        address = f"/imports/{made.pk}/send/{step}/"
        assert vera.post(address, {"when": "at"}).status_code == 403
        assert sam.post(address, {"when": "at"}).status_code == 404
        assert ines.get(address).status_code == 405
    assert fresh(made).state == ImportState.SCHEDULED


def test_a_time_that_was_taken_back_by_a_colleague_is_told(ines, max_, made):
    send(ines, made, at(made, in_three_days()))
    max_.post(f"/imports/{made.pk}/send/unschedule/")
    told = {"when": "at", **on_day(in_three_days())}
    answer = ines.post(f"/imports/{made.pk}/send/schedule/", told, follow=True)
    assert "cannot be given another time now: it is “Ready for review”" in story.text(answer)


def test_her_open_page_follows_when_a_colleague_moves_the_time(ines, max_, made):
    send(ines, made, at(made, in_three_days()))
    version = page(ines, made).split("send/live/?v=")[1].split('"')[0]
    live = f"/imports/{made.pk}/send/live/?v={version}"
    assert ines.get(live).status_code == 204
    later = in_three_days() + timedelta(days=1)
    max_.post(f"/imports/{made.pk}/send/schedule/", {"when": "at", **on_day(later)})
    assert f"{later:%H:%M}" in story.text(ines.get(live))


def test_a_colleague_who_lost_the_role_since_is_named_in_the_review(ines, max_, made):
    send(ines, made, at(made, in_three_days()))
    Membership.objects.filter(user=ines.user).update(role=Role.VIEWER)
    Schedule.objects.update(at=timezone.now() - timedelta(seconds=1))
    on_time.start_due()
    assert "Ines Iversen, who scheduled this, may no longer import for North" in review(max_, made)


def test_what_becomes_of_fields_for_new_leads_only_is_confirmed_with_the_time(ines, made):
    told = at(made, in_three_days(), on_duplicate="update")
    assert send(ines, made, told | {"unforeseen": ""}).status_code == 422
    assert fresh(made).state == ImportState.REVIEW

    send(ines, made, told | {"unforeseen": "leave_out"})
    assert (fresh(made).state, fresh(made).unforeseen) == (ImportState.SCHEDULED, "leave_out")
    Schedule.objects.update(at=timezone.now() - timedelta(minutes=1))
    on_time.start_due()

    assert (fresh(made).state, fresh(made).on_duplicate) == (ImportState.QUEUED, "update")
    assert fresh(made).unforeseen == "leave_out"
