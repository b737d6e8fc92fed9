"""One click accepts all sure guesses; what is left is what needs a look."""

from imports.columns import derive
from imports.models import Chunk, Event, Import
from imports.tests.pages import story
from imports.tests.pages.test_columns import columns_page, fields_of
from imports.tests.pages.test_shapes import send

SHEET = "Full name,Phone,Correo,Notes\nAna Souza,2065550123,ana@example.com,call\n"


def accept(browser, lead_import, **changes):
    fields = fields_of(columns_page(browser, lead_import)) | {"accept": "sure"} | changes
    return browser.post(f"/imports/{lead_import.pk}/columns/", fields)


def column(lead_import, place):
    return derive.mapping_of(Import.objects.get(pk=lead_import.pk)).columns[place]


def test_all_sure_columns_are_accepted_and_no_row_is_checked_again(ines, acme):
    made = story.reviewed(acme, ines.user, content=SHEET)
    page = story.text(columns_page(ines, made))
    assert "sure ones</button>" in page
    leads = list(made.leads.values_list("mapping_id", "number"))
    chunks = list(Chunk.objects.values_list("pk", "done_at"))
    answer = accept(ines, made)
    assert answer["Location"] == f"/imports/{made.pk}/columns/"
    now = Import.objects.get(pk=made.pk)
    assert (now.mapping.version, now.mapping.accepted_by) == (1, ines.user)
    assert list(now.leads.values_list("mapping_id", "number")) == leads
    assert list(Chunk.objects.values_list("pk", "done_at")) == chunks
    page = story.text(columns_page(ines, made))
    assert "Accepted</span>" in page
    assert "sure ones</button>" not in page
    assert "Recognised</span>" not in page


def test_what_was_chosen_beside_it_is_saved_with_it(ines, acme):
    made = story.reviewed(acme, ines.user, content=SHEET)
    answer = accept(ines, made, target_3="custom", slug_3="remark")
    assert answer["Location"] == f"/imports/{made.pk}/columns/"
    assert column(made, 3).target == "custom_fields.remark"
    assert column(made, 0).confidence == "chosen"
    assert column(made, 0).reason.endswith("accepted by Ines Iversen")


def test_what_was_accepted_stays_so_when_a_column_is_changed_on_its_page(ines, acme):
    made = story.reviewed(acme, ines.user, content=SHEET)
    accept(ines, made)
    send(ines, made, 1, change_0="digits", region="DE")
    assert column(made, 0).confidence == "chosen"
    assert column(made, 0).reason.endswith("accepted by Ines Iversen")
    accept(ines, made, target_3="custom", slug_3="remark")
    assert derive.mapping_of(Import.objects.get(pk=made.pk)).region == "DE"


def test_an_accepted_column_is_a_persons_choice_in_the_next_version(ines, max_, acme):
    made = story.reviewed(acme, ines.user, content=SHEET)
    accept(ines, made)
    fields = fields_of(columns_page(max_, made)) | {"target_3": "custom", "slug_3": "remark"}
    max_.post(f"/imports/{made.pk}/columns/", fields)
    assert column(made, 1).confidence == "chosen"
    assert column(made, 1).reason.endswith("accepted by Ines Iversen")


def test_what_is_wrong_beside_it_is_still_said(ines, acme):
    made = story.reviewed(acme, ines.user, content=SHEET)
    answer = accept(ines, made, target_3="custom", slug_3="no slug")
    assert answer.status_code == 422
    assert "is not a custom field" in story.text(answer)
    assert Import.objects.get(pk=made.pk).mapping.accepted_by == ines.user


def test_of_columns_that_changed_in_the_meantime_nothing_is_accepted(ines, max_, acme):
    made = story.reviewed(acme, ines.user, content=SHEET)
    stale = fields_of(columns_page(ines, made)) | {"accept": "sure"}
    fields = fields_of(columns_page(max_, made)) | {"target_3": "custom", "slug_3": "remark"}
    max_.post(f"/imports/{made.pk}/columns/", fields)
    answer = ines.post(f"/imports/{made.pk}/columns/", stale, follow=True)
    assert "so nothing was accepted" in story.text(answer)
    assert Import.objects.get(pk=made.pk).mapping.accepted_at is None
    assert not Event.objects.filter(act="mapping_accepted").exists()


def test_the_trail_tells_it_once(ines, acme):
    made = story.reviewed(acme, ines.user, content=SHEET)
    accept(ines, made)
    accept(ines, made)
    told = Event.objects.get(act="mapping_accepted")
    assert told.facts["version"] == 1
    assert told.facts["columns"] >= 2


def test_readers_accept_nothing(vera, acme, ines):
    made = story.reviewed(acme, ines.user, content=SHEET)
    assert accept(vera, made).status_code == 403
    assert "sure ones</button>" not in story.text(columns_page(vera, made))
