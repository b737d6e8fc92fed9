"""Phones that are merely possible: left out, counted as a group, and sent with one click."""

from dataclasses import replace

import pytest

from imports.columns import derive, saved
from imports.models import Import, MappingVersion
from imports.tests.pages import story
from imports.tests.pages.test_columns import columns_page, fields_of
from imports.tests.pages.test_remembered import sent
from imports.tests.pages.test_two_at_columns import chosen
from imports.tests.thawed import thawed

SHEET = (
    "Full name,Phone,E-mail\r\n"
    "Ana Souza,(206) 555-0123,ana@example.com\r\n"
    "Ben Okafor,999 999 0123,ben@example.com\r\n"
    ",999 999 0124,\r\n"
)
READ = "+19999990123"


@pytest.fixture
def made(ines, acme):
    return story.reviewed(acme, ines.user, content=SHEET)


def now(lead_import):
    return Import.objects.get(pk=lead_import.pk)


def phones(lead_import):
    """By the number of the row, of those that can be sent."""
    leads = now(lead_import).leads.filter(mapping=now(lead_import).mapping, verdict="ok")
    return {lead.number: lead.body.get("contact_phone") for lead in leads}


def click(browser, lead_import, choice, version=1):
    answer = browser.post(
        f"/imports/{lead_import.pk}/columns/possible/",
        {"possible_phones": choice, "expected_version": version},
    )
    assert answer["Location"] == f"/imports/{lead_import.pk}/review/"
    story.check(lead_import)
    return story.text(browser.get(answer["Location"]))


def as_before_the_choice(lead_import):
    """Its mapping as a former release stored it."""
    version = MappingVersion.objects.get(lead_import=lead_import, version=1)
    version.content.pop("possible_phones")
    with thawed():
        version.save()


def test_the_review_shows_them_as_a_group_of_their_own(ines, made):
    assert phones(made) == {2: "+12065550123", 3: None}
    page = story.text(ines.get(f"/imports/{made.pk}/review/"))
    assert "1 row: phone is merely possible" in page
    assert "Row 3, Phone: &#x27;999 999 0123&#x27; is read as +19999990123" in page
    assert "2 phones in column “Phone” are merely possible: the first is row 3." in page
    assert "1 is kept back; 1 is sent without the phone." in page
    assert f"/imports/{made.pk}/rows/?problem=phone_possible&amp;column=1" in page


def test_the_report_names_the_number_and_why(ines, made):
    report = b"".join(ines.get(f"/imports/{made.pk}/report.csv").streaming_content).decode()
    assert "'999 999 0123' is read as +19999990123: the length is right" in report


def test_one_click_in_the_review_sends_them_and_another_takes_them_out(ines, made):
    assert "Send them as they are" in story.text(ines.get(f"/imports/{made.pk}/review/"))
    page = click(ines, made, "send")
    assert phones(made) == {2: "+12065550123", 3: READ, 4: "+19999990124"}
    assert "2 rows: phone may not exist" in page
    assert "Leave these phones out" in page
    click(ines, made, "leave_out", version=2)
    assert phones(made) == {2: "+12065550123", 3: None}


def test_a_click_on_a_page_that_is_too_old_changes_nothing(ines, max_, made):
    derive.remap(made, derive.mapping_of(made), max_.user, expected_version=1)
    page = click(ines, made, "send")
    assert "Max Meyer changed the columns in the meantime." in page
    assert derive.mapping_of(now(made)).possible == "leave_out"


def test_a_choice_that_there_is_not_is_refused_in_words(ines, made):
    assert "Choose whether phones that are merely possible are sent." in click(ines, made, "burn")
    assert now(made).mapping.version == 1


def test_who_reads_only_sees_no_button(vera, made):
    page = story.text(vera.get(f"/imports/{made.pk}/review/"))
    assert "phone is merely possible" in page
    assert "Send them as they are" not in page


def test_the_choice_stands_beside_the_column_of_phones(ines, made):
    page = columns_page(ines, made)
    assert chosen(page, "possible_phones") == "leave_out"
    fields = fields_of(page) | {"possible_phones": "send"}
    ines.post(f"/imports/{made.pk}/columns/", fields)
    story.check(made)
    assert phones(made)[3] == READ
    assert chosen(columns_page(ines, made), "possible_phones") == "send"


