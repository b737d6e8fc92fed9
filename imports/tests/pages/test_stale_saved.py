"""Use it: what colleagues made of the columns or of the saved mapping meanwhile is told first."""

import re

from django.utils import timezone

from imports.columns import derive, saved
from imports.models import Import, SavedMapping
from imports.tests.pages import story
from imports.tests.pages.test_columns import columns_page, fields_of
from imports.tests.pages.test_remembered import mapped
from imports.tests.pages.test_saved_mappings import columns_of, made, next_file, save, use
from imports.tests.pages.test_shapes import send

__all__ = ["made"]  # the fixture


def stale_page(answer):
    """What is said of a saved mapping that is not used yet, and the form that uses it anyway."""
    assert answer.status_code == 409
    page = story.text(answer)
    note = page[page.index('aria-labelledby="stale"') : page.index("Leave the columns as they are")]
    fields = dict(re.findall(r'name="(expected_version|seen)" value="([^"]*)"', note))
    return " ".join(re.sub(r"<[^>]+>", " ", note).split()), fields


def offered(browser, lead_import):
    """What the button of the only saved mapping sends."""
    page = story.text(columns_page(browser, lead_import))
    form = page[page.index("/columns/use/") : page.index(">Use it<")]
    return dict(re.findall(r'name="(expected_version|seen)" value="([^"]*)"', form))


def press(browser, lead_import, fields):
    address = f"/imports/{lead_import.pk}/columns/use/{SavedMapping.objects.get().pk}/"
    return browser.post(address, fields, follow=True)


def test_a_colleagues_change_in_the_meantime_is_told_and_not_overwritten(ines, max_, acme, made):
    save(ines, made)
    second = next_file(acme, ines.user)
    hers = offered(ines, second)
    fields = fields_of(columns_page(max_, second)) | {"target_0": "contact_name"}
    fields |= {"target_1": "contact_phone", "target_3": "custom", "slug_3": "remark"}
    max_.post(f"/imports/{second.pk}/columns/", fields)
    said, again = stale_page(press(ines, second, hers))
    assert "Weekly is not used yet: Max Meyer changed the columns after you opened the page" in said
    assert re.search(r"Memo : [^:]*remark[^:]* \(Max Meyer,", said), said
    assert re.search(r"as they are now: .*Memo : [^:]*note", said), said
    assert columns_of(second)["Memo"].target == "custom_fields.remark"

    press(ines, second, again)
    assert columns_of(second)["Memo"].target == "custom_fields.note"


def test_what_a_colleague_saved_in_its_place_is_told_before_it_is_used(ines, max_, acme, made):
    save(ines, made)
    second = next_file(acme, ines.user)
    hers = offered(ines, second)
    mapped(made, max_.user, client="contact_name", memo="custom_fields.remark")
    kept = SavedMapping.objects.get()
    now = Import.objects.get(pk=made.pk)
    saved.save(now, max_.user, "Weekly", for_team=False, replaces=kept)
    before = columns_of(second)
    said, again = stale_page(press(ines, second, hers))
    assert "Weekly is not used yet: Max Meyer changed it after you opened the page" in said
    assert re.search(r"as they are now: .*Memo : [^:]*remark", said), said
    assert columns_of(second) == before

    assert "The columns are as in “Weekly”." in story.text(press(ines, second, again))
    assert columns_of(second)["Memo"].target == "custom_fields.remark"


def test_one_that_no_longer_fits_says_so_and_offers_no_button(ines, max_, acme, made):
    save(ines, made)
    second = next_file(acme, ines.user)
    hers = offered(ines, second)
    SavedMapping.objects.update(changed_at=timezone.now(), content=other_headings(made))
    said, again = stale_page(press(ines, second, hers))
    assert "No heading of “Weekly” is in this file" in said
    assert again == {}


def other_headings(made):
    content = derive.mapping_of(made).to_json()
    for column in content["columns"]:
        column["header"] += " (old)"
    return content


def test_a_colleague_who_is_quicker_than_the_look_is_told_of_too(
    ines, max_, acme, made, monkeypatch
):
    save(ines, made)
    second = next_file(acme, ines.user)
    hers, use_it = offered(ines, second), saved.use

    def slow(*given, **named):
        send(max_, second, 0, change_0="capitals")
        return use_it(*given, **named)

    monkeypatch.setattr(saved, "use", slow)
    said, _ = stale_page(press(ines, second, hers))
    assert "Max Meyer changed the columns after you opened the page" in said
    assert columns_of(second)["Memo"].target is None


def test_one_that_was_removed_since_says_so(ines, acme, made):
    save(ines, made)
    second = next_file(acme, ines.user)
    gone = SavedMapping.objects.get()
    saved.remove(SavedMapping.objects.get(), ines.user)
    answer = use(ines, second, gone)
    assert answer.status_code == 404
    assert "somebody may have removed it after you opened the page" in story.text(answer)
