"""What is wrong with a mapping is said beside the control that can repair it."""

import re

import pytest

from imports.models import Import
from imports.tests.pages import story
from imports.tests.pages.test_columns import columns_page, fields_of
from imports.tests.pages.test_shapes import send


def refused(browser, lead_import, **changes):
    """The page's answer to these choices."""
    version = Import.objects.get(pk=lead_import.pk).mapping.version
    fields = fields_of(columns_page(browser, lead_import)) | changes
    answer = browser.post(f"/imports/{lead_import.pk}/columns/", fields)
    assert answer.status_code == 422
    assert Import.objects.get(pk=lead_import.pk).mapping.version == version
    return answer


def said_at(answer, name):
    """The sentence that a screen reader reads with the control, by its aria-describedby."""
    page = answer.content.decode()
    control = re.search(rf'<(?:select|input)[^>]* name="{name}"[^>]*>', page)[0]
    assert 'aria-invalid="true"' in control
    described = re.search(r'aria-describedby="([^"]+)"', control)[1].split()
    found = [re.search(rf'id="{each}".*?<span>(.*?)</span>', page, re.DOTALL) for each in described]
    return " ".join(each[1] for each in found if each)


@pytest.mark.parametrize(
    ("name", "changes", "sentence"),
    [
        ("slug_4", {"target_4": "custom", "slug_4": ""}, "Say under which slug MEGA keeps this"),
        ("slug_4", {"target_4": "custom", "slug_4": "no slug"}, "is not a custom field; after the"),
        ("slug_4", {"target_4": "custom", "slug_4": "Lead_Line"}, "is reserved by MEGA"),
        ("slug_4", {"target_4": "custom", "slug_4": "x" * 65}, "at most 64 characters"),
        ("target_4", {"target_4": "no_field"}, "Select a valid choice"),
        ("target_2", {"target_3": "contact_email"}, "both feed contact_email: choose one of them."),
        ("target_3", {"target_3": "contact_email"}, "both feed contact_email: choose one of them."),
        ("constant_owner_id", {"constant_owner_id": "Ben"}, "&#x27;Ben&#x27; is not a UUID"),
        ("constant_stage_slug", {"constant_stage_slug": "\u200b"}, "The value is empty"),
        ("constant_source_type", {"constant_source_type": "poster"}, "Select a valid choice"),
        ("means_3_0", {"means_3_0": "poster"}, "Select a valid choice"),
    ],
)
def test_the_sentence_stands_beside_its_control(ines, acme, name, changes, sentence):
    answer = refused(ines, story.reviewed(acme, ines.user), **changes)
    assert sentence in said_at(answer, name)


def test_a_stage_that_hides_everything_is_said_beside_the_value(ines, acme):
    content = "Full name,Phone,Stage\r\nAna,2065550123,fresh\r\nBen,2065550124,older\r\n"
    made = story.reviewed(acme, ines.user, content=content)
    answer = refused(ines, made, means_2_1="\u200b")
    assert "The value is empty" in said_at(answer, "means_2_1")


def test_a_template_or_a_part_that_feeds_the_same_field_is_named_beside_the_column(ines, acme):
    made = story.reviewed(acme, ines.user)
    send(ines, made, "joined", template_0="{Budget} {Source}", target_0="custom", slug_0="all")
    answer = refused(ines, made, target_4="custom", slug_4="all")
    both = "Column &#x27;Budget&#x27; and the template &#x27;{Budget} {Source}&#x27; both feed"
    assert both in said_at(answer, "target_4")
    assert "__all__" not in answer.context["form"].errors
    send(ines, made, 3, by="/", parts="2", target_0="source_platform", target_1="source_type")
    answer = refused(ines, made, target_4="source_type")
    for name in ("target_3", "target_4"):
        assert "both feed source_type: choose one of them." in said_at(answer, name)


def test_a_blank_cell_s_value_that_its_column_cannot_have_is_said_beside_it(ines, acme):
    content = 'Full name,Phone,Budget\r\nAna,2065550123,"1,5"\r\nBen,2065550124,"2,5"\r\n'
    made = story.reviewed(acme, ines.user, content=content)
    fields = fields_of(columns_page(ines, made)) | {"target_2": "custom", "slug_2": "budget"}
    ines.post(f"/imports/{made.pk}/columns/", fields | {"read_as_2": "text"})
    send(ines, made, 2, blank="little")
    answer = refused(ines, made, read_as_2="comma")
    assert "Where its cells are blank: &#x27;little&#x27; is none of" in said_at(answer, "target_2")


def test_what_no_control_can_repair_alone_stands_above(ines, acme):
    made = story.reviewed(acme, ines.user)
    answer = refused(ines, made, target_0="", target_1="", target_2="")
    assert "No column is a name" in answer.context["form"].non_field_errors()[0]


def test_what_was_chosen_is_still_chosen_beside_the_errors(ines, acme):
    made = story.reviewed(acme, ines.user)
    answer = refused(ines, made, target_4="custom", slug_4="", constant_stage_slug="new")
    page = answer.content.decode()
    assert '<option value="custom" selected>' in page
    assert 'name="constant_stage_slug" value="new"' in page
