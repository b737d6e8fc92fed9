"""Two people at the same mapping are told of each other; nothing is overwritten in silence."""

import re

import pytest
from django.core.cache import cache

from imports.columns import derive, options
from imports.columns.changes import Change
from imports.columns.sources import Split
from imports.models import Import
from imports.tests.pages import story
from imports.tests.pages.test_columns import columns_page, fields_of
from imports.tests.pages.test_shapes import send


@pytest.fixture(autouse=True)
def _nobody_is_there():
    cache.clear()


@pytest.fixture
def made(ines, acme):
    return story.reviewed(acme, ines.user)


def save(browser, lead_import, fields, **changes):
    return browser.post(f"/imports/{lead_import.pk}/columns/", fields | changes)


def targets(lead_import):
    now = Import.objects.get(pk=lead_import.pk)
    return [column.target for column in derive.mapping_of(now).columns]


def version(lead_import):
    return Import.objects.get(pk=lead_import.pk).mapping.version


def chosen(page, name):
    """What is selected or typed in a control."""
    text = page.content.decode()
    control = re.search(rf'<select[^>]* name="{name}".*?</select>', text, re.DOTALL)
    if control:
        return re.search(r'value="([^"]*)" selected', control[0])[1]
    return re.search(rf'name="{name}" value="([^"]*)"', text)[1]


def note(page, index):
    """The words beside a column, which its select refers to."""
    text = story.text(page)
    select = re.search(rf'<select[^>]* name="target_{index}"[^>]*>', text)[0]
    if f'aria-describedby="meanwhile-{index}"' not in select:
        return ""
    found = re.search(rf'id="meanwhile-{index}".*?</p>', text)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", found.split(">", 1)[1]).split())


def test_the_second_to_save_sees_what_the_first_changed_and_nothing_is_saved(ines, max_, made):
    """Columns: Full name, Phone, E-mail, Source, Budget."""
    hers = fields_of(columns_page(ines, made))
    save(max_, made, fields_of(columns_page(max_, made)), target_3="")
    answer = save(ines, made, hers, target_1="")
    assert answer.status_code == 409
    assert version(made) == 2
    assert targets(made)[1] == "contact_phone"
    assert "Max Meyer changed the columns while you were at them" in story.text(answer)
    assert "Max Meyer: left out," in note(answer, 3)
    assert chosen(answer, "target_3") == "", "theirs, where she chose nothing"
    assert chosen(answer, "target_1") == "", "hers, where he chose nothing"
    assert note(answer, 1) == ""

    again = save(ines, made, fields_of(answer))
    assert again.status_code == 302
    assert targets(made) == ["contact_name", None, "contact_email", None, None]


def test_where_both_chose_hers_is_selected_and_his_stands_beside_it(ines, max_, made):
    hers = fields_of(columns_page(ines, made))
    save(max_, made, fields_of(columns_page(max_, made)), target_4="custom", slug_4="budget")
    answer = save(ines, made, hers, target_4="custom", slug_4="money")
    assert "Max Meyer: Custom field budget," in note(answer, 4)
    assert "You: Custom field money, which is chosen here and not saved yet." in note(answer, 4)
    assert chosen(answer, "slug_4") == "money"
    save(ines, made, fields_of(answer) | {"slug_4": "budget"})
    assert targets(made)[4] == "custom_fields.budget"


def test_both_chose_the_same(ines, max_, made):
    hers = fields_of(columns_page(ines, made))
    save(max_, made, fields_of(columns_page(max_, made)), target_3="")
    answer = save(ines, made, hers, target_3="")
    assert "You chose the same." in note(answer, 3)


def test_meanings_that_she_gave_are_kept_where_he_left_the_column_out(ines, max_, made):
    hers = fields_of(columns_page(ines, made))
    cell = next(name for name, value in hers.items() if value == "Billboard")
    save(max_, made, fields_of(columns_page(max_, made)), target_3="")
    answer = save(ines, made, hers, **{cell.replace("cell", "means"): "direct"})
    assert "You: Source platform; “Billboard” is direct" in note(answer, 3)
    now = fields_of(answer)
    again = next(name for name, value in now.items() if value == "Billboard")
    assert chosen(answer, again.replace("cell", "means")) == "direct"
    assert save(ines, made, now).status_code == 302
    source = derive.mapping_of(Import.objects.get(pk=made.pk)).columns[3]
    assert (source.target, source.values) == ("source_platform", {"Billboard": "direct"})


