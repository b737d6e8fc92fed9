"""Before anything is sent: what will happen, what is wrong, what it costs."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from imports.columns import derive, options
from imports.intake.upload import Wishes
from imports.models import Customer, DryRun, Duplicates, Import, ImportState
from imports.reports import cost
from imports.review import corrections
from imports.tests import people
from imports.tests.pages import story


def review(client, lead_import):
    return story.text(client.get(f"/imports/{lead_import.pk}/review/"))


def word(lead_import, on_duplicate="skip"):
    """What the button sends, as the page stood when the import was loaded."""
    return {
        "on_duplicate": on_duplicate,
        "unforeseen": "overwrite",
        "expected_mapping": lead_import.mapping_id,
        "expected_leads": cost.cost(lead_import).leads,
    }


def test_the_page_says_what_will_happen_before_anything_is_sent(ines, acme):
    page = review(ines, story.reviewed(acme, ines.user))
    assert "<strong>3</strong> <span>leads go to Acme</span>" in page
    assert "<strong>1</strong> <span>row is left out</span>" in page
    assert "<strong>1</strong> <span>request to MEGA</span>" in page
    assert "under 1 min" in page
    assert "Send 3 leads to Acme" in page


def test_ines_goes_on_from_the_file_to_the_columns_and_past_the_problems_to_the_word_to_send(
    ines, vera, acme
):
    lead_import = story.reviewed(acme, ines.user)
    file = story.text(ines.get(f"/imports/{lead_import.pk}/file/"))
    assert (
        f'class="button primary" href="/imports/{lead_import.pk}/columns/">Go on to the columns'
        in file
    )
    page = review(ines, lead_import)
    assert page.index('href="#send-form"') < page.index("Problems, by repair")
    assert 'id="send-form"' in page
    assert "#send-form" not in review(vera, lead_import)


def test_no_lead_of_a_large_file_is_looked_at_for_the_counts_of_its_review(ines, acme):
    lead_import = story.reviewed(acme, ines.user)

    with CaptureQueriesContext(connection) as asked:
        review(ines, lead_import)

    of_leads = [one["sql"] for one in asked if "imports_lead" in one["sql"]]
    wide = [sql for sql in of_leads if "LIMIT" not in sql and "problems" not in sql]
    assert wide == []


def test_problems_are_grouped_with_a_count_examples_and_the_way_to_the_rows(ines, acme):
    lead_import = story.reviewed(acme, ines.user)
    page = review(ines, lead_import)
    assert "1 row: e-mail is not an address" in page
    assert "Row 4, E-mail: &#x27;not an address&#x27; is not an e-mail address" in page
    assert f'href="/imports/{lead_import.pk}/rows/?problem=email_invalid&amp;column=2"' in page
    assert page.index("Error") < page.index("Warning")


def test_on_duplicate_is_always_shown_with_the_customers_default(ines, acme):
    acme.on_duplicate = "update"
    acme.save()
    page = review(ines, story.reviewed(acme, ines.user))
    assert 'value="update" id="id_on_duplicate_1" required checked' in page
    assert "this cannot be undone" in page


def test_sending_takes_a_choice(ines, acme):
    lead_import = story.reviewed(acme, ines.user)
    answer = ines.post(f"/imports/{lead_import.pk}/send/")
    assert answer.status_code == 422
    assert "Choose what happens to people whom MEGA already has" in story.text(answer)
    assert Import.objects.get(pk=lead_import.pk).state == ImportState.REVIEW


def test_ines_sends_and_takes_it_back_in_time(ines, acme):
    lead_import = story.reviewed(acme, ines.user)
    answer = ines.post(f"/imports/{lead_import.pk}/send/", word(lead_import, "update"))
    assert answer["Location"] == f"/imports/{lead_import.pk}/send/"
    sent = Import.objects.get(pk=lead_import.pk)
    assert (sent.state, sent.on_duplicate, sent.sent_by) == ("queued", "update", ines.user)
    page = story.text(ines.get(f"/imports/{lead_import.pk}/send/"))
    assert "Nothing went out yet." in page
    ines.post(f"/imports/{lead_import.pk}/send/undo/")
    assert Import.objects.get(pk=lead_import.pk).state == ImportState.REVIEW
    assert "Sending was undone" in review(ines, lead_import)


def test_the_review_names_the_customers_own_threshold(ines, acme):
    Customer.objects.update(failure_percent=35)
    lead_import = story.reviewed(acme, ines.user)
    assert "if over 35 % of them fail" in review(ines, lead_import)
    Customer.objects.update(failure_percent=100)
    assert "% of them fail" not in review(ines, lead_import), "100 never asks"


def test_columns_that_somebody_else_changed_are_not_sent_unseen(ines, max_, acme):
    lead_import = story.reviewed(acme, ines.user)
    shown = f'name="expected_mapping" value="{lead_import.mapping_id}"'
    assert shown in review(ines, lead_import)
    mapping = derive.mapping_of(lead_import)
    derive.remap(lead_import, mapping, max_.user, expected_version=1)
    story.check(lead_import)
    answer = ines.post(f"/imports/{lead_import.pk}/send/", word(lead_import))
    assert answer["Location"] == f"/imports/{lead_import.pk}/review/"
    page = review(ines, lead_import)
    assert "Somebody changed the columns after this page was shown." in page
    changed = Import.objects.get(pk=lead_import.pk)
    assert changed.state == ImportState.REVIEW
    assert f'name="expected_mapping" value="{changed.mapping_id}"' in page
    ines.post(f"/imports/{lead_import.pk}/send/", word(changed))
    assert Import.objects.get(pk=lead_import.pk).state == ImportState.QUEUED


def test_rows_that_somebody_else_let_in_again_are_not_sent_unseen(ines, max_, acme):
    twice = story.SHEET + "Ana S,,ana@example.com,,\r\n"
    lead_import = story.reviewed(acme, ines.user, content=twice)
    shown = word(lead_import)
    options.set_options(lead_import, max_.user, duplicates=Duplicates.FIRST)
    ines.post(f"/imports/{lead_import.pk}/send/", shown)
    page = review(ines, lead_import)
    assert "The page showed 4 rows to send, and it is 3 now" in page
    assert Import.objects.get(pk=lead_import.pk).state == ImportState.REVIEW
    ines.post(f"/imports/{lead_import.pk}/send/", word(lead_import))
    assert Import.objects.get(pk=lead_import.pk).state == ImportState.QUEUED


@pytest.mark.parametrize(
    "said", [{}, {"expected_mapping": "x"}, {"expected_mapping": "1", "expected_leads": ""}]
)
def test_a_word_to_send_that_does_not_say_what_was_shown_is_asked_for_again(ines, acme, said):
    lead_import = story.reviewed(acme, ines.user)
    answer = ines.post(f"/imports/{lead_import.pk}/send/", {"on_duplicate": "skip", **said})
    assert answer.status_code == 422
    page = story.text(answer)
    assert "The page did not say which leads it showed." in page
    assert f'name="expected_mapping" value="{lead_import.mapping_id}"' in page
    assert Import.objects.get(pk=lead_import.pk).state == ImportState.REVIEW


def test_duplicates_within_the_file_are_left_out_as_chosen(ines, acme):
    twice = story.SHEET + "Ana S,,ana@example.com,,\r\n"
    lead_import = story.reviewed(acme, ines.user, content=twice, wishes=Wishes(duplicates="ask"))
    page = review(ines, lead_import)
    assert "Send 2 leads" in page
    assert "2 rows: of one person with other rows, but not the same" in page
    token = re.search(r'name="seen" value="(\w+)"', page)[1]
    chosen = {"about": "differs", "choice": "first", "seen": token}
    ines.post(f"/imports/{lead_import.pk}/review/groups/decide/", chosen)
    page = review(ines, lead_import)
    assert "Send 3 leads" in page
    assert "Left out: another row of the file is of the same person." in page
    assert "of one person with other rows, but not the same: “Send only the first”." in page


def test_without_a_token_the_page_says_who_can_help(ines, max_, db):
    lead_import = story.reviewed(people.customer("Bare"), ines.user)
    assert "Ask a manager of North" in review(ines, lead_import)
    assert 'href="/customers/bare/token/"' in review(max_, lead_import)
    answer = ines.post(f"/imports/{lead_import.pk}/send/", word(lead_import))
    assert answer["Location"] == f"/imports/{lead_import.pk}/review/"
    assert "has no token yet, so nothing can be sent" in review(ines, lead_import)


def test_nothing_to_send_offers_no_button(ines, acme):
    lead_import = story.reviewed(acme, ines.user, content="Name,E-mail\r\nEd,nope\r\n")
    page = review(ines, lead_import)
    assert "There is nothing to send" in page
    assert "Send 0" not in page


def test_asking_mega_first_and_stopping(ines, acme):
    lead_import = story.reviewed(acme, ines.user)
    assert "Ask about every row: costs 1 request, under a minute" in review(ines, lead_import)
    ines.post(f"/imports/{lead_import.pk}/review/ask/", {"on_duplicate": "update"})
    dry_run = DryRun.objects.get()
    assert dry_run.on_duplicate == "update"
    page = review(ines, lead_import)
    assert "What MEGA says it would do" in page
    DryRun.objects.update(state=DryRun.State.DONE)
    choice = "with the choice “Update existing leads”"
    assert choice in review(ines, lead_import)
    DryRun.objects.update(state=DryRun.State.PLANNING)
    version = f"{dry_run.pk}.planning.0"
    path = f"/imports/{lead_import.pk}/review/asked/"
    assert ines.get(f"{path}?v={version}").status_code == 204
    assert story.text(ines.get(path)).startswith('<div id="asked"')
    ines.post(f"/imports/{lead_import.pk}/review/ask/cancel/")
    dry_run.refresh_from_db()
    assert dry_run.state == DryRun.State.CANCELLED


def test_a_viewer_sees_all_of_it_and_cannot_send(vera, acme):
    page = review(vera, story.reviewed(acme))
    assert "an importer of North can send this" in page
    assert "Send 3 leads to Acme" not in page


def test_ines_discards_what_she_will_not_send(ines, acme):
    lead_import = story.reviewed(acme, ines.user)
    asked = story.text(ines.get(f"/imports/{lead_import.pk}/send/cancel/"))
    assert "Nothing of" in asked
    dialog = ines.get(f"/imports/{lead_import.pk}/send/cancel/", headers={"HX-Request": "true"})
    assert "<html" not in story.text(dialog)
    ines.post(f"/imports/{lead_import.pk}/send/cancel/")
    assert Import.objects.get(pk=lead_import.pk).state == ImportState.CANCELLED


def test_a_cell_that_a_colleague_corrected_since_is_not_sent_unseen_though_the_number_is_the_same(
    ines, acme
):
    made = story.reviewed(acme, ines.user)
    shown = re.search(r'name="expected_acts" value="([^"]+)"', review(ines, made))[1]
    name = corrections.cells_of(made, 2)[0]
    corrections.edit(made, people.anna(), 2, {0: "Anna Souza"}, {0: corrections.seen_as(name)})

    page = story.text(
        ines.post(f"/imports/{made.pk}/send/", word(made) | {"expected_acts": shown}, follow=True)
    )

    assert "Somebody changed rows or decided about them after this page was shown." in page
    assert Import.objects.get(pk=made.pk).state == ImportState.REVIEW
    shown = re.search(r'name="expected_acts" value="([^"]+)"', page)[1]
    ines.post(f"/imports/{made.pk}/send/", word(made) | {"expected_acts": shown})
    assert Import.objects.get(pk=made.pk).state == ImportState.QUEUED
