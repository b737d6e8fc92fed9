"""Columns are changed, split and joined on pages of their own, with what comes out beside it."""

import pytest

from imports.columns import derive
from imports.columns.changes import Change
from imports.columns.sources import Split
from imports.models import Import
from imports.tests.pages import story
from imports.tests.pages.test_columns import columns_page, fields_of

SHEET = (
    "Who,Phone,Town,State,Budget\r\n"
    '"SOUZA, Ana",p:(206) 555-0123,Austin,TX,500\r\n'
    '"OKAFOR, Ben",p:(206) 555-0177,Boise,,\r\n'
)


@pytest.fixture
def made(acme, ines):
    return story.reviewed(acme, ines.user, content=SHEET)


def send(client, made, place, **fields):
    path = f"/imports/{made.pk}/columns/{place}/"
    return client.post(path, fields_of(client.get(path)) | fields)


def leads(made):
    made = Import.objects.get(pk=made.pk)
    story.check(made)
    return list(made.leads.order_by("number").values_list("body", flat=True))


def test_ines_takes_away_what_phones_begin_with_and_sees_it_before_she_saves(ines, made):
    send(ines, made, "joined")  # a page that nothing was chosen on changes nothing
    shown = send(ines, made, 1, change_0="prefix", what_0="p:", show="1")
    page = story.text(shown)
    assert shown.status_code == 200
    assert "p:(206) 555-0123" in page
    assert ">(206) 555-0123</td>" in page
    assert "<bdi>+12065550123</bdi>" in page
    assert Import.objects.get(pk=made.pk).mapping.version == 1
    answer = send(ines, made, 1, change_0="prefix", what_0="p:")
    assert answer["Location"] == f"/imports/{made.pk}/columns/"
    assert [lead["contact_phone"] for lead in leads(made)] == ["+12065550123", "+12065550177"]
    assert "without “p:” in front" in story.text(columns_page(ines, made))
    assert derive.mapping_of(Import.objects.get(pk=made.pk)).columns[1].changes == (
        Change("prefix", "p:"),
    )


def test_the_sample_beside_the_controls_comes_alone_while_she_chooses(ines, made):
    path = f"/imports/{made.pk}/columns/1/"
    fields = fields_of(ines.get(path)) | {"change_0": "digits", "show": "1"}
    part = story.text(ines.post(path, fields, headers={"HX-Request": "true"}))
    assert part.startswith('<section id="examples"')
    assert ">2065550123</td>" in part
    wrong = ines.post(path, fields | {"change_0": "prefix"}, headers={"HX-Request": "true"})
    assert "“without what it begins with” needs the text to look for." in story.text(wrong)
    assert "needs the text" in story.text(ines.post(path, fields | {"change_0": "prefix"}))


def test_ines_splits_a_name_at_its_comma(ines, made):
    answer = send(
        ines, made, 0, change_0="capitals", by=",", parts="2", target_0="last_name",
        target_1="first_name",
    )  # fmt: skip
    assert answer.status_code == 302
    assert [lead["contact_name"] for lead in leads(made)] == ["Ana Souza", "Ben Okafor"]
    assert "split at each comma: Last name, First name" in story.text(columns_page(ines, made))
    send(ines, made, 0, by="")
    assert [lead["contact_name"] for lead in leads(made)] == ["Souza, Ana", "Okafor, Ben"]


def test_ines_joins_town_and_state_for_a_custom_field(ines, made):
    fields = {"template_0": "{Town}, {State}", "target_0": "custom", "slug_0": "place"}
    page = story.text(send(ines, made, "joined", **fields, show="1"))
    assert "<bdi>Austin, TX</bdi>" in page
    assert "<bdi>Boise</bdi>" in page
    send(ines, made, "joined", **fields)
    assert [lead["custom_fields"]["place"] for lead in leads(made)] == ["Austin, TX", "Boise"]
    page = story.text(columns_page(ines, made))
    assert "{Town}, {State}</code> becomes Custom field place" in page
    assert page.count("Joined with others") == 2


