"""What holds for every page, found by walking through all addresses."""

import uuid
import zlib
from types import SimpleNamespace

import pytest
from django.urls import reverse

from imports import urls
from imports.columns import saved
from imports.customer_list import kept
from imports.customer_list.sheet import Raw, Sheet
from imports.intake.upload import Wishes
from imports.models import Attempt, Batch, BatchState
from imports.tests import people
from imports.tests.pages import story, world
from portal.models import Membership

NAMES = [pattern.name for pattern in urls.urlpatterns]
POSTED = {
    "customer_check", "customer_words_read", "member_add", "member_role", "import_read_again",
    "import_options", "import_unchanged", "import_overwrite", "import_confirm",
    "import_read_preview", "import_ask", "import_ask_cancel", "import_undo", "import_pause",
    "import_resume",
    "import_go_on", "import_decide", "import_priority", "import_rest", "import_skip_reading",
    "history_search", "team_webhook_test", "notices_read", "notice_read", "customer_known",
    "together_start", "together_remove", "import_sheets", "import_keep_column", "tokens_check",
    "tour_start", "tour_stop", "styleguide_toast", "import_save_mapping", "import_use_mapping",
    "members_search", "import_possible", "import_review_undo", "import_check_again",
    "import_override", "import_group_decide", "import_group_undo",
    "customer_do_not_import_add", "customer_do_not_import_check", "team_do_not_import_add",
    "team_do_not_import_check", "import_reschedule", "import_unschedule", "import_hand_over",
}  # fmt: skip
FOR_IMPORTERS = {
    "customer_check", "customer_words_read", "import_read_again", "import_read_preview",
    "import_options", "import_unchanged", "import_overwrite", "import_confirm",
    "import_ask", "import_ask_cancel",
    "import_undo", "import_pause", "import_resume", "import_go_on", "import_cancel",
    "import_decide", "import_priority", "import_retry", "import_rest", "import_columns",
    "import_column", "import_joins", "import_blank_words", "import_possible",
    "import_consent", "import_rule_columns", "import_check_again",
    "import_provenance",
    "import_send", "import_new", "import_skip_reading", "import_put_back",
    "customer_known", "together_start", "together_remove", "import_sheets", "tokens_check",
    "tour_start", "import_save_mapping", "import_use_mapping", "team_mapping",
    "team_mapping_remove", "import_grid_row", "import_grid_change", "import_review_undo",
    "import_group_decide", "import_group_undo",
    "customer_do_not_import_add", "customer_do_not_import_check",
    "team_do_not_import_add", "team_do_not_import_check", "import_row_listed",
    "import_forbidden_listed", "import_reschedule", "import_unschedule", "import_hand_over",
}  # fmt: skip
FOR_MANAGERS = {
    "customer_new", "customer_edit", "customer_token", "member_add", "member_role",
    "member_remove", "team_webhook", "team_webhook_test", "team_webhook_remove",
    "import_keep_column", "import_override", "customers_new", "customers_preview",
    "customer_do_not_import_remove", "customer_do_not_import_remove_source",
    "team_do_not_import_remove", "team_do_not_import_remove_source",
}  # fmt: skip
GET_FOR_MANAGERS = {"customers_wrong"}
GET_FOR_IMPORTERS = {"customer_do_not_import_csv", "team_do_not_import_csv"}
OWNERS = ("customer", "team")  # of do-not-import lists
OF_THE_READER = {  # lists of one's own things, and pages about the portal
    "home", "customers", "customers_csv", "customer_new", "teams", "import_new", "history",
    "history_search", "history_csv", "audit", "audit_check", "audit_csv", "help", "sample",
    "preferences", "notices", "notices_csv", "notices_read", "engine", "customers_new",
    "customers_template",
    "customers_preview", "customers_wrong", "tokens_check",
    "tour_start", "tour_stop", "styleguide", "styleguide_toast", "month_csv", "history_charts",
}  # fmt: skip


@pytest.fixture
def things(acme, max_):
    """One of each kind that an address can name, in the team North."""
    a_list = kept.keep(max_.user, kept.Kept(Sheet([Raw(2, {"name": "Acme"})]), "a.csv", None, "US"))
    lead_import = story.answered(acme, wishes=Wishes(together=uuid.uuid4()))
    batch = story.a_batch(lead_import, [2], state=BatchState.DECISION)
    Batch.objects.update(body=zlib.compress(b'{"leads": []}'))
    Attempt.objects.update(answer=zlib.compress(b"{}"), headers={"content-type": "text/html"})
    member = Membership.objects.create(
        user=people.person("lea@example.com"), team=acme.team, role="viewer"
    )
    return SimpleNamespace(
        customer=acme,
        a_list=a_list,
        lead_import=lead_import,
        batch=batch,
        answer=Attempt.objects.filter(answer__isnull=False).get(),
        member=member,
        mapping=saved.save(lead_import, max_.user, "Weekly", for_team=False)[0],
        listed={of: world.listed(acme, max_.user, of_team=of == "team") for of in OWNERS},
    )


