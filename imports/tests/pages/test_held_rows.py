"""Rows that were held for another row's refusal: their page says why, and they can go again."""

import pytest
from django.utils import timezone

from imports.delivery import alike, control, finish, keys, plan, pulse, settle
from imports.models import Batch, Customer, Import, ImportState, OnDuplicate, Row
from imports.reports import balance
from imports.tests.delivery.steps import LONG_AGO, attempt_of, fresh, refused, results
from imports.tests.pages import story

SAID = "leads[2].stage_slug: must be one of new, won"
WHY = f"Not sent: its Stage (stage_slug) is “gone”, for which MEGA refused row 4 (“{SAID}”)."
STAGES = {4: "gone", 29: "gone", 31: "gone"}  # the first request carries rows 2 to 26
PHONES = {31: "07x 555"}  # cannot be one: left out with a warning
SHEET = "Name,E-mail,Phone,Stage\r\n" + "".join(
    f"P{n},p{n}@example.com,{PHONES.get(n, '')},{STAGES.get(n, 'new')}\r\n" for n in range(2, 33)
)


def send(lead_import, user):
    """Sent by a person; the requests that MEGA answers wait."""
    control.send(lead_import, user, on_duplicate=OnDuplicate.SKIP, undo_seconds=0)
    assert plan.plan(lead_import.pk)


def answer_all(lead_import):
    """MEGA takes whatever it is still asked."""
    waiting = Batch.objects.filter(lead_import=lead_import, state__in=("waiting", "claimed"))
    while one := waiting.order_by("number", "pk").first():
        Batch.objects.update(not_before=LONG_AGO)
        settle.record(attempt_of(one), results(one.row_numbers))
    finish.finish_imports()
    return fresh(lead_import)


@pytest.fixture
def over(acme, ines):
    """MEGA refused row 4 for its stage; 29 and 31, which have the same, were held."""
    Customer.objects.update(requests_per_minute=600, keep_old_values=False)
    keys.Quota.objects.update(proved_at=timezone.now())
    pulse.beat("delivery@there:1", "delivery", 32)
    made = story.reviewed(fresh(acme), ines.user, content=SHEET)
    send(made, ines.user)
    settle.record(attempt_of(made.batches.get(number=1)), refused(400, SAID))
    alike.hold()
    return answer_all(made)


def child_of(parent):
    child = parent.children.get()
    story.check(child)
    return fresh(child)


def test_held_rows_are_in_the_balance_sheet_with_what_it_means(ines, over):
    assert over.state == ImportState.FINISHED
    sheet = balance.recount(over)
    assert (sheet.created, sheet.failed, sheet.invalid) == (28, 1, 2)

    page = story.text(ines.get(f"/imports/{over.pk}/report/"))

    assert "or MEGA refused another row of this import for the same value" in page
    assert f"{WHY}</span><span>2 rows</span>" in page


def test_an_import_without_held_rows_says_nothing_of_them(ines, acme):
    made = story.answered(acme, ines.user)
    assert 'id="held"' not in story.text(ines.get(f"/imports/{made.pk}/report/"))


def test_each_held_row_says_why_also_beside_a_warning(ines, over):
    page = story.text(ines.get(f"/imports/{over.pk}/rows/?result=invalid"))
    with_warning = page.split('id="row-31"')[1]
    assert "Warning" in with_warning
    for row in (page.split('id="row-29"')[1].split("</details>")[0], with_warning):
        assert WHY in row


def test_what_mega_said_of_a_failed_row_stands_beside_its_warning(ines, acme):
    made = story.answered(acme, ines.user, statuses=("created", "failed", "created"))
    page = story.text(ines.get(f"/imports/{made.pk}/rows/?result=failed"))
    assert "Warning" in page  # row 3: its phone has a letter
    assert "no such stage" in page


def test_the_downloaded_report_says_why(ines, over):
    answer = ines.get(f"/imports/{over.pk}/report.csv?rows=invalid")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()[1:]
    assert [line.split(",")[0] for line in lines] == ["29", "31"]
    assert all(WHY in line for line in lines)


def test_ines_sends_the_failed_row_and_those_held_for_it_once_the_stage_exists(ines, over):
    asked = story.text(ines.get(f"/imports/{over.pk}/retry/"))
    assert "1 row that failed" in asked
    assert "2 rows that were held" in asked
    assert 'value="held" id="retry-held" checked' in asked
    assert "was invalid" not in asked
    assert "were invalid" not in asked

    ines.post(f"/imports/{over.pk}/retry/", {"rows": ["failed", "held"]})

    child = child_of(over)
    numbers = Row.objects.filter(lead_import=child).values_list("number", flat=True)
    assert sorted(numbers) == [4, 29, 31]
    page = story.text(ines.get(f"/imports/{child.pk}/review/"))
    assert f"Why they failed or were held in import #{over.pk}" in page
    assert SAID in page
    assert WHY in page
    assert "Send 3 leads to Acme" in page

    send(child, ines.user)
    done = answer_all(child)
    assert (done.state, balance.recount(done).created) == (ImportState.FINISHED, 3)
    assert "No row of this import is left" in story.text(ines.get(f"/imports/{over.pk}/retry/"))


def test_held_rows_go_without_the_invalid_ones(ines, acme):
    sheet = SHEET + "Ed,nope,,new\r\n"
    made = story.reviewed(acme, ines.user, content=sheet)
    leads = made.leads.filter(number__in=(29, 31))
    leads.update(verdict="invalid", reason=WHY)
    now = timezone.now()
    Import.objects.filter(pk=made.pk).update(
        state=ImportState.FINISHED, send_after=now, finished_at=now
    )
    asked = story.text(ines.get(f"/imports/{made.pk}/retry/"))
    assert "2 rows that were held" in asked
    assert "1 row that was invalid" in asked

    ines.post(f"/imports/{made.pk}/retry/", {"rows": ["held"]})

    assert sorted(r.number for r in Row.objects.filter(lead_import=child_of(made))) == [29, 31]