def test_what_cannot_be_is_said_beside_its_control(ines, made):
    answer = send(ines, made, "joined", template_0="{Twn}", target_0="", template_1="{Town}")
    form = answer.context["form"]
    assert answer.status_code == 422
    assert form.errors["template_0"] == ["The sheet has no column {Twn}; did you mean {Town}?"]
    assert form.errors["target_1"] == ["Say which field is made of it."]
    answer = send(ines, made, 0, by=",", target_0="custom", slug_0="no slug", target_1="")
    assert answer.context["form"].errors["slug_0"] == [
        "'no slug' is no slug: use letters, digits, - and _, up to 64, such as 'no_slug'."
    ]
    answer = send(ines, made, 0, by=",", target_0="", target_1="")
    assert answer.context["form"].errors["target_0"] == ["Say what at least one part becomes."]
    answer = send(ines, made, 1, by=",", target_0="contact_phone", target_1="contact_phone")
    assert "both feed contact_phone" in story.text(answer)
    assert Import.objects.get(pk=made.pk).mapping.version == 1


def test_a_blank_cell_of_a_custom_field_gets_what_ines_says(ines, made):
    fields = fields_of(columns_page(ines, made)) | {"target_4": "custom", "slug_4": "budget"}
    ines.post(f"/imports/{made.pk}/columns/", fields)
    send(ines, made, 4, blank="0")
    assert [lead["custom_fields"] for lead in leads(made)] == [{"budget": "500"}, {"budget": "0"}]
    ines.post(f"/imports/{made.pk}/columns/", fields_of(columns_page(ines, made)))
    assert derive.mapping_of(Import.objects.get(pk=made.pk)).constants == {
        "custom_fields.budget": "0"
    }
    send(ines, made, 4, blank="")
    assert [lead.get("custom_fields") for lead in leads(made)] == [{"budget": "500"}, None]


def test_the_way_to_a_column_s_page_saves_what_was_chosen_and_stays_where_it_cannot(ines, made):
    path = f"/imports/{made.pk}/columns/"
    same = fields_of(columns_page(ines, made))
    assert ines.post(path, same | {"shape": "4"})["Location"] == f"{path}4/"
    assert ines.post(path, same | {"shape": "joined"})["Location"] == f"{path}joined/"
    assert Import.objects.get(pk=made.pk).mapping.version == 1, "nothing was chosen"
    chosen = same | {"target_4": "custom", "slug_4": "budget", "shape": "4"}
    assert ines.post(path, chosen)["Location"] == f"{path}4/"
    assert Import.objects.get(pk=made.pk).mapping.version == 2
    wrong = fields_of(columns_page(ines, made)) | {"slug_4": "!", "shape": "4"}
    assert ines.post(path, wrong).status_code == 422


def test_the_next_file_of_the_same_supplier_is_split_and_joined_without_a_word(ines, acme, made):
    send(ines, made, 0, by=",", parts="2", target_0="last_name", target_1="first_name")
    send(ines, made, 1, change_0="prefix", what_0="p:")
    send(ines, made, "joined", template_0="{Town} {State}", target_0="custom", slug_0="place")
    leads(made)
    Import.objects.filter(pk=made.pk).update(send_after=made.created_at)
    again = story.reviewed(acme, ines.user, content=SHEET.replace("Ana", "Dora"), name="b.csv")
    mapped = derive.mapping_of(again)
    assert mapped.columns[0].split == Split(",", ("first_name",))
    assert mapped.columns[0].confidence == "remembered"
    assert leads(again)[0] == {
        "contact_name": "Dora SOUZA",
        "contact_phone": "+12065550123",
        "custom_fields": {"place": "Austin TX"},
    }


def test_there_is_no_page_of_a_column_that_is_none(ines, made):
    assert ines.get(f"/imports/{made.pk}/columns/99/").status_code == 404


