"""People choose stages, owners and custom fields from what the customer's CRM has."""

import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from imports.columns import derive
from imports.columns.vocabulary import Words
from imports.intake.upload import Wishes
from imports.mega.sandbox.accounts import OWNERS
from imports.models import Import, Lead, Token, Vocabulary, Word
from imports.tests import people
from imports.tests.pages import story
from imports.tests.pages.test_columns import fields_of
from imports.tests.vocabulary.forms import posted
from imports.tests.vocabulary.sent import CREATED, ignoring, learnt, refused
from imports.views import mapping_form

pytestmark = pytest.mark.django_db
ADA, BEN, CLEO = OWNERS
SHEET = (
    "Email,Owner,Stage,Budget\r\n"
    "a@example.com,Ada Brook,Won,5\r\n"
    'b@example.com,"CASTLE, Ben",new,6\r\n'
    "c@example.com,Adam Brooks,Nearly won,7\r\n"
)


@pytest.fixture
def known(crm, read):
    crm(1, {"budget": 5}, stage_slug="won", owner_id=ADA)
    crm(1, owner_id=BEN)
    return read()


def page(client, made, step="columns"):
    return story.text(client.get(f"/imports/{made.pk}/{step}/"))


def bodies(made):
    return {one.number: one.body for one in Lead.objects.filter(lead_import=made)}


def problems(made):
    return {
        one.number: [problem["c"] for problem in one.problems]
        for one in Lead.objects.filter(lead_import=made)
    }


def test_names_and_stages_are_recognised_as_the_file_is_read_and_custom_fields_by_their_slug(
    acme, known
):
    made = story.reviewed(acme, content=SHEET)

    columns = derive.mapping_of(made).columns
    assert [one.target for one in columns] == [
        "contact_email", "owner_id", "stage_slug", "custom_fields.budget",
    ]  # fmt: skip
    assert columns[1].confidence == columns[3].confidence == "similar"
    assert "2 of 3 different samples are known" in columns[1].reason
    assert "a custom field that this customer has" in columns[3].reason
    found = bodies(made)
    assert (found[2]["owner_id"], found[3]["owner_id"]) == (ADA, BEN)
    assert (found[2]["stage_slug"], found[3]["stage_slug"]) == ("won", "new")
    assert "owner_id" not in found[4]  # Adam Brooks is not Ada Brook
    assert problems(made)[4] == ["owner_not_uuid", "stage_reshaped"]
    assert found[4]["stage_slug"] == "nearly_won"


@pytest.mark.parametrize(
    "heading", ["Commercial", "Attribué à", "Zuständig", "Asignado a", "Responsável", "Eigenaar"]
)
def test_owners_are_found_under_what_six_languages_call_them(acme, known, heading):
    made = story.reviewed(acme, content=SHEET.replace("Owner", heading))
    assert derive.mapping_of(made).columns[1].target == "owner_id"
    assert bodies(made)[2]["owner_id"] == ADA


def test_a_custom_field_is_found_with_its_unit_behind_the_heading_where_no_other_has_another(
    acme, known
):
    made = story.reviewed(acme, content="Email,Budget (EUR),Area [m²]\r\na@example.com,5,6\r\n")
    assert derive.mapping_of(made).columns[1].target == "custom_fields.budget"
    two = "Email,Budget (EUR),Budget [USD]\r\na@example.com,5,6\r\n"
    made = story.reviewed(acme, content=two)
    assert [one.target for one in derive.mapping_of(made).columns[1:]] == [None, None]
    plain = "Email,Budget (EUR),Budget\r\na@example.com,5,6\r\n"
    made = story.reviewed(acme, content=plain)
    found = [one.target for one in derive.mapping_of(made).columns[1:]]
    assert found == [None, "custom_fields.budget"]


def test_without_anything_known_all_is_as_it_was(acme):
    made = story.reviewed(acme, content=SHEET)
    assert [one.target for one in derive.mapping_of(made).columns] == ["contact_email"] + 3 * [None]


def test_the_words_of_another_account_are_not_used(acme, known):
    Vocabulary.objects.update(mega_id="00000000-0000-4000-8000-000000000009")
    made = story.reviewed(acme, content=SHEET)
    assert derive.mapping_of(made).columns[1].target is None


