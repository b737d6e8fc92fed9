"""Every form, sent empty or wrong: what is wrong is found, heard, reached, and nothing is lost."""

import pytest

from imports import urls
from imports.models import Import, Lead
from imports.tests import people
from imports.tests.pages import story, world
from imports.tests.pages.soundness import CONTROLS, Page, elements_of
from imports.tests.pages.test_every_page import POSTED
from portal.models import Membership

NAME = "x" * 300
NOTHING = "\u200b"  # a name of which nothing can be seen

# Name of the address, where it is not that of the form: what is sent, and which fields are wrong.
# None: the whole is refused, no field by itself.
WRONG = {
    "customer_new": ({"name": "Müller & Söhne", "mega_id": "none", "region": "XX"},
                     ["mega_id", "region", "requests_per_minute", "on_duplicate"]),
    "customer_edit": ({"name": NOTHING, "mega_id": "5", "region": "US", "hold_days": "-3"},
                      ["name", "requests_per_minute", "on_duplicate", "hold_days"]),
    "customers_new": ({"region": "XX"}, ["file", "region"]),
    "customer_token": ({"token": "mega_short"}, ["token"]),
    "member_add": ({"email": "no address", "role": "king"}, ["email", "role"]),
    "team_webhook": ({"url": "http://127.0.0.1/", "kind": "pigeon"}, ["url", "kind"]),
    "import_new": ({"customer": "acme"}, ["file"]),
    "import_columns": ({"target_0": "planet", "slug_4": "s" * 65}, ["target_0", "slug_4"]),
    "import_column": ({"change_0": "prefix", "by": ",", "target_0": "custom", "slug_0": "!"},
                      ["what_0", "slug_0"]),
    "import_joins": ({"template_0": "{Nam", "target_0": ""}, ["template_0", "target_0"]),
    "import_blank_words": ({"usual": "x", "own": "x" * 61}, ["usual", "own"]),
    "import_save_mapping": ({"name": NOTHING, "owner": "nobody"}, ["name", "owner"]),
    "team_mapping": ({"name": NAME}, ["name"]),
    "import_read_again": ({"header_row": "0", "encoding": "morse"}, ["header_row", "encoding"]),
    "import_send": ({"on_duplicate": "", "hold_days": "many"}, ["on_duplicate", "hold_days"]),
    "import_ask": ({}, ["on_duplicate"]),
    "import_confirm": ({"name": "Globex"}, ["name"]),
    "import_retry": ({}, ["rows"]),
    "preferences": ({"name": NAME, "time_zone": "Moon/Far", "mails": "all"},
                    ["name", "time_zone", "mails"]),
    "together_start": ({}, ["customer of unnamed.csv"]),
    "import_decide": ({"why": "Not sure yet"}, ["what becomes of the request"]),
    "import_consent": ({"expected_version": "1"}, ["yes", "no", "blank", "true", "false"]),
    "import_rule_columns": ({"expected_version": "2", "birth": "99"}, ["birth"]),
    "import_provenance": ({"supplier": NAME, "received_on": "soon", "basis": "luck",
                           "handed_over_by": NAME},
                          ["supplier", "received_on", "basis", "handed_over_by"]),
    "import_grid_row": ({"cell-0": "x" * 32_768}, ["cell-0"]),
    "import_grid_change": ({"put": "x", "column": "99"}, ["column", "find"]),
    **{f"{of}_do_not_import_add": ({"source": "ann@example.com", "region": "XX"},
                                   ["text", "source", "region"]) for of in ("customer", "team")},
    **{f"{of}_do_not_import_check": ({"entry": "Ann"}, ["entry"]) for of in ("customer", "team")},
    "import_row_listed": ({"whose": "nobody", "reason": "(206) 555-0123"},
                          ["what", "whose", "reason"]),
    "import_hand_over": ({"note": NAME}, ["to"]),
    "import_reschedule": ({"when": "at"}, ["on_day", "at_time"]),
    "import_forbidden_listed": ({"reason": "ann@example.com"}, ["whose", "reason"]),
}  # fmt: skip
# What no browser can send wrong without being made to: lists to choose from, and plain buttons.
LISTS = {"member_role": {"role": "king"}, "import_options": {"again": "some"},
         "import_unchanged": {"unchanged": "some"},
         "import_overwrite": {"rule-source_platform": "some"},
         "import_group_decide": {"about": "melts", "choice": "some", "seen": "x"},
         "import_priority": {"priority": "7"},
         "import_possible": {"possible_phones": "some"},
         "import_override": {"code": "opt_out", "why": " "}}  # fmt: skip
ASKED_FOR = {"import_override": "Say why these rows are sent all the same"}  # else to choose
BUTTONS = {
    "customer_check", "customer_known", "member_remove", "team_webhook_test", "team_webhook_remove",
    "customer_words_read", "import_group_undo",
    "together_remove", "import_read_preview", "import_keep_column", "import_sheets",
    "import_ask_cancel", "import_undo", "import_pause", "import_resume", "import_go_on",
    "import_cancel", "import_rest", "import_skip_reading", "import_put_back", "history_search",
    "notices_read", "notice_read", "import_rows", "customers_preview", "tour_start", "tour_stop",
    "tokens_check", "styleguide_toast", "import_use_mapping", "team_mapping_remove",
    "members_search", "import_grid", "import_check_again", "import_review_undo",
    "customer_do_not_import_remove", "customer_do_not_import_remove_source",
    "team_do_not_import_remove", "team_do_not_import_remove_source", "import_unschedule",
}  # fmt: skip
SECRET = {"token", "url"}
OF_STATES = {"import_read_again": "review", "import_save_mapping": "review",
             "import_columns": "review", "import_column": "review",
             "import_joins": "review", "import_blank_words": "review", "import_send": "review",
             "import_ask": "review", "import_confirm": "odd", "import_options": "review",
             "import_unchanged": "review", "import_overwrite": "review",
             "import_group_decide": "review",
             "import_decide": "decision", "import_consent": "asking",
             "import_rule_columns": "wanted", "import_provenance": "wanted",
             "import_grid_row": "review", "import_grid_change": "review",
             "import_row_listed": "review", "import_forbidden_listed": "asking",
             "import_override": "wanted", "import_hand_over": "review",
             "import_reschedule": "at a time",
             "import_priority": "paused"}  # fmt: skip