def test_money_and_yes_or_no_become_what_is_meant(ines, acme):
    sheet = 'Name,Worth,Vip\r\nAna,"€ 1.234,50",ja\r\nBen,about 5,maybe\r\nChen,,\r\n'
    made = story.reviewed(acme, ines.user, content=sheet)
    fields = fields_of(columns_page(ines, made))
    fields |= {"target_1": "custom", "slug_1": "worth", "target_2": "custom", "slug_2": "vip"}
    ines.post(f"/imports/{made.pk}/columns/", fields)
    shown = story.text(send(ines, made, 1, read_as="comma", blank="0", show="1"))
    assert "has a currency, only 1234.50 is sent" in shown
    send(ines, made, 1, read_as="comma", blank="0")
    send(ines, made, 2, read_as="yes_no")
    assert [lead.get("custom_fields") for lead in leads(made)] == [
        {"worth": 1234.5, "vip": True},
        {"worth": "about 5"},
        {"worth": 0},
    ]
    wrong = send(ines, made, 2, read_as="yes_no", blank="perhaps")
    assert wrong.context["form"].errors["blank"] == [
        "'perhaps' is none of what its cells are: yes or no."
    ]
    Import.objects.filter(pk=made.pk).update(send_after=made.created_at)
    again = story.reviewed(acme, ines.user, content=sheet.replace("Ana", "Dora"), name="b.csv")
    assert leads(again)[0]["custom_fields"] == {"worth": 1234.5, "vip": True}


def test_ines_keeps_second_phones_in_a_custom_field(ines, acme):
    sheet = "Name,Phone\r\nAna,206 555 0123 / 206 555 0124\r\n"
    made = story.reviewed(acme, ines.user, content=sheet)
    page = story.text(ines.get(f"/imports/{made.pk}/columns/1/"))
    assert "only +12065550123 (not 206 555 0124) is sent" in page
    wrong = send(ines, made, 1, others="!")
    assert "'!' is no slug" in wrong.context["form"].errors["others"][0]
    send(ines, made, 1, others="phone_2")
    assert leads(made)[0]["custom_fields"] == {"phone_2": "+12065550124"}
    assert "others go to Custom field phone_2" in story.text(columns_page(ines, made))


def test_turned_names_are_proposed_and_stay_as_they_are_where_ines_said_so(ines, acme):
    sheet = 'Name,Email\r\n"Souza, Ana",a@x.com\r\n"Li, Chen",c@x.com\r\n'
    made = story.reviewed(acme, ines.user, content=sheet)
    assert "most are “Last, First”, and are turned" in story.text(columns_page(ines, made))
    assert [lead["contact_name"] for lead in leads(made)] == ["Ana Souza", "Chen Li"]
    send(ines, made, 0, change_0="")
    assert leads(made)[0]["contact_name"] == "Souza, Ana"
    Import.objects.filter(pk=made.pk).update(send_after=made.created_at)
    again = story.reviewed(acme, ines.user, content=sheet.replace("Ana", "Dora"), name="b.csv")
    assert leads(again)[0]["contact_name"] == "Souza, Dora"


def test_another_region_is_proposed_where_it_fits_better(ines, acme):
    numbers = ["030 901820", "040 428280", "089 2330000", "0221 2210000"]
    sheet = "Name,Phone\r\n" + "".join(f"Ana,{number}\r\n" for number in numbers)
    made = story.reviewed(acme, ines.user, content=sheet)
    said = (
        "Of the first 4 phones without a country code 4 exist in Germany, but 0 in United States."
    )
    assert said in story.text(columns_page(ines, made))
    assert said in story.text(ines.get(f"/imports/{made.pk}/columns/1/"))
    send(ines, made, 1, region="DE")
    assert leads(made)[0]["contact_phone"] == "+4930901820"
    assert "without a country code 4" not in story.text(columns_page(ines, made))


def test_a_row_s_country_is_taken_from_the_column_that_ines_names(ines, acme):
    sheet = "Name,Phone,Seat\r\nAna,030 901820,Germany\r\nBen,206 555 0123,\r\n"
    made = story.reviewed(acme, ines.user, content=sheet)
    send(ines, made, 1, country="2")
    sent = [lead["contact_phone"] for lead in leads(made)]
    assert sent == ["+4930901820", "+12065550123"]
    Import.objects.filter(pk=made.pk).update(send_after=made.created_at)
    again = story.reviewed(acme, ines.user, content=sheet.replace("Ana", "Dora"), name="b.csv")
    assert derive.mapping_of(again).country == 2