def test_what_somebody_left_out_before_is_not_taken_again(acme, known, ines):
    before = story.reviewed(acme, content=SHEET)
    ines.post(f"/imports/{before.pk}/columns/", posted(before, target_3="", target_1=""))
    Import.objects.filter(pk=before.pk).update(send_after=timezone.now())

    made = story.reviewed(acme, content=SHEET.replace("a@", "z@"))

    assert derive.mapping_of(made).columns[3].target is None
    assert derive.mapping_of(made).columns[1].target is None


def test_dates_that_can_be_read_in_two_ways_do_not_stop_an_import_because_of_a_guess(
    acme, crm, read
):
    crm(1, {"move_in_date": "2026-01-01"})
    read()
    made = story.reviewed(acme, content="Email,Move in date\r\na@example.com,03/04/2026\r\n")
    column = derive.mapping_of(made).columns[1]
    assert (made.state, column.target) == ("review", None)
    assert "can be read in two ways" in column.reason


def test_a_mapping_that_comes_with_the_file_gets_the_owners_too(acme, known):
    plan = Wishes(mapping={"columns": {"Who": "owner_id"}})
    content = "Email,Who\r\na@example.com,Ada Brook\r\n"
    made = story.reviewed(acme, content=content, wishes=plan)
    assert bodies(made)[2]["owner_id"] == ADA


def test_the_page_offers_what_is_known_and_shows_what_is_unclear_with_its_rows(acme, known, ines):
    made = story.reviewed(acme, content=SHEET)

    shown = page(ines, made)

    assert '<datalist id="known-owner_id">' in shown
    assert '<option value="Ada Brook">' in shown
    assert '<option value="won" label="Won">' in shown
    assert '<option value="budget">' in shown
    assert 'value="Ada Brook"' in shown
    assert shown.count("1 unclear") == 2
    assert "A value that is unclear is left out: its rows go without an owner." in shown


def test_a_person_chooses_by_name_or_types_an_id_or_leaves_out(acme, known, ines):
    made = story.reviewed(acme, content=SHEET)
    answers = {"Ada Brook": "Ben Castle", "CASTLE, Ben": "-", "Adam Brooks": CLEO}
    cells = {}
    for n, (cell, means) in enumerate(answers.items()):
        cells |= {f"cell_1_{n}": cell, f"means_1_{n}": means}

    answer = ines.post(f"/imports/{made.pk}/columns/", posted(made, **cells))

    assert answer.status_code == 302, story.text(answer)
    made.refresh_from_db()
    story.check(made)
    assert [one.get("owner_id") for one in bodies(made).values()] == [BEN, None, CLEO]


def test_a_name_that_nobody_has_is_refused_in_words(acme, known, ines):
    made = story.reviewed(acme, content=SHEET)
    cells = {"cell_1_0": "Ada Brook", "means_1_0": "Adam Brooks"}
    answer = ines.post(f"/imports/{made.pk}/columns/", posted(made, **cells))
    assert answer.status_code == 422
    assert "&#x27;Adam Brooks&#x27; is not a UUID" in story.text(answer)


def test_the_same_owner_for_every_row_is_chosen_by_name(acme, known, ines):
    made = story.reviewed(acme, content="Email\r\na@example.com\r\n")
    form = posted(made, constant_owner_id="Ada Brook", constant_stage_slug="Won")
    ines.post(f"/imports/{made.pk}/columns/", form)
    made.refresh_from_db()
    assert derive.mapping_of(made).constants == {"owner_id": ADA, "stage_slug": "won"}
    assert 'value="Ada Brook"' in page(ines, made)


def test_who_owns_the_leads_whose_cell_is_blank_is_chosen_by_name_at_the_column(acme, known, ines):
    made = story.reviewed(acme, content=f"{SHEET}d@example.com,,new,8\r\n")
    at = f"/imports/{made.pk}/columns/1/"
    opened = ines.get(at)
    assert '<option value="Ben Castle"></option>' in story.text(opened)
    fields = fields_of(opened)
    shown = story.text(ines.post(at, fields | {"blank": "Castle, Ben", "show": "1"}))
    assert shown.count(f"<bdi>Ben Castle ({BEN})</bdi>") == 2, (
        "the cell that names him, and the blank one"
    )
    refused = ines.post(at, fields | {"blank": "Dora"})
    assert refused.context["form"].errors["blank"] == [
        "'Dora' is not a UUID; use the team member's id in MEGA."
    ]
    assert ines.post(at, fields | {"blank": "Castle, Ben"}).status_code == 302
    made.refresh_from_db()
    story.check(made)
    owners = {number: body.get("owner_id") for number, body in bodies(made).items()}
    assert owners == {2: ADA, 3: BEN, 4: None, 5: BEN}
    assert "where a cell is blank: Ben Castle" in page(ines, made)
    assert fields_of(ines.get(at))["blank"] == "Ben Castle"