def test_values_for_every_row_are_told_of_and_kept_likewise(ines, max_, made):
    hers = fields_of(columns_page(ines, made))
    save(max_, made, fields_of(columns_page(max_, made)), constant_lead_line="buyer")
    answer = save(ines, made, hers, constant_stage_slug="new_lead")
    assert ">Lead line</a> for every row: buyer" in story.text(answer)
    assert chosen(answer, "constant_lead_line") == "buyer"
    save(ines, made, fields_of(answer))
    now = derive.mapping_of(Import.objects.get(pk=made.pk))
    assert now.constants == {"lead_line": "buyer", "stage_slug": "new_lead"}


def test_a_third_change_is_told_of_once_more(ines, max_, made):
    hers = fields_of(columns_page(ines, made))
    save(max_, made, fields_of(columns_page(max_, made)), target_3="")
    first = save(ines, made, hers, target_1="")
    save(max_, made, fields_of(columns_page(max_, made)), target_4="custom", slug_4="budget")
    second = save(ines, made, fields_of(first))
    assert second.status_code == 409
    assert note(second, 3) == "", "she has seen that"
    assert "Max Meyer: Custom field budget," in note(second, 4)
    assert chosen(second, "target_1") == ""
    save(ines, made, fields_of(second))
    assert targets(made)[1:] == [None, "contact_email", None, "custom_fields.budget"]


def test_what_is_wrong_on_the_page_of_both_is_said_and_nothing_is_lost(ines, max_, made):
    hers = fields_of(columns_page(ines, made))
    save(max_, made, fields_of(columns_page(max_, made)), target_3="")
    both = save(ines, made, hers, target_1="")
    wrong = save(ines, made, fields_of(both) | {"target_4": "custom", "slug_4": "no slug"})
    assert wrong.status_code == 422
    assert "is not a custom field" in wrong.context["form"].errors["slug_4"][0]
    assert chosen(wrong, "target_1") == ""
    assert save(ines, made, fields_of(wrong) | {"target_4": "", "slug_4": ""}).status_code == 302
    assert targets(made) == ["contact_name", None, "contact_email", None, None]


def mapping(lead_import):
    return derive.mapping_of(Import.objects.get(pk=lead_import.pk))


def test_a_split_and_changes_that_he_made_meanwhile_are_told_of_and_kept(ines, max_, made):
    hers = fields_of(columns_page(ines, made))
    parts = {"by": "first", "parts": "2", "target_0": "first_name", "target_1": "last_name"}
    send(max_, made, 0, **parts)
    send(max_, made, 1, change_0="prefix", what_0="p:", others="phone_2")
    answer = save(ines, made, hers, target_3="")
    assert answer.status_code == 409
    split = "First name; split at spaces, from the front: First name, Last name,"
    assert split in note(answer, 0)
    assert "Phone; without “p:” in front; others go to Custom field phone_2," in note(answer, 1)
    assert save(ines, made, fields_of(answer)).status_code == 302
    assert targets(made)[3] is None
    name, phone = mapping(made).columns[:2]
    assert name.split == Split("first", ("last_name",))
    assert (phone.changes, phone.others) == ((Change("prefix", "p:"),), "custom_fields.phone_2")


def test_what_he_took_away_is_told_of_too(ines, max_, made):
    send(max_, made, 1, change_0="tidy")
    hers = fields_of(columns_page(ines, made))
    send(max_, made, 1, change_0="")
    answer = save(ines, made, hers, target_3="")
    assert "Phone; no longer" in note(answer, 1)
    save(ines, made, fields_of(answer))
    assert mapping(made).columns[1].changes == ()