def test_a_viewer_sees_what_is_done_to_a_column_and_is_offered_no_form(ines, vera, made):
    send(ines, made, 1, change_0="prefix", what_0="p:")
    for place in ("1", "joined"):
        page = story.text(vera.get(f"/imports/{made.pk}/columns/{place}/"))
        assert f'hx-post="/imports/{made.pk}/columns/' not in page
        assert '<form class="stack stack-l"' not in page
        assert "Your role reads only" in page


def test_the_sample_reads_phones_in_the_region_that_she_chooses(ines, acme):
    made = story.reviewed(acme, ines.user, content="Name,Phone\r\nAna,030 901820\r\n")
    page = story.text(send(ines, made, 1, region="DE", show="1"))
    assert "<bdi>+4930901820</bdi>" in page


def test_a_template_is_tried_beside_a_column_that_keeps_further_phones(ines, made):
    send(ines, made, 1, others="phone_2")
    page = send(ines, made, "joined", template_0="{Town}", target_0="custom", slug_0="a", show="1")
    assert "<bdi>Austin</bdi>" in story.text(page)


def test_values_are_asked_about_as_changes_make_them_and_not_of_a_split_column(ines, acme):
    sheet = "Name,Phone,Source\r\nAna,2065550123,s:Poster\r\nBen,2065550124,Poster\r\n"
    made = story.reviewed(acme, ines.user, content=sheet)
    source = fields_of(columns_page(ines, made)) | {"target_2": "source_platform"}
    ines.post(f"/imports/{made.pk}/columns/", source)
    send(ines, made, 2, change_0="prefix", what_0="s:")
    shown = fields_of(columns_page(ines, made))
    assert [value for name, value in shown.items() if name.startswith("cell_2")] == ["Poster"]
    ines.post(f"/imports/{made.pk}/columns/", shown | {"means_2_0": "direct"})
    assert [lead["source_platform"] for lead in leads(made)] == ["direct", "direct"]
    parts = {"by": "/", "parts": "2", "target_0": "source_platform", "target_1": ""}
    send(ines, made, 2, **parts)
    shown = fields_of(columns_page(ines, made))
    assert not [name for name in shown if name.startswith("cell_2")]
    ines.post(f"/imports/{made.pk}/columns/", shown)
    assert [lead["source_platform"] for lead in leads(made)] == ["direct", "direct"]


LEADS = (
    "Who,Phone,Source\r\n"
    "Ana,(206) 555-0123,Google Ads\r\n"
    "Ben,(206) 555-0177,\r\n"
    "Chen,(206) 555-0178,Billboard\r\n"
)


def test_what_is_sent_where_a_lead_field_is_blank_is_chosen_at_its_column(ines, acme):
    made = story.reviewed(acme, ines.user, content=LEADS)
    shown = send(ines, made, 2, blank="referral", show="1")
    page = story.text(shown)
    assert '<td class="break"><span class="muted">blank</span></td>' in page
    assert "<bdi>referral</bdi>" in page
    assert send(ines, made, 2, blank="referral").status_code == 302
    sent = [lead.get("source_platform") for lead in leads(made)]
    assert sent == ["google_ads", "referral", None], "what is unclear is not blank"
    all_columns = columns_page(ines, made)
    assert "where a cell is blank: referral" in story.text(all_columns)
    assert all_columns.context["form"]["constant_source_platform"].value() == "referral"

    assert send(ines, made, 2, blank="").status_code == 302
    assert [lead.get("source_platform") for lead in leads(made)] == ["google_ads", None, None]
    assert "where a cell is blank" not in story.text(columns_page(ines, made))


def test_nobody_sends_the_same_phone_for_all_blank_ones(ines, made):
    assert "Where a cell is blank" not in story.text(ines.get(f"/imports/{made.pk}/columns/1/"))


def test_a_value_for_a_custom_fields_blank_cells_opens_nothing_that_does_not_show_it(ines, made):
    columns = fields_of(columns_page(ines, made)) | {"target_4": "custom", "slug_4": "budget"}
    ines.post(f"/imports/{made.pk}/columns/", columns)
    send(ines, made, 4, blank="0")
    page = story.text(columns_page(ines, made))
    assert "where a cell is blank: 0" in page
    assert '<details class="card" open><summary class="strong">' not in page
