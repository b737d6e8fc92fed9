"""Ines says in a browser how names, phones and e-mails are read."""

import pytest
from playwright.sync_api import expect

from imports.columns import derive
from imports.columns.placeholders import Words
from imports.models import Import
from imports.tests.browser.conftest import assert_open_to_all, sign_in
from imports.tests.pages import story

pytestmark = [pytest.mark.browser, pytest.mark.road]

SHEET = (
    "Full name,Phone,E-mail\r\n"
    "Ana Souza,n/a,ana@example.com\r\n"
    "Ben Okafor,999 999 0123,ben@example.com\r\n"
    "Chen Li,Kein Telefon,none\r\n"
)


def mapping(lead_import):
    return derive.mapping_of(Import.objects.get(pk=lead_import.pk))


def test_possible_phones_are_sent_by_a_click_and_words_are_changed(window, ines, client_of):
    made = story.reviewed(client_of().customer, ines, content=SHEET)
    page = window()
    sign_in(page, ines)
    page.goto(f"/imports/{made.pk}/columns/")
    choice = page.get_by_label("Phones that are merely possible")
    expect(choice).to_be_visible()
    expect(choice).to_have_value("leave_out")
    expect(page.get_by_text("n/a in 1 cell")).to_be_visible()

    page.get_by_role("button", name="Change the words").click()
    page.get_by_role("checkbox", name="none", exact=False).first.uncheck()
    page.get_by_label("Your own words").fill("Kein Telefon")
    assert_open_to_all(page)
    page.get_by_role("button", name="Use this and check all rows").click()
    expect(page.get_by_text("also “kein telefon”; not “none”")).to_be_visible()
    assert mapping(made).words == Words(("kein telefon",), ("none",))
    story.check(made)

    page.goto(f"/imports/{made.pk}/review/")
    page.get_by_text("1 row: phone is merely possible").click()
    page.get_by_role("button", name="Send them as they are").click()
    expect(page).to_have_url(f"/imports/{made.pk}/review/")
    story.check(made)
    assert mapping(made).possible == "send"
    assert mapping(made).words.own == ("kein telefon",)