@pytest.fixture
def addresses(things):
    """An address for each name."""
    return {
        name: next(filter(None, (_reverse(name, one) for one in _arguments(name, things))))
        for name in NAMES
    }


def _arguments(name, things):
    """What an address of this name may want to be told, the least first."""
    customer, team = {"slug": things.customer.slug}, {"slug": "north"}
    if "_do_not_import" in name:
        of = name.partition("_")[0]
        slug, entry = customer if of == "customer" else team, things.listed[of]
        return [slug, slug | {"pk": entry.addition_id if name.endswith("source") else entry.pk}]
    options = {
        "customer": [{}, customer, {"pk": things.a_list}],
        "team_mapping": [team, team | {"pk": things.mapping.pk}],
        "team": [{}, team, team | {"pk": things.member.pk}],
        "member": [{}, team, team | {"pk": things.member.pk}],
        "together": [{"together": things.lead_import.together}],
        "notice": [{}, {"pk": things.lead_import.notices.get().pk}],
    }
    known = next((found for kind, found in options.items() if name.startswith(kind)), None)
    return known or _of_the_import(name, things)


def _of_the_import(name, things):
    pk = {"pk": things.lead_import.pk}
    sent = pk | {"batch": things.answer.batch_id}
    more = ({"column": 0}, {"saved_pk": things.mapping.pk}, {"number": 2}, {"act": 1})
    return [
        {}, pk, sent if "request" in name else pk | {"batch": things.batch.pk},
        sent | {"attempt": things.answer.pk}, *(pk | one for one in more),
    ]  # fmt: skip


def _reverse(name, arguments):
    try:
        return reverse(name, kwargs=arguments)
    except Exception:  # noqa: BLE001 - not this many arguments
        return None


def _ask(client, name, address):
    return client.post(address) if name in POSTED else client.get(address)


def test_a_visitor_is_sent_to_the_sign_in(client, addresses):
    for name, address in addresses.items():
        answer = _ask(client, name, address)
        assert answer.status_code == 302, name
        assert answer["Location"].startswith("/sign-in/"), name


def test_a_stranger_finds_nothing(sam, addresses):
    for name, address in addresses.items():
        if name not in OF_THE_READER:
            for answer in (sam.get(address), sam.post(address)):
                assert answer.status_code in {404, 405}, (name, answer.status_code)
            assert _ask(sam, name, address).status_code == 404, name


def test_nothing_of_the_team_stands_on_a_strangers_own_pages(sam, addresses):
    for name in OF_THE_READER - POSTED:
        page = story.text(sam.get(addresses[name], follow=True))
        assert "Acme" not in page, name
        assert "leads.csv" not in page, name


def test_readers_may_read_and_not_write(vera, audrey, addresses):
    for reader, shut in ((vera, ("audit", "engine", "month")), (audrey, ("month",))):
        for name in GET_FOR_MANAGERS | GET_FOR_IMPORTERS:
            assert reader.get(addresses[name]).status_code == 403, (reader.user.email, name)
        for name in FOR_IMPORTERS | FOR_MANAGERS:
            assert reader.post(addresses[name]).status_code == 403, (reader.user.email, name)
        shut_out = FOR_MANAGERS | FOR_IMPORTERS | GET_FOR_MANAGERS | GET_FOR_IMPORTERS
        for name in set(addresses) - POSTED - shut_out:
            expected = {403} if name.startswith(shut) else {200, 204, 302}
            status = reader.get(addresses[name]).status_code
            assert status in expected, (reader.user.email, name)


def test_importers_keep_off_what_managers_do(ines, addresses):
    for name in FOR_MANAGERS:
        assert ines.post(addresses[name]).status_code == 403, name
    for name in GET_FOR_MANAGERS:
        assert ines.get(addresses[name]).status_code == 403, name
    assert ines.get(addresses["month_csv"]).status_code == 403


def test_no_page_is_kept_or_holds_the_token_or_runs_anything_inline(max_, addresses):
    for name, address in addresses.items():
        answer = _ask(max_, name, address)
        assert answer.status_code in {200, 204, 302, 422}, name
        assert "no-store" in answer["Cache-Control"], name
        assert answer["Referrer-Policy"] == "same-origin", name
        assert "default-src 'none'" in answer["Content-Security-Policy"], name
        assert "unsafe" not in answer["Content-Security-Policy"], name
        page = story.text(answer)
        assert people.TOKEN not in page, name
        assert people.TOKEN[5:20] not in page, name
        assert " style=" not in page, name
        assert "<style" not in page, name
        assert "<script>" not in page, name
        assert " onclick=" not in page, name


def test_every_page_has_a_title_and_one_heading(max_, addresses):
    for name in set(addresses) - POSTED:
        answer = max_.get(addresses[name], follow=True)
        if not answer.streaming and answer.status_code == 200 and "<html" in story.text(answer):
            page = story.text(answer)
            assert page.count("<h1") == 1 or "_remove" in name or "_cancel" in name, name
            assert "<title></title>" not in page, name
            assert 'href="#main"' in page, name