def test_a_column_that_a_person_makes_the_owner_is_recognised_at_once(acme, known, ines):
    made = story.reviewed(acme, content="Email,Who\r\na@example.com,Ada Brook\r\n")
    ines.post(f"/imports/{made.pk}/columns/", posted(made, target_1="owner_id"))
    made.refresh_from_db()
    story.check(made)
    assert bodies(made)[2]["owner_id"] == ADA


def test_what_is_read_after_the_file_is_suggested_until_somebody_looked(acme, crm, read, ines):
    made = story.reviewed(acme, content="Email,Owner id\r\na@example.com,Ada Brook\r\n"
                          f"b@example.com,{BEN}\r\n")  # fmt: skip
    assert "owner_id" not in bodies(made)[2]
    crm(1, owner_id=ADA)
    read(ask=False)
    Vocabulary.objects.update(read_at=timezone.now())

    assert 'value="Ada Brook"' in page(ines, made)
    as_it_is = {"cell_1_0": "Ada Brook", "means_1_0": "", "cell_1_1": BEN, "means_1_1": ""}
    ines.post(f"/imports/{made.pk}/columns/", posted(made, **as_it_is))
    assert '<input type="text" name="means_1_0" value="Ada Brook"' not in page(ines, made)


def test_a_stage_that_mega_refused_is_warned_of_row_by_row_before_the_next_is_sent(acme, ines):
    sheet = "Email,Stage\r\na@example.com,new\r\nb@example.com,vip\r\n"
    before = learnt(acme, sheet, [CREATED, refused("stage_slug: unknown")])

    made = story.reviewed(acme, content=sheet.replace("a@", "z@"))

    assert problems(made) == {2: [], 3: ["stage_refused"]}
    review = page(ines, made, "review")
    assert "1 row: stage that MEGA refused before" in review
    assert f"means a stage that MEGA refused in import #{before.pk}" in review
    assert f"MEGA refused it in import #{before.pk} (1 row)." in page(ines, made)


def test_an_owner_whom_mega_refused_is_not_guessed_and_warned_of(acme, known, ines):
    sheet = f"Email,Owner\r\na@example.com,{ADA}\r\n"
    learnt(acme, sheet, [refused("owner_id: is not one of this customer's team members")])
    made = story.reviewed(acme, content=sheet + "b@example.com,Ada Brook\r\n")
    assert problems(made) == {2: ["owner_refused"], 3: ["owner_not_uuid"]}


def test_a_custom_field_that_mega_ignored_is_warned_of_until_mega_takes_it(acme, ines):
    sheet = "Email,custom_fields.colour\r\na@example.com,red\r\n"
    before = learnt(acme, sheet, [ignoring("colour")])
    made = story.reviewed(acme, content=sheet)
    sentence = f"MEGA ignored the custom field “colour” in import #{before.pk} (1 row)"
    assert sentence in page(ines, made)
    assert sentence in page(ines, made, "review")

    learnt(acme, sheet, [CREATED])
    assert sentence not in page(ines, made)
    assert sentence not in page(ines, made, "review")


def test_a_refused_value_for_every_row_is_warned_of(acme, ines):
    sheet = "Email,Stage\r\na@example.com,vip\r\n"
    learnt(acme, sheet, [refused("stage_slug: unknown")])
    made = story.reviewed(acme, content="Email\r\na@example.com\r\n")
    ines.post(f"/imports/{made.pk}/columns/", posted(made, constant_stage_slug="vip"))
    assert "Stage for every row: MEGA refused “vip”" in page(ines, made)


def test_a_slug_that_no_lead_has_is_only_a_hint_and_only_where_all_leads_were_read(
    acme, known, ines
):
    made = story.reviewed(acme, content="Email,custom_fields.colour\r\na@example.com,red\r\n")
    hint = "none of the 2 leads of this customer in MEGA has a custom field “colour”"
    assert hint in page(ines, made)
    Vocabulary.objects.update(is_whole=False)
    assert hint not in page(ines, made)


