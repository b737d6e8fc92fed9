"""What sending will take, as the review says it: with a small first request, and without."""

import pytest

from imports.columns import options
from imports.delivery import backlog, control, line_up, plan, window
from imports.intake.upload import Wishes
from imports.models import Customer, DryRun, Import, Lead, OnDuplicate, Prediction
from imports.reports import cost
from imports.tests.pages import story


def sheet(rows):
    """Rows 2 to rows + 1, all good."""
    return "Name,E-mail\r\n" + "".join(f"P{n},p{n}@example.com\r\n" for n in range(rows))


def asked_about(lead_import, on_duplicate="skip"):
    """MEGA was asked about every row, and has answered."""
    dry_run = DryRun.objects.create(
        lead_import=lead_import, mapping=lead_import.mapping, on_duplicate=on_duplicate,
        state=DryRun.State.DONE,
    )  # fmt: skip
    leads = Lead.objects.filter(lead_import=lead_import).values_list("number", "digest")
    Prediction.objects.bulk_create(
        Prediction(dry_run=dry_run, number=number, status="created", errors=[],
                   ignored_custom_fields=[], digest=bytes(digest))
        for number, digest in leads
    )  # fmt: skip
    return dry_run


def review(client, lead_import):
    return story.text(client.get(f"/imports/{lead_import.pk}/review/"))


def fresh(lead_import):
    return Import.objects.get(pk=lead_import.pk)


@pytest.fixture
def made(ines, acme):
    """526 rows: two requests when they are full, three when the first is small; one a minute."""
    Customer.objects.update(requests_per_minute=1, keep_old_values=False)
    acme.refresh_from_db()
    return story.reviewed(acme, ines.user, content=sheet(526))


def cut(lead_import):
    """How many requests the import is cut into indeed."""
    assert plan.plan(lead_import.pk)
    return fresh(lead_import).batches.filter(kind="send").count()


def send(lead_import, on_duplicate=OnDuplicate.SKIP):
    control.send(lead_import, None, on_duplicate=on_duplicate, undo_seconds=0)


def uncut(lead_import):
    """How many requests are reckoned with while it is not cut: in its timetable, in the clock."""
    key = lead_import.customer.token.quota_id
    (one,) = line_up.of(key, window.database_now()).imports
    assert backlog.load([key])[key].requests == one.requests
    return one.requests


def test_without_a_preview_the_first_request_is_small(ines, made):
    page = review(ines, made)
    assert "<strong>3</strong> <span>requests to MEGA</span>" in page
    assert "<strong>2 min</strong>" in page
    assert "The first request carries at most 25 rows" in page
    send(made)
    assert uncut(made) == 3
    assert cut(made) == 3


def test_after_a_full_preview_it_is_a_full_one(ines, made):
    asked_about(made)
    page = review(ines, made)
    assert "<strong>2</strong> <span>requests to MEGA</span>" in page
    assert "<strong>1 min</strong>" in page
    assert (
        "The first request carries at most 500 rows, since MEGA was asked about every row" in page
    )


def test_after_a_full_preview_the_timetable_reckons_with_a_full_one(made):
    asked_about(made)
    send(made)
    assert uncut(made) == 2
    assert cut(made) == 2
    assert cost.cost(fresh(made)).requests == 2


def test_what_asking_costs_is_said_for_itself(ines, made):
    assert "Ask about every row: costs 2 requests" in review(ines, made)


@pytest.mark.parametrize("spoilt", ["answer", "row", "options"])
def test_a_preview_of_something_else_spares_nothing(ines, made, spoilt):
    asked_about(made)
    if spoilt == "answer":
        Prediction.objects.filter(number=300).delete()
    elif spoilt == "row":
        Lead.objects.filter(number=300).update(digest=b"corrected")
    else:
        options.set_options(made, ines.user, on_duplicate=OnDuplicate.UPDATE)
    assert "<strong>3</strong> <span>requests to MEGA</span>" in review(ines, fresh(made))


def test_another_choice_than_the_one_that_was_asked_about_costs_the_small_request(ines, made):
    asked_about(made)
    send(made, OnDuplicate.UPDATE)
    assert uncut(made) == 3
    assert cut(made) == 3


def test_when_sending_is_undone_the_preview_is_looked_at_anew(ines, made):
    asked_about(made)
    control.send(made, None, on_duplicate=OnDuplicate.SKIP)
    assert fresh(made).preview is not None
    control.undo(made, None)
    assert fresh(made).preview is None
    Prediction.objects.filter(number=300).delete()
    assert cost.cost(fresh(made)).requests == 3


def test_an_import_of_a_few_rows_takes_one_request_either_way(ines, acme):
    few = story.reviewed(acme, ines.user, content=sheet(25))
    assert cost.cost(few).requests == 1
    asked_about(few)
    assert cost.cost(few).requests == 1


def test_persons_with_several_rows_at_the_end_of_the_sheet_are_reckoned_with(ines, acme):
    """The second row of a person cannot go in the last request, which would have room for it."""
    again = "P9999,p9999@example.com,Rome\r\nP9999,p9999@example.com,Oslo\r\n"
    content = sheet(523).replace("E-mail", "E-mail,custom_fields.city", 1) + again
    made = story.reviewed(acme, ines.user, content=content, wishes=Wishes(duplicates="all"))
    assert "<strong>3</strong> <span>requests to MEGA</span>" in review(ines, made)
    send(made)
    assert cut(made) == 3
