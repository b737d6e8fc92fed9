"""Two people at the cells of one column, or at what is joined: nothing of either is lost."""

import pytest
from django.core.cache import cache

from imports.columns import derive, options
from imports.columns.changes import Change
from imports.columns.sources import Split
from imports.models import Import
from imports.tests.pages import story
from imports.tests.pages.test_columns import fields_of
from imports.tests.pages.test_shapes import send


@pytest.fixture(autouse=True)
def _nobody_is_there():
    cache.clear()


@pytest.fixture
def made(ines, acme):
    """Columns: Full name, Phone, E-mail, Source, Budget."""
    return story.reviewed(acme, ines.user)


def path(made, place):
    return f"/imports/{made.pk}/columns/{place}/"


def opened(browser, made, place):
    """What the form of the page would send as it stands."""
    return fields_of(browser.get(path(made, place)))


def save(browser, made, place, fields, **changes):
    return browser.post(path(made, place), fields | changes)


def now(made):
    return derive.mapping_of(Import.objects.get(pk=made.pk))


def test_the_second_sees_who_changed_what_and_saving_again_goes_on_top(ines, max_, made):
    hers = opened(ines, made, 0)
    send(max_, made, 1, change_0="prefix", what_0="p:", region="DE")
    answer = save(ines, made, 0, hers, change_0="upper")
    assert answer.status_code == 409
    said = story.text(answer)
    assert "Max Meyer changed the columns while you were at them" in said
    assert "<bdi>Phone</bdi>: Phone; without “p:” in front (Max Meyer, <time" in said
    assert "Other phones without a country code are those of Germany" in said
    assert f'href="{path(made, 0)}">Drop my choices and take theirs</a>' in said
    assert now(made).columns[0].changes == (), "nothing of hers is saved yet"
    assert fields_of(answer)["change_0"] == "upper"
    assert ">Changed</th>" in said
    assert "<bdi>ANA SOUZA</bdi>" in said, "what comes out of it is shown"

    assert save(ines, made, 0, fields_of(answer)).status_code == 302
    name, phone = now(made).columns[:2]
    assert (name.changes, phone.changes) == ((Change("upper"),), (Change("prefix", "p:"),))
    assert now(made).region == "DE"


def test_of_the_same_column_each_keeps_what_the_other_did_not_touch(ines, max_, made):
    hers = opened(ines, made, 1)
    send(max_, made, 1, others="phone_2", change_0="tidy")
    answer = save(ines, made, 1, hers, change_0="digits", region="FR")
    said = story.text(answer)
    assert "Phone; single spaces; others go to Custom field phone_2 (Max Meyer," in said
    assert "; you: Phone; digits only</li>" in said
    shown = fields_of(answer)
    assert (shown["change_0"], shown["others"], shown["region"]) == ("digits", "phone_2", "FR")
    save(ines, made, 1, shown)
    phone = now(made).columns[1]
    assert (phone.changes, phone.others) == ((Change("digits"),), "custom_fields.phone_2")
    assert now(made).region == "FR"


def test_a_field_that_he_chose_meanwhile_stays_where_she_changed_the_cells(ines, max_, made):
    hers = opened(ines, made, 4)
    columns = fields_of(max_.get(f"/imports/{made.pk}/columns/"))
    custom = {"target_4": "custom", "slug_4": "budget"}
    assert max_.post(f"/imports/{made.pk}/columns/", columns | custom).status_code == 302
    answer = save(ines, made, 4, hers, change_0="digits")
    said = story.text(answer)
    assert "<bdi>Budget</bdi>: Custom field budget (Max Meyer," in said
    assert "; you: left out; digits only</li>" in said
    assert "blank" in fields_of(answer), "what is asked of a custom field is asked now"
    save(ines, made, 4, fields_of(answer), blank="0")
    budget = now(made).columns[4]
    assert (budget.target, budget.changes) == ("custom_fields.budget", (Change("digits"),))
    assert now(made).constants == {"custom_fields.budget": "0"}