def test_the_customers_page_says_what_is_known_and_has_it_read(acme, crm, read, ines):
    crm(1, {"budget": 1}, owner_id=ADA)
    shown = story.text(ines.get("/customers/acme/"))
    assert "Not known yet which stages, owners and custom fields are in use." in shown

    answer = ines.post("/customers/acme/words/read/")
    assert answer["Location"] == "/customers/acme/#words"
    shown = story.text(ines.get("/customers/acme/"))
    assert "The newest leads will be read in a moment" in shown
    assert 'hx-get="/customers/acme/words/?v=waiting.0.0"' in shown
    assert ines.get("/customers/acme/words/?v=waiting.0.0").status_code == 204

    read(ask=False)
    shown = story.text(ines.get("/customers/acme/words/?v=waiting.0.0"))
    for part in ("1 stage", "1 owner", "1 custom field", "Ada Brook", "budget", "all 1 lead of"):
        assert part in shown
    assert "hx-get" not in shown


def test_a_page_that_waits_for_the_words_loads_none_of_them_in_vain(acme, known, ines):
    Vocabulary.objects.update(state=Vocabulary.State.WAITING, answered=0)
    with CaptureQueriesContext(connection) as asked:
        assert ines.get("/customers/acme/words/?v=waiting.0.0").status_code == 204
    assert not [one for one in asked.captured_queries if "imports_word" in one["sql"]]


def test_a_missing_right_is_said_in_words_with_what_to_do(acme, read, mega, ines):
    mega.register(people.TOKEN, str(acme.mega_id), scopes=["public_api:leads:write"])
    read()
    shown = story.text(ines.get("/customers/acme/"))
    assert "Could not be read: the token may not read leads" in shown
    assert "ask MEGA to give the token the scope public_api:leads:read" in shown


def test_what_mega_refused_stands_on_the_customers_page_with_its_import(acme, ines):
    sheet = "Email,Stage\r\na@example.com,vip\r\n"
    made = learnt(acme, sheet, [refused("stage_slug: unknown")])
    shown = story.text(ines.get("/customers/acme/"))
    assert "1 refused" in shown
    assert f'href="/imports/{made.pk}/">import #{made.pk}</a>, 1 row' in shown
    assert "leads were never read" in shown


def test_a_viewer_sees_it_and_may_not_have_it_read_and_a_stranger_finds_nothing(acme, known):
    vera, sam = Client(), Client()
    vera.force_login(people.vera())
    sam.force_login(people.sam())
    assert "Ada Brook" in story.text(vera.get("/customers/acme/"))
    assert "/words/read/" not in story.text(vera.get("/customers/acme/"))
    assert vera.post("/customers/acme/words/read/").status_code == 403
    assert vera.get("/customers/acme/words/").status_code == 200
    assert sam.get("/customers/acme/words/").status_code == 404
    assert sam.post("/customers/acme/words/read/").status_code == 404


def test_without_a_token_nobody_can_ask(acme, ines):
    Token.objects.update(retired_at=timezone.now())
    assert "It takes a token to read them." in story.text(ines.get("/customers/acme/"))
    ines.post("/customers/acme/words/read/")
    assert "no token that MEGA accepts" in story.text(ines.get("/customers/acme/"))


def test_a_list_of_owners_is_made_once_for_a_page_however_many_cells_are_asked_about(
    acme, known, monkeypatch
):
    cells = "".join(f"p{n}@example.com,Person {n}\r\n" for n in range(30))
    plan = Wishes(mapping={"columns": {"Who": "owner_id"}})
    made = story.reviewed(acme, content=f"Email,Who\r\n{cells}", wishes=plan)
    Word.objects.bulk_create(
        Word(vocabulary=known, kind="owner", word=str(uuid.UUID(int=n)), name=f"Owner {n}",
             read_at=timezone.now())
        for n in range(400)
    )  # fmt: skip
    shown = []
    real = Words.shown
    monkeypatch.setattr(Words, "shown", lambda *of: shown.append(of) or real(*of))
    form = mapping_form.fresh(made)

    assert len(dict(form.offers)["known-owner_id"]) == 402
    assert len([line.meanings for line in form.columns][1]) == 30
    assert len(shown) < 500


def test_pages_show_a_bounded_part_of_very_many_words(acme, known, ines):
    now = timezone.now()
    Word.objects.bulk_create(
        Word(vocabulary=known, kind="field", word=f"f{n}", read_at=now) for n in range(1_000)
    )
    assert "901 more" in story.text(ines.get("/customers/acme/"))
    made = story.reviewed(acme, content=SHEET)
    assert page(ines, made).count("<option") < 700
