"""Who is on a list is kept back in review, whenever the list was changed."""

import pytest
from django.urls import reverse

from imports import tasks
from imports.columns import options
from imports.delivery import control, unattended
from imports.do_not_import import lists
from imports.errors import WrongState
from imports.models import DryRun, Duplicates, Import, ImportState, Lead, OnceChecked, OnDuplicate
from imports.models import ListEntry as Entry
from imports.reports import rows
from imports.reports.rows import Selection
from imports.review import judge
from imports.tests import people
from imports.tests.do_not_import.conftest import of, of_team, put
from imports.tests.pages import story

pytestmark = pytest.mark.django_db

SHEET = (
    "Name,Email,Phone\nAna,Ana@Example.com,\nBen,ben@sales.hush-corp.com,2065550101\n"
    "Cleo,cleo@example.com,(206) 555-0102\nDan,dan@example.com,\n"
)


def kept_back(made):
    return dict(
        Lead.objects.filter(lead_import=made, code="listed", verdict="excluded")
        .order_by("number")
        .values_list("number", "reason")
    )


def test_rows_say_which_list_by_what_and_from_where(acme):
    put(of(acme), "ana@example.com\n+1 206 555 0102", source="unsubscribes of May")
    put(of_team(acme), "hush-corp.com", source="a lawyer's letter")

    made = story.reviewed(acme, content=SHEET)

    assert kept_back(made) == {
        2: "Its e-mail is on the do-not-import list of Acme (source: unsubscribes of May).",
        3: "The domain of its e-mail is on the do-not-import list of the team North "
        "(source: a lawyer's letter).",
        4: "Its phone, by the last ten digits, is on the do-not-import list of Acme "
        "(source: unsubscribes of May).",
    }
    reported = rows.every(made, Selection(code="listed"))
    assert [row.reason for row in reported] == list(kept_back(made).values())
    assert Import.objects.get(pk=made.pk).listed_to == lists.version_for(acme.pk) == 2


def test_another_customers_list_is_nobody_elses(acme):
    put(of(people.customer("Beta")), "ana@example.com")

    assert kept_back(story.reviewed(acme, content=SHEET)) == {}


def test_the_review_groups_them_and_leads_to_the_lists(acme, client):
    put(of(acme), "ana@example.com")
    made = story.reviewed(acme, content=SHEET)
    client.force_login(people.ivan())

    page = story.text(client.get(reverse("import_review", args=[made.pk])))

    assert "1 row: on a do-not-import list" in page
    assert f'href="{reverse("customer_do_not_import", args=["acme"])}"' in page
    assert f'href="{reverse("team_do_not_import", args=["north"])}"' in page


def test_what_is_added_later_is_judged_by_the_task_and_ends_dry_runs(acme):
    made = story.reviewed(acme, content=SHEET)
    asked = control.start_dry_run(made, None)
    put(of(acme), "dan@example.com")
    assert lists.in_review(of(acme)) == lists.in_review(of_team(acme)) == [made.pk]

    tasks.look_again(made.pk)

    assert list(kept_back(made)) == [5]
    assert DryRun.objects.get(pk=asked.pk).state == DryRun.State.CANCELLED


def test_what_is_removed_goes_again(acme):
    put(of(acme), "dan@example.com\nana@example.com")
    made = story.reviewed(acme, content=SHEET)
    lists.remove(of(acme), people.anna(), Entry.objects.get(hint__startswith="d").pk)

    options.look_again(made)

    assert list(kept_back(made)) == [2]


def test_one_in_and_one_out_ends_dry_runs_though_as_many_are_sent(acme):
    put(of(acme), "dan@example.com")
    made = story.reviewed(acme, content=SHEET)
    asked = control.start_dry_run(made, None)
    lists.remove(of(acme), people.anna(), Entry.objects.get(hint__startswith="d").pk)
    put(of(acme), "ana@example.com")

    options.look_again(made)

    assert list(kept_back(made)) == [2]
    assert DryRun.objects.get(pk=asked.pk).state == DryRun.State.CANCELLED


def test_the_word_to_send_judges_by_the_lists_as_they_are(acme):
    made = story.reviewed(acme, content=SHEET)
    put(of_team(acme), "dan@example.com")

    control.send(made, None, on_duplicate=OnDuplicate.SKIP)

    assert list(kept_back(made)) == [5]
    sent = Import.objects.get(pk=made.pk)
    assert (sent.to_send, sent.state) == (3, ImportState.QUEUED)


def test_who_confirmed_another_number_is_asked_again(acme, client):
    made = story.reviewed(acme, content=SHEET)
    put(of(acme), "dan@example.com")
    client.force_login(people.ivan())
    shown = {"on_duplicate": "skip", "mapping": made.mapping_id, "leads": 4}

    client.post(reverse("import_review", args=[made.pk]) + "send/", shown)
    with pytest.raises(WrongState, match="4 rows to send, and it is 3 now"):
        control.send(made, None, on_duplicate=OnDuplicate.SKIP, expected_leads=4)

    assert Import.objects.get(pk=made.pk).state == ImportState.REVIEW


def test_imports_that_nobody_sits_beside_leave_them_out(acme):
    made = story.reviewed(acme, content=SHEET)
    Import.objects.filter(pk=made.pk).update(once_checked=OnceChecked.SEND)
    put(of(acme), "dan@example.com")

    unattended.go_on()

    assert Import.objects.get(pk=made.pk).to_send == 3


def test_of_two_rows_of_a_person_the_one_that_is_not_listed_goes(acme):
    put(of(acme), "ana@example.com")
    made = story.reviewed(
        acme, content="Name,Email,Phone\nAna,ana@example.com,2065550101\nAna,,2065550101\n"
    )
    options.set_options(made, None, duplicates=Duplicates.FIRST)

    verdicts = Lead.objects.filter(lead_import=made).order_by("number")
    assert list(verdicts.values_list("verdict", "code", "shared")) == [
        ("excluded", "listed", False), ("ok", "", False),
    ]  # fmt: skip


def test_judging_some_rows_equals_judging_all_also_when_a_list_was_changed(acme):
    put(of(acme), "ana@example.com")
    made = story.reviewed(acme, content=SHEET)
    made = Import.objects.get(pk=made.pk)
    judge.apply(made, [2, 5])
    assert list(kept_back(made)) == [2]
    put(of(acme), "cleo@example.com")

    judge.apply(made, [2])

    assert list(kept_back(made)) == [2, 4]
    assert made.listed_to == 2