def test_types_and_values_for_blank_cells_are_kept_on_either_side(ines, max_, made):
    columns = fields_of(max_.get(f"/imports/{made.pk}/columns/"))
    custom = {"target_4": "custom", "slug_4": "budget"}
    max_.post(f"/imports/{made.pk}/columns/", columns | custom)
    hers = opened(ines, made, 4)
    send(max_, made, 4, read_as="point")
    answer = save(ines, made, 4, hers, blank="7")
    assert fields_of(answer)["read_as"] == "point"
    assert fields_of(answer)["blank"] == "7"
    save(ines, made, 4, fields_of(answer))
    assert now(made).columns[4].read_as == "point"
    assert now(made).constants == {"custom_fields.budget": "7"}


def test_her_split_and_all_lines_of_her_changes_outlive_what_he_did(ines, max_, made):
    many = {f"change_{n}": kind for n, kind in enumerate(("tidy", "lower"))}
    send(ines, made, 0, **many)
    hers = opened(ines, made, 0)
    send(max_, made, 0, change_0="", change_1="")
    parts = {"by": "last", "parts": "2", "target_0": "first_name", "target_1": "last_name"}
    more = {"change_2": "capitals", "change_3": "replace", "what_3": "A", "into_3": "B"}
    answer = save(ines, made, 0, hers, **parts, **more)
    assert answer.status_code == 409
    save(ines, made, 0, fields_of(answer))
    name = now(made).columns[0]
    assert [one.kind for one in name.changes] == ["tidy", "lower", "capitals", "replace"]
    assert (name.target, name.split) == ("first_name", Split("last", ("last_name",)))


def test_templates_of_both_are_kept(ines, max_, made):
    hers = opened(ines, made, "joined")
    his = {"template_0": "{Budget}", "target_0": "custom", "slug_0": "money"}
    send(max_, made, "joined", **his)
    own = {"template_0": "{Source}", "target_0": "custom", "slug_0": "from"}
    answer = save(ines, made, "joined", hers, **own)
    assert answer.status_code == 409
    assert "Custom field money is made of “{Budget}”" in story.text(answer)
    assert now(made).joins == {"custom_fields.money": "{Budget}"}
    save(ines, made, "joined", fields_of(answer))
    both = {"custom_fields.money": "{Budget}", "custom_fields.from": "{Source}"}
    assert now(made).joins == both


def test_a_third_change_is_told_of_once_more(ines, max_, made):
    hers = opened(ines, made, 0)
    send(max_, made, 1, change_0="tidy")
    first = save(ines, made, 0, hers, change_0="capitals")
    send(max_, made, 2, change_0="lower")
    second = save(ines, made, 0, fields_of(first))
    assert second.status_code == 409
    said = story.text(second)
    assert "<bdi>E-mail</bdi>: E-mail; all small letters" in said
    assert "<bdi>Phone</bdi>" not in said, "she has seen that"
    assert save(ines, made, 0, fields_of(second)).status_code == 302
    assert now(made).columns[0].changes == (Change("capitals"),)


def test_who_changed_nothing_goes_on_without_a_question(ines, max_, made):
    hers = opened(ines, made, 0)
    send(max_, made, 1, change_0="tidy")
    assert save(ines, made, 0, hers).status_code == 302
    assert now(made).columns[1].changes == (Change("tidy"),)


def test_a_file_that_was_read_anew_leads_to_its_columns_also_from_the_live_sample(ines, made):
    hers = opened(ines, made, 0)
    options.reread(made, None, dialect={"header_row": 2})
    story.read_and_check(Import.objects.get(pk=made.pk))
    answer = ines.post(path(made, 0), hers | {"change_0": "capitals"}, follow=True)
    assert "The file was read anew since this page was opened" in story.text(answer)
    trial = hers | {"show": "1"}
    live = ines.post(path(made, 0), trial, headers={"HX-Request": "true"})
    assert live["HX-Redirect"] == f"/imports/{made.pk}/columns/"


def test_what_is_frozen_meanwhile_says_so(ines, made):
    hers = opened(ines, made, 0)
    Import.objects.filter(pk=made.pk).update(state="queued")
    answer = save(ines, made, 0, hers, change_0="capitals")
    assert answer.status_code == 422
    assert "its columns and options can no longer be changed" in story.text(answer)