def test_where_he_split_what_she_made_another_field_hers_counts_with_his_changes(ines, max_, made):
    hers = fields_of(columns_page(ines, made))
    parts = {"by": "/", "parts": "2", "target_0": "custom", "slug_0": "low", "target_1": ""}
    send(max_, made, 4, change_0="tidy", **parts)
    answer = save(ines, made, hers, target_4="custom", slug_4="budget")
    assert "Max Meyer: Custom field low;" in note(answer, 4)
    assert "You: Custom field budget" in note(answer, 4)
    assert chosen(answer, "slug_4") == "budget"
    assert save(ines, made, fields_of(answer)).status_code == 302
    budget = mapping(made).columns[4]
    assert (budget.target, budget.split) == ("custom_fields.budget", None)
    assert budget.changes == (Change("tidy"),)


def test_templates_and_regions_that_he_chose_meanwhile_are_told_of_and_kept(ines, max_, made):
    hers = fields_of(columns_page(ines, made))
    place = {"template_0": "{Source}, {Budget}", "target_0": "custom", "slug_0": "place"}
    send(max_, made, "joined", **place)
    send(max_, made, 1, region="DE", country="4")
    answer = save(ines, made, hers, target_3="")
    assert answer.status_code == 409
    said = story.text(answer)
    assert "Custom field place is made of “{Source}, {Budget}”" in said
    assert "Each row&#x27;s country, by which its phone is read, stands in “Budget”" in said
    assert "Other phones without a country code are those of Germany" in said
    save(ines, made, fields_of(answer))
    now = mapping(made)
    assert now.joins == {"custom_fields.place": "{Source}, {Budget}"}
    assert (now.country, now.region) == (4, "DE")
    assert now.columns[3].target is None


def test_her_choices_are_saved_on_the_way_to_a_columns_page_where_both_changed(ines, max_, made):
    hers = fields_of(columns_page(ines, made))
    save(max_, made, fields_of(columns_page(max_, made)), target_3="")
    both = save(ines, made, hers, target_1="")
    answer = save(ines, made, fields_of(both), shape="0")
    assert answer["Location"] == f"/imports/{made.pk}/columns/0/"
    assert targets(made) == ["contact_name", None, "contact_email", None, None]


def test_a_file_that_was_read_anew_says_so(ines, made):
    hers = fields_of(columns_page(ines, made))
    options.reread(made, None, dialect={"header_row": 2})
    story.read_and_check(Import.objects.get(pk=made.pk))
    answer = ines.post(f"/imports/{made.pk}/columns/", hers, follow=True)
    assert "The file was read anew since this page was opened" in story.text(answer)


def others(browser, lead_import, query="shown=1"):
    return browser.get(f"/imports/{lead_import.pk}/columns/others/?{query}")


def test_each_is_told_that_the_other_is_there(ines, max_, made):
    assert "has these columns open too" not in story.text(columns_page(ines, made))
    assert "<strong>Ines Iversen</strong> has these columns open too, since" in story.text(
        columns_page(max_, made)
    )
    said = story.text(others(ines, made))
    assert "<strong>Max Meyer</strong> has these columns open too, since" in said
    address = re.search(r'hx-get="[^"]*\?([^"]+)"', said)[1].replace("&amp;", "&")
    assert others(ines, made, address).status_code == 204, "nothing changed"


def test_whoever_still_looks_at_the_page_is_told_that_it_changed(ines, max_, made):
    columns_page(ines, made)
    save(max_, made, fields_of(columns_page(max_, made)), target_3="")
    said = story.text(others(ines, made))
    assert "<strong>Max Meyer</strong> changed the columns after you opened this page" in said
    assert "changed the columns after" not in story.text(others(ines, made, "shown=2"))


def test_readers_are_not_at_work_there(ines, vera, made):
    columns_page(vera, made)
    assert others(vera, made).status_code == 204
    assert "Vera" not in story.text(columns_page(ines, made))


def test_who_left_the_team_is_not_named(ines, max_, made):
    columns_page(max_, made)
    max_.user.memberships.all().delete()
    assert "Max" not in story.text(others(ines, made))


def test_another_teams_people_find_nothing(sam, made):
    assert others(sam, made).status_code == 404