@pytest.fixture
def filled(acme, ines, max_):
    people.vera()
    made = world.fill(acme, max_.user, still=True)
    asking = Lead.objects.filter(lead_import=made.imports["asking"], number=2)
    asking.update(verdict="excluded", code="opt_out", reason="Its column says so.")
    return made


def address_of(filled, name):
    address = world.addresses(filled)[name]
    if name not in OF_STATES:
        return address
    meant = filled.imports[OF_STATES[name]]
    if name == "import_decide":
        return f"/imports/{meant.pk}/send/decide/{meant.batches.get(state='decision').pk}/"
    return address.replace(f"/{filled.finished.pk}/", f"/{meant.pk}/")


def targets(page, link):
    """The control that a link of the summary leads to; a group stands for its first one."""
    found = next(one for one in page.elements if one.attrs.get("id") == link[1:])
    if found.name in CONTROLS:
        return found
    return next(one for one in elements_of(found) if one.name in CONTROLS)


def assert_every_error_is_found(page, fields):
    """The summary takes the focus and leads to each field, which says what is wrong with it."""
    alert = next(one for one in page.having("data-focus") if one.attrs.get("role") == "alert")
    assert alert.attrs["tabindex"] == "-1"
    links = {one.attrs["href"] for one in elements_of(alert) if one.name == "a"}
    assert len(links) == len(fields), (links, fields)
    for link in links:
        control = targets(page, link)
        group = next(
            (one for one in page.named("fieldset") if control in list(elements_of(one))), None
        )
        said = control.attrs.get("aria-describedby") or (group and group.attrs["aria-describedby"])
        assert control.attrs.get("aria-invalid") == "true" or group is not None, link
        errors = [one for one in page.elements if one.attrs.get("id") in said.split()]
        assert any("error" in one.attrs["id"] for one in errors), (link, said)


@pytest.mark.parametrize("name", sorted(WRONG))
def test_what_is_wrong_is_told_beside_its_field_and_nothing_typed_is_lost(max_, filled, name):
    sent, fields = WRONG[name]
    answer = max_.post(address_of(filled, name), sent)
    assert answer.status_code == 422
    page = Page(answer.content.decode())
    assert page.faults() == []
    assert_every_error_is_found(page, fields)
    for field, value in sent.items():
        again = [one.attrs.get("value") for one in page.named("input")
                 if one.attrs.get("name") == field]  # fmt: skip
        typed = field in {"name", "mega_id", "region", "why", "header_row", "hold_days", "email"}
        if typed and not (name == "customer_edit" and field == "mega_id"):
            assert again == [value], (field, again)
    assert not SECRET & {one.attrs.get("name") for one in page.named("input")
                         if one.attrs.get("value") in sent.values()}  # fmt: skip


@pytest.mark.parametrize("name", sorted(LISTS))
def test_what_no_list_offers_changes_nothing_and_is_said(max_, filled, name):
    before = list(Import.objects.values("pk", "priority", "duplicates"))
    roles = list(Membership.objects.values_list("pk", "role"))
    answer = max_.post(address_of(filled, name), LISTS[name], follow=True)
    assert ASKED_FOR.get(name, "Choose") in story.text(answer)
    assert 'role="alert"' in story.text(answer)
    assert list(Import.objects.values("pk", "priority", "duplicates")) == before
    assert list(Membership.objects.values_list("pk", "role")) == roles


def test_no_form_of_the_portal_is_forgotten_here(max_, filled):
    posts = set()
    for pattern in urls.urlpatterns:
        answer = max_.options(world.pattern_address(filled, pattern))
        if pattern.name in POSTED or "POST" in answer.headers.get("Allow", ""):
            posts.add(pattern.name)
    known = set(WRONG) | set(LISTS) | BUTTONS
    assert posts - known == set(), "say in this file what these forms answer when they are wrong"
    assert known - posts == set()


@pytest.mark.parametrize(
    ("address", "sent", "fields"),
    [
        ("/sign-in/", {"login": "", "password": ""}, ["login", "password"]),
        ("/sign-in/", {"login": "ines@example.com", "password": "guess"}, []),
        ("/password/reset/", {"email": "nobody"}, ["email"]),
        ("/password/change/", {"oldpassword": "no", "password1": "a", "password2": "b"},
         ["oldpassword", "password1"]),
    ],
)  # fmt: skip
def test_the_forms_of_the_account_tell_it_in_the_same_way(client, db, address, sent, fields):
    if "change" in address:
        client.force_login(people.anna())
    answer = client.post(address, sent)
    assert answer.status_code == 422
    page = Page(answer.content.decode())
    assert page.faults() == []
    assert_every_error_is_found(page, fields)
    assert sent.get("login", "") in answer.content.decode()
    passwords = [one for one in page.named("input") if one.attrs.get("type") == "password"]
    assert all("value" not in one.attrs for one in passwords)
