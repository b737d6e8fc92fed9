"""An import's leads are found again in the CRM by its number in a custom field."""

import json

import pytest

from imports.delivery import bodies, checks, control, plan, pulse, settle
from imports.models import Batch, Customer, Import, Lead, OnDuplicate
from imports.tests.delivery.steps import answer, attempt_of
from imports.tests.pages import story

WITH_BUDGET = story.SHEET.replace("Budget", "custom_fields.budget")


@pytest.fixture
def numbered(acme):
    Customer.objects.update(import_field="import_no")
    pulse.beat("delivery@there:1", "delivery", 32)
    acme.refresh_from_db()
    return acme


def settings_of(customer, **changes):
    """The form as the page shows it, with changes."""
    return {
        "name": customer.name, "mega_id": customer.mega_id, "region": customer.region,
        "requests_per_minute": customer.requests_per_minute,
        "on_duplicate": customer.on_duplicate, "failure_percent": customer.failure_percent,
        "update_points": customer.update_points, "import_field": customer.import_field,
        **changes,
    }  # fmt: skip


def review(browser, lead_import):
    return story.text(browser.get(f"/imports/{lead_import.pk}/review/"))


def sent_leads(lead_import, kind="send"):
    batches = Batch.objects.filter(lead_import=lead_import, kind=kind)
    return [lead for one in batches for lead in bodies.decode(one.body)[0]]


def send(lead_import):
    control.send(lead_import, None, on_duplicate=OnDuplicate.SKIP, undo_seconds=0)
    assert plan.plan(lead_import.pk)


def test_max_names_the_field_in_the_settings(max_, acme):
    form = settings_of(acme, import_field=" custom_fields.import_no ")
    answered = max_.post("/customers/acme/settings/", form)
    assert answered["Location"] == "/customers/acme/"
    assert Customer.objects.get().import_field == "import_no"
    assert "in the custom field <code>import_no</code>" in story.text(max_.get("/customers/acme/"))


@pytest.mark.parametrize(
    ("slug", "sentence"),
    [("with spaces", "A slug has up to 64 letters"), ("lead_line", "MEGA keeps lead_line for")],
)
def test_what_is_no_slug_gets_a_sentence_beside_it(max_, acme, slug, sentence):
    page = max_.post("/customers/acme/settings/", settings_of(acme, import_field=slug))
    assert page.status_code == 422
    assert sentence in story.text(page)


def test_every_lead_gets_the_number_in_requests_and_previews(ines, numbered):
    made = story.reviewed(numbered, ines.user)
    assert plan.plan_dry_run(control.start_dry_run(made, None).pk)
    send(made)
    for kind in ("send", "dry_run"):
        leads = sent_leads(made, kind)
        assert [lead["custom_fields"]["import_no"] for lead in leads] == [str(made.pk)] * 3
    assert "number" not in json.dumps(list(Lead.objects.values_list("body", flat=True)))


def test_the_sheets_own_value_for_the_field_stays(ines, numbered):
    Customer.objects.update(import_field="budget")
    made = story.reviewed(numbered, ines.user, content=WITH_BUDGET)
    assert "Rows that have a value of their own for that field keep it." in review(ines, made)
    send(made)
    budgets = {lead["row_ref"]: lead["custom_fields"]["budget"] for lead in sent_leads(made)}
    assert budgets == {"2": "500", "3": str(made.pk), "5": str(made.pk)}


def test_without_a_field_the_bytes_are_what_they_were(ines, acme):
    made = story.reviewed(acme, ines.user, content=WITH_BUDGET)
    send(made)
    assert [lead.get("custom_fields") for lead in sent_leads(made)] == [
        {"budget": "500"},
        None,
        None,
    ]


def test_the_field_is_that_of_the_word_to_send(ines, numbered):
    made = story.reviewed(numbered, ines.user)
    control.send(made, None, on_duplicate=OnDuplicate.SKIP, undo_seconds=0)
    Customer.objects.update(import_field="another")
    assert plan.plan(made.pk)
    assert all("import_no" in lead["custom_fields"] for lead in sent_leads(made))
    page = story.text(ines.get(f"/imports/{made.pk}/report/"))
    assert f"have the number {made.pk} in the custom field <code>import_no</code>" in page


def test_the_number_makes_no_row_look_changed(ines, numbered):
    story.answered(numbered, ines.user)
    again = story.reviewed(numbered, ines.user)
    assert "2 of 4 rows are unchanged since" in review(ines, again)


def asked(customer, ignored=(), unknown=(), status="created"):
    check = checks.start_check(customer, None)
    results = [{"row_ref": "check", "status": status, "ignored_custom_fields": list(ignored)}]
    told = {"results": results, "unknown_custom_fields": list(unknown)}
    settle.record(attempt_of(check), answer(200, told))
    return check


def test_a_trial_row_proves_that_mega_knows_the_field(ines, max_, numbered):
    made = story.reviewed(numbered, ines.user)
    page = review(ines, made)
    assert "Nobody asked MEGA yet whether it knows the custom field" in page
    page = story.text(ines.get("/customers/acme/"))
    assert "was not asked yet" in page
    assert "Check token and field" in page

    check = asked(numbered)

    (row,), _ = bodies.decode(check.body)
    assert row == {
        "row_ref": "check", "contact_name": "Token check", "custom_fields": {"import_no": "0"},
    }  # fmt: skip
    page = review(ines, made)
    assert f"Each lead gets the number {made.pk} in the custom field" in page
    assert "MEGA knows the custom field" in story.text(ines.get("/customers/acme/"))


@pytest.mark.parametrize("said", [{"ignored": ["import_no"]}, {"unknown": ["import_no"]}])
def test_the_review_warns_when_mega_ignored_it(ines, numbered, said):
    asked(numbered, **said)
    page = review(ines, story.reviewed(numbered, ines.user))
    assert "MEGA does not know the custom field <code>import_no</code>" in page
    assert "Have the field added there" in story.text(ines.get("/customers/acme/"))


def test_a_refused_row_or_another_answer_proves_nothing(numbered):
    asked(numbered, status="failed")
    assert Customer.objects.get().import_field_found == ""


def test_another_field_is_asked_about_at_once_and_starts_unknown(max_, numbered):
    first = asked(numbered)
    assert Customer.objects.get().import_field_found == "known"
    max_.post("/customers/acme/settings/", settings_of(numbered, import_field="batch_no"))
    fresh = Customer.objects.get()
    assert (fresh.import_field_found, fresh.import_field_asked_at) == ("", None)
    assert checks.start_check(fresh, None).pk != first.pk, "the check of a minute ago is not shared"


def test_a_late_answer_about_a_former_field_says_nothing_of_the_new_one(numbered):
    check = checks.start_check(numbered, None)
    Customer.objects.update(import_field="batch_no")
    told = {"results": [{"row_ref": "check", "status": "created"}]}
    settle.record(attempt_of(check), answer(200, told))
    assert Customer.objects.get().import_field_found == ""


def test_a_customer_without_a_field_sees_nothing_of_it(ines, acme):
    made = story.reviewed(acme, ines.user)
    assert "import-field" not in review(ines, made)
    assert Import.objects.get(pk=made.pk).import_field == ""
