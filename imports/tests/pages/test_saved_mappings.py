"""Mappings saved by name: kept, offered for files that they fit, used, renamed, removed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from imports import access
from imports.columns import derive, options, saved
from imports.columns.changes import Change
from imports.columns.sources import Split
from imports.models import Event, Import, ImportState, SavedMapping
from imports.tests import people
from imports.tests.pages import story
from imports.tests.pages.test_columns import columns_page
from imports.tests.pages.test_remembered import mapped
from imports.tests.pages.test_shapes import send
from portal.models import Role

SHEET = "Client,Tel-Nr,Origin,Memo\nAna Souza,2065550123,Print ad,call soon\n"
CHOICES = {
    "client": "contact_name",
    "tel-nr": "contact_phone",
    "origin": {"target": "source_platform", "values": {"Print ad": "direct"}},
    "memo": "custom_fields.note",
}


@pytest.fixture
def made(ines, acme):
    """A file that Ines mapped."""
    lead_import = story.reviewed(acme, ines.user, content=SHEET)
    mapped(lead_import, ines.user, **CHOICES)
    return Import.objects.get(pk=lead_import.pk)


def save(browser, lead_import, name="Weekly", owner="customer", **more):
    return browser.post(
        f"/imports/{lead_import.pk}/columns/save/", {"name": name, "owner": owner} | more
    )


def use(browser, lead_import, kept=None, version=None):
    kept = kept or SavedMapping.objects.get()
    version = version or lead_import.mapping.version
    address = f"/imports/{lead_import.pk}/columns/use/{kept.pk}/"
    return browser.post(address, {"expected_version": version}, follow=True)


def columns_of(lead_import):
    now = Import.objects.get(pk=lead_import.pk)
    return {column.header: column for column in derive.mapping_of(now).columns}


def next_file(customer, user, content=SHEET):
    return story.reviewed(customer, user, content=content, name="next.csv")


def test_ines_saves_a_mapping_and_uses_it_for_the_next_file_with_these_headings(ines, acme, made):
    assert save(ines, made).status_code == 302
    second = next_file(
        acme, ines.user, "Memo,Client,Tel-Nr,Origin\nlater,Ben,2065550124,Print ad\n"
    )
    page = story.text(columns_page(ines, second))
    assert "<bdi>Weekly</bdi>" in page
    assert "It was saved for a file with the very same headings." in page
    assert "The columns are as in “Weekly”." in story.text(use(ines, second))
    now = columns_of(second)
    assert {heading: column.target for heading, column in now.items()} == {
        "Client": "contact_name",
        "Tel-Nr": "contact_phone",
        "Origin": "source_platform",
        "Memo": "custom_fields.note",
    }
    assert now["Memo"].reason == "as in the saved mapping “Weekly”"
    story.check(second)
    body = Import.objects.get(pk=second.pk).leads.get().body
    assert body["source_platform"] == "direct"
    assert body["custom_fields"] == {"note": "later"}
    acts = Event.objects.filter(act="mapping_saved")
    assert acts.get().facts == {
        "mapping": SavedMapping.objects.get().pk, "for_team": False, "replaced": False,
    }  # fmt: skip


def test_what_a_colleague_changed_since_the_page_was_opened_is_not_saved_unseen(ines, max_, made):
    shown = made.mapping.version
    assert f'name="expected_version" value="{shown}"' in story.text(columns_page(ines, made))
    send(max_, made, 0, change_0="capitals")
    answer = save(ines, made, expected_version=shown)
    assert answer.status_code == 422
    said = story.text(answer)
    assert "Max Meyer changed the columns while you were at them" in said
    assert 'value="Weekly"' in said, "the name is kept"
    assert not SavedMapping.objects.exists()
    assert save(ines, made, expected_version=shown + 1).status_code == 302
    kept = SavedMapping.objects.get().content
    assert kept["columns"][0]["changes"] == [["capitals"]]


def test_changes_splits_templates_and_regions_are_saved_with_it(ines, acme, made):
    parts = {"by": "last", "parts": "2", "target_0": "first_name", "target_1": "last_name"}
    send(ines, made, 0, **parts)
    send(ines, made, 1, change_0="digits", others="phone_2", country="3", region="DE")
    send(ines, made, 3, blank="none")
    send(ines, made, "joined", template_0="{Origin}: {Memo}", target_0="custom", slug_0="all")
    save(ines, Import.objects.get(pk=made.pk))
    second = next_file(
        acme, ines.user, "Memo,Client,Tel-Nr,Origin\nlater,Ben,2065550124,Print ad\n"
    )
    use(ines, second)
    now = columns_of(second)
    assert now["Client"].split == Split("last", ("last_name",))
    assert now["Tel-Nr"].changes == (Change("digits"),)
    assert now["Tel-Nr"].others == "custom_fields.phone_2"
    used = derive.mapping_of(Import.objects.get(pk=second.pk))
    assert used.joins == {"custom_fields.all": "{Origin}: {Memo}"}
    assert used.constants == {"custom_fields.note": "none"}
    assert (used.country, used.region) == (0, "DE"), "the same heading stands elsewhere"


def test_a_template_of_this_file_stays_where_the_saved_mapping_has_none(ines, acme, made):
    save(ines, made)
    second = next_file(acme, ines.user)
    place = {"template_0": "{Origin}: {Memo}", "target_0": "custom", "slug_0": "all"}
    send(ines, second, 0, by="last", parts="2", target_0="first_name", target_1="last_name")
    send(ines, second, "joined", **place)
    second.refresh_from_db()
    use(ines, second)
    now = derive.mapping_of(Import.objects.get(pk=second.pk))
    assert now.joins == {"custom_fields.all": "{Origin}: {Memo}"}
    assert (now.columns[0].target, now.columns[0].split) == ("contact_name", None)


def test_one_that_fits_in_part_says_what_is_missing(ines, acme, made):
    save(ines, made)
    some = next_file(acme, ines.user, "Client,Tel-Nr,Origin,Age\nAna,2065550123,Print ad,40\n")
    page = story.text(columns_page(ines, some))
    assert "3 of its 4 headings are in this file. Missing: “Memo”." in page
    use(ines, some)
    assert columns_of(some)["Tel-Nr"].target == "contact_phone"
    assert columns_of(some)["Age"].target is None


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("Client,Tel-Nr,Origin,Memo,Memo", "All its headings are in this file."),
        ("Client,Tel-Nr,Origin,Memo,Age", "All its headings are in this file, which has more."),
    ],
)
def test_that_a_file_has_more_headings_is_said_only_where_it_has(ines, acme, made, heading, said):
    save(ines, made)
    other = next_file(acme, ines.user, f"{heading}\nAna,2065550123,Print ad,later,40\n")
    assert said in story.text(columns_page(ines, other))


def test_one_for_other_headings_stands_apart_and_changes_nothing(ines, acme, made):
    save(ines, made)
    other = next_file(acme, ines.user, "Full name,Phone\nAna,2065550123\n")
    page = story.text(columns_page(ines, other))
    assert "No saved mapping fits the headings of this file." in page
    assert "1 saved mapping for other headings" in page
    answer = story.text(use(ines, other))
    assert "No heading of “Weekly” is in this file, so nothing was changed." in answer
    assert Import.objects.get(pk=other.pk).mapping.version == 1


def test_a_column_that_would_feed_the_same_field_gives_way(ines, acme, made):
    save(ines, made)
    more = next_file(
        acme, ines.user, SHEET.replace("Memo", "Phone").replace("call soon", "2065550177")
    )
    use(ines, more)
    assert columns_of(more)["Tel-Nr"].target == "contact_phone"
    assert columns_of(more)["Phone"].target is None


def test_masked_columns_stay_masked(ines, acme):
    content = "Client,Tel-Nr,SSN\nAna,2065550123,123-45-6789\n"
    first = story.reviewed(acme, ines.user, content=content)
    mapped(first, ines.user, client="contact_name")
    first = Import.objects.get(pk=first.pk)
    save(ines, first)
    kept = SavedMapping.objects.get()
    kept.content["columns"][2] |= {"target": "custom_fields.ssn", "masked": ""}
    kept.save()
    second = next_file(acme, ines.user, content)
    use(ines, second)
    assert columns_of(second)["SSN"].target is None


def test_a_customers_is_not_offered_for_another_and_a_teams_is(ines, acme, made):
    save(ines, made)
    save(ines, made, "For all", owner="team")
    birch = next_file(people.customer("Birch"), ines.user)
    page = story.text(columns_page(ines, birch))
    assert "<bdi>For all</bdi>" in page
    assert "<bdi>Weekly</bdi>" not in page
    assert "For every customer of North" in page
    mine = SavedMapping.objects.get(name="Weekly")
    assert use(ines, birch, mine).status_code == 404
    assert Import.objects.get(pk=birch.pk).mapping.version == 1


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "This field is required."),
        ("\u200b", "Nothing of this name can be seen; type one with letters or digits."),
        ("x" * 81, "at most 80 characters"),
        (" weekly", ""),
        ("Week\u200bly ", "There is a saved mapping of this name already."),
    ],
)
def test_a_name_that_cannot_be_has_its_sentence_beside_it(ines, made, name, sentence):
    save(ines, made)
    answer = save(ines, made, name)
    if not sentence:
        assert answer.status_code == 302, "other letters are another name"
        return
    assert answer.status_code == 422
    page = story.text(answer)
    assert sentence in page
    assert 'aria-describedby="id_name_error"' in page
    assert SavedMapping.objects.count() == 1


def test_one_of_the_same_name_is_replaced_only_when_that_is_said(ines, made):
    save(ines, made)
    mapped(made, ines.user, memo="custom_fields.remark")
    made.refresh_from_db()
    assert save(ines, made).status_code == 422
    assert save(ines, made, replace="on").status_code == 302
    kept = SavedMapping.objects.get()
    assert kept.content["columns"][3]["target"] == "custom_fields.remark"


def test_a_colleagues_is_replaced_by_them_or_a_manager(ines, max_, made):
    save(max_, made, owner="team")
    answer = save(ines, made, owner="team", replace="on")
    assert answer.status_code == 422
    assert "“Weekly” was saved by Max Meyer; replacing it takes them or a manager." in story.text(
        answer
    )
    assert 'aria-describedby="id_replace_error"' in story.text(answer)
    save(ines, made, "Mine")
    assert save(max_, made, "Mine", replace="on").status_code == 302


@pytest.mark.parametrize("replace", [{}, {"replace": "on"}])
def test_one_that_a_colleague_saves_between_the_look_and_the_write_stays(
    ines, max_, made, monkeypatch, replace
):
    look = saved.named

    def and_then_max_saves(*args, **kwargs):
        found = look(*args, **kwargs)
        SavedMapping.objects.get_or_create(
            team=made.customer.team, customer=made.customer, name="Weekly",
            defaults={"headers": [], "content": {"by": "max"}, "created_by": max_.user},
        )  # fmt: skip
        return found

    monkeypatch.setattr(saved, "named", and_then_max_saves)
    answer = save(ines, made, **replace)
    assert answer.status_code == 422
    page = story.text(answer)
    assert "A mapping was saved as “Weekly” in the meantime. Choose another name" in page
    assert 'aria-describedby="id_name_error"' in page
    assert SavedMapping.objects.get().content == {"by": "max"}


def test_where_the_one_to_be_replaced_is_gone_by_then_it_is_saved_anew(ines, made, monkeypatch):
    save(ines, made)
    look = saved.named

    def and_then_it_is_removed(*args, **kwargs):
        found = look(*args, **kwargs)
        SavedMapping.objects.all().delete()
        return found

    monkeypatch.setattr(saved, "named", and_then_it_is_removed)
    assert save(ines, made, replace="on").status_code == 302
    acts = Event.objects.filter(act="mapping_saved").order_by("pk")
    assert [one.facts["replaced"] for one in acts] == [False, False]


def page_of(browser, kept, act=""):
    return browser.get(f"/teams/north/mappings/{kept.pk}/{act}")


def test_who_saved_it_renames_and_removes_it(ines, made):
    save(ines, made)
    kept = SavedMapping.objects.get()
    listed = story.text(ines.get("/teams/north/mappings/"))
    assert "<bdi>Weekly</bdi>" in listed
    assert '<a href="/customers/acme/"><bdi>Acme</bdi></a>' in listed
    assert f'href="/teams/north/mappings/{kept.pk}/"' in listed
    ines.post(f"/teams/north/mappings/{kept.pk}/", {"name": "Meta  leads"})
    assert SavedMapping.objects.get().name == "Meta leads"
    assert "It is no longer offered" in story.text(page_of(ines, kept, "remove/"))
    ines.post(f"/teams/north/mappings/{kept.pk}/remove/")
    assert not SavedMapping.objects.exists()
    assert "No mapping is saved yet" in story.text(ines.get("/teams/north/mappings/"))
    told = Event.objects.filter(act__startswith="mapping_").values_list("act", flat=True)
    assert list(told.order_by("pk")) == ["mapping_saved", "mapping_renamed", "mapping_removed"]


def test_a_name_that_another_one_has_is_refused_beside_the_field(ines, made):
    save(ines, made)
    save(ines, made, "Monthly")
    kept = SavedMapping.objects.get(name="Monthly")
    answer = ines.post(f"/teams/north/mappings/{kept.pk}/", {"name": "Weekly"})
    assert answer.status_code == 422
    assert "There is a saved mapping “Weekly” already; choose another name." in story.text(answer)
    assert SavedMapping.objects.filter(name="Monthly").exists()


def test_another_name_leaves_what_a_colleague_made_of_it_in_the_meantime(ines, max_, made):
    save(ines, made)
    read_before = SavedMapping.objects.get()
    mapped(made, max_.user, memo="custom_fields.remark")
    made.refresh_from_db()
    save(max_, made, replace="on")
    saved.rename(read_before, ines.user, "Monthly")
    kept = SavedMapping.objects.get()
    assert (kept.name, kept.changed_by) == ("Monthly", ines.user)
    assert kept.content["columns"][3]["target"] == "custom_fields.remark"


def test_one_that_a_colleague_removed_in_the_meantime_is_not_made_again(ines, made, monkeypatch):
    save(ines, made)
    kept = SavedMapping.objects.get()
    look = access.get_mapping_to_change

    def and_then_it_is_removed(*args, **kwargs):
        found = look(*args, **kwargs)
        SavedMapping.objects.all().delete()
        return found

    monkeypatch.setattr(access, "get_mapping_to_change", and_then_it_is_removed)
    answer = ines.post(f"/teams/north/mappings/{kept.pk}/", {"name": "Monthly"})
    assert answer.status_code == 422
    assert "This saved mapping was removed in the meantime." in story.text(answer)
    assert not SavedMapping.objects.exists()


def test_an_importer_leaves_a_colleagues_alone_and_a_manager_may(ines, max_, made):
    save(max_, made)
    kept = SavedMapping.objects.get()
    listed = story.text(ines.get("/teams/north/mappings/"))
    assert f'href="/teams/north/mappings/{kept.pk}/"' not in listed
    for act in ("", "remove/"):
        assert page_of(ines, kept, act).status_code == 403
        answer = ines.post(f"/teams/north/mappings/{kept.pk}/{act}", {"name": "Mine"})
        assert answer.status_code == 403
        assert page_of(max_, kept, act).status_code == 200
    assert SavedMapping.objects.get().name == "Weekly"


def test_readers_read_and_strangers_find_nothing(vera, audrey, sam, ines, acme, made):
    save(ines, made)
    kept = SavedMapping.objects.get()
    second = next_file(acme, ines.user)
    for reader in (vera, audrey):
        assert "<bdi>Weekly</bdi>" in story.text(reader.get("/teams/north/mappings/"))
        assert "Use it" not in story.text(columns_page(reader, second))
        assert use(reader, second).status_code == 403
        assert save(reader, second, "Other").status_code == 403
        assert page_of(reader, kept).status_code == 403
    for address in ("", f"{kept.pk}/", f"{kept.pk}/remove/"):
        assert sam.get(f"/teams/north/mappings/{address}").status_code == 404
    assert sam.post(f"/teams/south/mappings/{kept.pk}/", {"name": "x"}).status_code == 404
    assert use(sam, second).status_code == 404
    assert save(sam, second, "Other").status_code == 404
    assert [one.name for one in SavedMapping.objects.all()] == ["Weekly"]


def test_an_importer_of_two_teams_uses_none_of_the_others_team(ines, acme, made):
    save(ines, made, owner="team")
    south = people.team("South")
    ines.user.memberships.create(team=south, role=Role.IMPORTER)
    second = next_file(people.customer("Cedar", in_team=south), ines.user)
    assert "<bdi>Weekly</bdi>" not in story.text(columns_page(ines, second))
    assert use(ines, second).status_code == 404


def test_frozen_columns_use_and_offer_nothing(ines, acme, made):
    save(ines, made)
    Import.objects.filter(pk=made.pk).update(state=ImportState.FINISHED)
    assert "Use it" not in story.text(columns_page(ines, made))
    assert "can no longer be changed" in story.text(use(ines, made))


def test_while_the_file_is_read_there_is_nothing_to_save(ines, made):
    options.reread(made, None, dialect={"header_row": 1})
    assert save(ines, made).status_code == 302
    assert not SavedMapping.objects.exists()


def test_a_long_list_of_them_asks_for_nobodys_role_again_and_again(ines, made):
    def asked():
        with CaptureQueriesContext(connection) as seen:
            assert ines.get("/teams/north/mappings/").status_code == 200
        return len(seen)

    save(ines, made)
    asked()  # what is asked once for a session
    few = asked()
    for number in range(5):
        save(ines, made, name=f"Weekly {number}")
    assert asked() == few