def test_without_phones_nothing_is_asked(ines, made):
    fields = fields_of(columns_page(ines, made)) | {"target_1": ""}
    ines.post(f"/imports/{made.pk}/columns/", fields)
    assert "possible_phones" not in story.text(columns_page(ines, made))
    assert derive.mapping_of(now(made)).possible == "leave_out"


def test_where_a_template_makes_the_phones_the_choice_stands_there(ines, acme):
    sheet = SHEET.replace("Phone", "Code").replace("(206) ", "206 ")
    made = story.reviewed(acme, ines.user, content=sheet)
    joins = {"contact_phone": "{Code}"}
    columns = [replace(c, target=None) if c.header == "Code" else c
               for c in derive.mapping_of(made).columns]  # fmt: skip
    wanted = replace(derive.mapping_of(made), columns=tuple(columns), joins=joins)
    derive.remap(made, wanted, ines.user, expected_version=1)
    page = columns_page(ines, made)
    assert chosen(page, "possible_phones") == "leave_out"
    ines.post(f"/imports/{made.pk}/columns/", fields_of(page) | {"possible_phones": "send"})
    story.check(made)
    assert phones(made)[3] == READ


def test_what_two_people_chose_at_once_is_told(ines, max_, made):
    hers = fields_of(columns_page(ines, made))
    his = fields_of(columns_page(max_, made)) | {"possible_phones": "send"}
    max_.post(f"/imports/{made.pk}/columns/", his)
    answer = ines.post(f"/imports/{made.pk}/columns/", hers | {"target_0": ""})
    assert answer.status_code == 409
    assert "Phones that are merely possible: send them as they are" in story.text(answer)
    assert chosen(answer, "possible_phones") == "send", "his, where she chose nothing"
    ines.post(f"/imports/{made.pk}/columns/", fields_of(answer))
    assert derive.mapping_of(now(made)).possible == "send"


def test_a_mapping_that_is_older_than_the_choice_goes_on_sending_them(ines, made):
    as_before_the_choice(made)
    page = columns_page(ines, made)
    assert chosen(page, "possible_phones") == "send"
    ines.post(f"/imports/{made.pk}/columns/", fields_of(page) | {"target_2": ""})
    story.check(made)
    assert phones(made)[3] == READ
    assert "possible_phones" not in now(made).mapping.content, "she chose nothing"


def test_the_next_file_of_the_customer_goes_by_the_choice_whatever_its_headings(ines, acme):
    first = sent(acme, ines.user, SHEET)
    chose = MappingVersion.objects.get(pk=first.mapping_id)
    chose.content["possible_phones"] = "send"
    with thawed():
        chose.save()
    same = story.reviewed(acme, ines.user, content=SHEET)
    other = story.reviewed(acme, ines.user, content=SHEET.replace("Full name", "Client name"))
    assert (phones(same)[3], phones(other)[3]) == (READ, READ)


def test_what_nobody_chose_is_not_remembered(ines, acme):
    first = sent(acme, ines.user, SHEET)
    content = {k: v for k, v in first.mapping.content.items() if k != "possible_phones"}
    with thawed():
        MappingVersion.objects.filter(pk=first.mapping_id).update(content=content)
    assert phones(story.reviewed(acme, ines.user, content=SHEET))[3] is None


def test_a_saved_mapping_brings_its_choice_along(ines, acme, made):
    click(ines, made, "send")
    kept, _ = saved.save(now(made), ines.user, "Weekly", for_team=False)
    later = story.reviewed(acme, ines.user, content=SHEET)
    assert phones(later)[3] is None
    saved.use(later, kept, ines.user, expected_version=1)
    story.check(later)
    assert phones(later)[3] == READ


def test_a_file_that_is_read_again_keeps_what_was_chosen(ines, made):
    click(ines, made, "send")
    ines.post(f"/imports/{made.pk}/file/again/", {"header_row": "1", "delimiter": ","})
    story.read_and_check(made)
    assert derive.mapping_of(now(made)).possible == "send"
