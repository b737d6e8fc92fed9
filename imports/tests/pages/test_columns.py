"""What becomes of each column: seen, changed, and checked against what others did meanwhile."""

import html
import re

from imports.columns import derive, profile, values
from imports.forms import asked
from imports.models import Event, Import, ImportState
from imports.tests.pages import story


def fields_of(page):
    """What the form would send as it stands."""
    form = page.context["form"]
    fields = {bound.html_name: bound.value() for bound in form}
    return {name: "" if value is None else value for name, value in fields.items()}


def columns_page(client, lead_import):
    return client.get(f"/imports/{lead_import.pk}/columns/")


def test_exact_guessed_and_unmapped_columns_stand_apart_with_samples(ines, acme):
    lead_import = story.reviewed(acme, ines.user)
    page = story.text(columns_page(ines, lead_import))
    assert "4 recognised · 1 not imported" in page
    assert page.index("Recognised") < page.index("Not imported")
    assert "<span>Ana Souza</span><span>Ben Okafor</span><span>Chen Li</span>" in page
    assert "Acme" in page


def test_while_the_file_is_read_the_page_is_live_and_then_comes_anew(ines, acme):
    lead_import = story.uploaded(acme, ines.user)
    page = story.text(columns_page(ines, lead_import))
    assert "Reading the file" in page
    path = html.unescape(re.search('hx-get="([^"]+/progress/[^"]+)"', page)[1])
    assert ines.get(path).status_code == 204
    story.read_and_check(lead_import)
    answer = ines.get(path, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == f"/imports/{lead_import.pk}/columns/"


def test_who_is_choosing_columns_keeps_the_page_when_all_rows_are_checked(ines, acme):
    made = story.reviewed(acme, ines.user)
    Import.objects.filter(pk=made.pk).update(state=ImportState.CHECKING)
    path = re.search('hx-get="([^"]+/progress/[^"]+)"', story.text(columns_page(ines, made)))[1]
    Import.objects.filter(pk=made.pk).update(state=ImportState.REVIEW)
    answer = ines.get(html.unescape(path), headers={"HX-Request": "true"})
    assert "HX-Redirect" not in answer
    part = story.text(answer)
    assert (
        f'All rows are checked. <a href="/imports/{made.pk}/review/">Go to the review</a>' in part
    )
    assert "hx-get" not in part

    for_review = html.unescape(path).replace("import_columns", "import_review")
    answer = ines.get(for_review, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == f"/imports/{made.pk}/review/"


def test_ines_maps_a_custom_field_and_a_constant(ines, acme):
    lead_import = story.reviewed(acme, ines.user)
    fields = fields_of(columns_page(ines, lead_import))
    fields |= {"target_4": "custom", "slug_4": "budget", "constant_source_type": "import"}
    answer = ines.post(f"/imports/{lead_import.pk}/columns/", fields)
    assert answer["Location"] == f"/imports/{lead_import.pk}/review/"
    lead_import = Import.objects.get(pk=lead_import.pk)
    assert lead_import.mapping.version == 2
    assert lead_import.mapping.created_by == ines.user
    story.check(lead_import)
    bodies = dict(lead_import.leads.values_list("number", "body"))
    assert bodies[2]["custom_fields"] == {"budget": "500"}
    assert {body["source_type"] for body in bodies.values()} == {"import"}
    assert Event.objects.filter(act="mapped", actor=ines.user).exists()


def test_ines_says_what_billboard_means(ines, acme):
    lead_import = story.reviewed(acme, ines.user)
    page = columns_page(ines, lead_import)
    assert "1 unclear" in story.text(page)
    assert "google_ads (as read)" in story.text(page)
    fields = fields_of(page)
    cell = next(name for name, value in fields.items() if value == "Billboard")
    fields[cell.replace("cell", "means")] = "referral"
    ines.post(f"/imports/{lead_import.pk}/columns/", fields)
    lead_import = Import.objects.get(pk=lead_import.pk)
    story.check(lead_import)
    assert lead_import.leads.get(number=3).body["source_platform"] == "referral"
    assert "1 unclear" not in story.text(columns_page(ines, lead_import))

    fields = fields_of(columns_page(ines, lead_import))
    cell = next(name for name, value in fields.items() if value == "Billboard")
    fields[cell.replace("cell", "means")] = "-"
    ines.post(f"/imports/{lead_import.pk}/columns/", fields)
    current = derive.mapping_of(Import.objects.get(pk=lead_import.pk))
    assert current.columns[3].values == {"Billboard": ""}


def test_nothing_changed_keeps_every_reason(ines, acme):
    lead_import = story.reviewed(acme, ines.user)
    before = derive.mapping_of(lead_import)
    ines.post(f"/imports/{lead_import.pk}/columns/", fields_of(columns_page(ines, lead_import)))
    assert derive.mapping_of(Import.objects.get(pk=lead_import.pk)) == before


def test_a_column_left_out_is_marked_as_chosen(ines, acme):
    lead_import = story.reviewed(acme, ines.user)
    fields = fields_of(columns_page(ines, lead_import)) | {"target_3": "contact_name"}
    fields |= {"target_0": ""}
    ines.post(f"/imports/{lead_import.pk}/columns/", fields)
    mapped = derive.mapping_of(Import.objects.get(pk=lead_import.pk)).columns
    assert (mapped[0].target, mapped[0].confidence) == (None, "chosen")
    assert (mapped[3].target, mapped[3].confidence) == ("contact_name", "chosen")


def test_a_mapping_that_cannot_be_is_refused_with_every_sentence(ines, acme):
    lead_import = story.reviewed(acme, ines.user)
    fields = fields_of(columns_page(ines, lead_import))
    fields |= {"target_4": "custom", "slug_4": "not a slug", "target_3": "contact_email"}
    answer = ines.post(f"/imports/{lead_import.pk}/columns/", fields)
    assert answer.status_code == 422
    page = story.text(answer)
    assert "both feed contact_email" in page
    assert "is not a custom field" in page
    assert Import.objects.get(pk=lead_import.pk).mapping.version == 1


def test_a_mapping_without_any_contact_is_refused(ines, acme):
    lead_import = story.reviewed(acme, ines.user)
    fields = fields_of(columns_page(ines, lead_import))
    fields |= {"target_0": "", "target_1": "", "target_2": ""}
    answer = ines.post(f"/imports/{lead_import.pk}/columns/", fields)
    assert "No column is a name, a phone or an e-mail" in story.text(answer)


def test_frozen_columns_can_be_read_and_not_changed(ines, acme):
    lead_import = story.answered(acme, ines.user)
    page = columns_page(ines, lead_import)
    assert "frozen since sending began" in story.text(page)
    assert "Check all rows" not in story.text(page)
    answer = ines.post(f"/imports/{lead_import.pk}/columns/", fields_of(page) | {"target_1": ""})
    assert answer.status_code == 422
    assert "can no longer be changed" in story.text(answer)


def test_a_sheet_without_contacts_waits_for_a_person(ines, acme):
    lead_import = story.reviewed(acme, ines.user, content="Colour,Size\r\nred,4\r\nblue,5\r\n")
    assert lead_import.state == ImportState.MAPPING
    page = story.text(columns_page(ines, lead_import))
    assert "map at least one" in page
    assert f'href="/imports/{lead_import.pk}/columns/"' in story.text(ines.get("/"))


def test_the_title_of_the_tab_tells_how_far_the_work_is(ines, acme):
    made = story.reviewed(acme, ines.user)
    Import.objects.filter(pk=made.pk).update(state=ImportState.CHECKING)
    words = rf"<title>(\d+ % · )?Checking rows · Review · Acme #{made.pk} · "
    assert re.search(words, story.text(ines.get(f"/imports/{made.pk}/review/")))
    address = f"/imports/{made.pk}/progress/?page=import_review&v=checking.older"
    assert re.search(words, story.text(ines.get(address, headers={"HX-Request": "true"})))


def test_work_that_goes_on_is_not_read_out_anew_every_second(ines, acme):
    """Every ten per cent are said, by the page; the part that comes anew is silent."""
    made = story.reviewed(acme, ines.user)
    Import.objects.filter(pk=made.pk).update(state=ImportState.CHECKING)
    part = story.text(ines.get(f"/imports/{made.pk}/progress/?page=import_review&v=checking.older"))
    assert "Checking" in part
    assert not re.search('role="(status|alert)"|aria-live', part)


def many_sources(unclear):
    """Four plain sources, and so many unclear ones, which are less frequent."""
    plain = ["Google Ads", "Facebook ads", "HubSpot", "Zoho"] * 10
    lines = [f"Ann {n},a{n}@example.com,{source}" for n, source in enumerate(plain)]
    lines += [f"Ben {n},b{n}@example.com,Poster {n:03d}" for n in range(unclear)]
    return "Full name,E-mail,Source\r\n" + "\r\n".join(lines)


def test_unclear_values_come_first_and_none_is_dropped_in_silence(ines, acme, monkeypatch):
    monkeypatch.setattr(asked, "MOST", 12)
    page = story.text(columns_page(ines, story.reviewed(acme, content=many_sources(20))))
    assert "12 unclear" in page
    assert page.index("Poster 000") < page.index("12 more values, and what they become")
    assert "8 more unclear values are left out as they stand." in page
    assert '<bdi class="break">Poster 019</bdi> (1 row): left out, unclear' in page
    assert '<bdi class="break">Google Ads</bdi> (10 rows): google_ads' in page


def test_a_column_with_too_many_values_says_that_not_all_are_listed(ines, acme, monkeypatch):
    monkeypatch.setattr(profile, "MOST", 5)
    monkeypatch.setattr(values, "MOST", 5)
    page = story.text(columns_page(ines, story.reviewed(acme, content=many_sources(9))))
    assert "The column has more different values than are listed here." in page
    monkeypatch.setattr(values, "FIRST_ROWS", 4)
    page = story.text(columns_page(ines, story.reviewed(acme, content=many_sources(9))))
    assert "These are those of the first 4 rows; any other becomes what it says" in page


def test_values_that_are_unclear_are_named_before_the_columns(ines, acme):
    page = story.text(columns_page(ines, story.reviewed(acme, ines.user)))
    named = page.index('1 value of <a href="#column-3"><bdi>Source</bdi></a> is unclear')
    assert named < page.index('<tr id="column-3">')
