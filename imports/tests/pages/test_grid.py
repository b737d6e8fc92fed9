"""The table of rows in review: found, corrected without scripts, changed many at a time."""

import json

import pytest

from imports.models import Event, Import, Lead
from imports.reports import balance
from imports.review import choose, corrections, standing
from imports.review.corrections import seen_as
from imports.tests.pages import story

pytestmark = pytest.mark.django_db
MAIL = 2


@pytest.fixture
def made(acme, ines):
    return story.reviewed(acme, ines.user)


def grid(made, more=""):
    return f"/imports/{made.pk}/review/rows/{more}"


def lead(made, number):
    return Lead.objects.get(lead_import=made, number=number)


def test_the_table_marks_what_is_wrong_in_words_where_it_is(ines, made):
    page = story.text(ines.get(grid(made)))
    assert '<tr id="row-4"' in page
    cell = page.split('data-column="2"')[3].split("</td>")[0]
    assert "not an address" in cell
    assert "Error: " in cell
    assert "5 rows" not in page
    assert "4 rows" in page


def test_the_filters_and_the_search_narrow_it(ines, made):
    def numbers(answer):
        return [one["number"] for one in map(vars_of, answer.context["rows"])]

    def vars_of(row):
        return {"number": row.number}

    assert numbers(ines.get(grid(made, "?result=invalid"))) == [4]
    assert numbers(ines.get(grid(made, "?result=not_sent"))) == [2, 3, 5]
    problem = Lead.objects.get(lead_import=made, number=4).problems[0]["c"]
    assert numbers(ines.get(grid(made, f"?problem={problem}&column=2"))) == [4]
    assert numbers(ines.get(grid(made, "?column=2"))) == [4]
    assert numbers(ines.get(grid(made, "?why=dropped"))) == []
    assert numbers(ines.get(grid(made, "?after=3"))) == [4, 5]
    assert numbers(ines.post(grid(made), {"text": "REFERRAL"})) == [4, 5]
    assert numbers(ines.post(grid(made, "?result=invalid"), {"text": "referral"})) == [4]
    assert numbers(ines.get(grid(made, "?result=nonsense&why=%3C&column=77"))) == [2, 3, 4, 5]


def test_a_row_is_corrected_without_scripts_and_undone(ines, made):
    page = story.text(ines.get(grid(made, "4/?result=invalid")))
    assert "not an address" in page
    answer = ines.post(
        grid(made, "4/?result=invalid"),
        {"cell-2": "chen@example.com", "seen-2": seen_as("not an address")},
    )
    assert answer["Location"] == grid(made, "?result=invalid#row-4")
    assert lead(made, 4).verdict == "ok"

    shown = story.text(ines.get(grid(made)))
    said = "Row 4 corrected: E-mail from &#x27;not an address&#x27; to &#x27;chen@example.com&#x27;"
    assert said in shown
    assert "Corrected, the file has “not an address”" in shown
    assert "Ines Iversen" in shown
    act = standing.of(made).get()
    back = ines.post(f"/imports/{made.pk}/review/undo/{act.pk}/?back=grid&result=invalid")
    assert back["Location"] == grid(made, "?result=invalid")
    assert lead(made, 4).verdict == "invalid"
    again = ines.post(f"/imports/{made.pk}/review/undo/{act.pk}/", follow=True)
    assert "This change was undone already, by Ines Iversen." in story.text(again)


def test_what_a_colleague_changed_is_shown_and_what_was_typed_is_kept(ines, max_, made):
    seen = {"seen-2": seen_as("not an address")}
    max_.post(grid(made, "4/"), {"cell-2": "li@example.com"} | seen)

    answer = ines.post(grid(made, "4/"), {"cell-2": "chen@example.com"} | seen)
    assert answer.status_code == 409
    page = story.text(answer)
    assert "Max Meyer changed this cell since you saw it" in page
    assert "It now holds “li@example.com”" in page
    assert ">chen@example.com</textarea>" in page.replace("> chen", ">chen")
    assert lead(made, 4).body["contact_email"] == "li@example.com"
    # Whoever has seen it may put theirs in its place.
    ines.post(grid(made, "4/"), {"cell-2": "chen@example.com", "seen-2": seen_as("li@example.com")})
    assert lead(made, 4).body["contact_email"] == "chen@example.com"


def test_the_tables_own_editor_hears_the_same(ines, max_, made):
    headers = {"HTTP_ACCEPT": "application/json"}
    seen = {"seen-2": seen_as("not an address"), "review": standing.token(made)}
    saved = ines.post(grid(made, "4/"), {"cell-2": "chen@example.com"} | seen, **headers).json()
    assert saved["row"].startswith('<tr id="row-4"')
    assert saved["said"].endswith("The row: will be sent.")
    assert "hidden" in saved["changed"]

    clash = max_.post(grid(made, "4/"), {"cell-2": "li@example.com"} | seen, **headers)
    assert clash.status_code == 409
    told = clash.json()
    assert (told["now"], told["seen"]) == ("chen@example.com", seen_as("chen@example.com"))
    long = ines.post(grid(made, "4/"), {"cell-2": "x" * 40_000} | seen, **headers)
    assert long.status_code == 422
    assert "at most 32767 characters" in long.json()["error"]
    # A page that is older than a colleague's change says so, though this cell is another.
    late = max_.post(
        grid(made, "5/"), {"cell-2": "d@example.com", "seen-2": seen_as("")} | {"review": "old"},
        **headers,
    )  # fmt: skip
    assert "Ines" not in late.json()["said"]
    assert "Something was changed in this review" in late.json()["changed"]


def test_find_and_replace_is_shown_first_and_done_as_it_was_shown(ines, made):
    change = grid(made, "change/?do=replace")
    typed = {"do": "replace", "column": "3", "find": "Referral", "put": "Flyer"}
    looked = ines.post(change, typed)
    page = story.text(looked)
    assert "2 cells will be changed" in page
    assert standing.of(made).count() == 0

    confirm = {"confirm": "1", "seen": looked.context["seen"], "shown": looked.context["shown"]}
    other = ines.post(change, typed | confirm | {"put": "Poster"})
    assert standing.of(made).count() == 0  # it was typed after the preview
    assert "Change 2 cells" in story.text(other)

    done = ines.post(change, typed | confirm, follow=True)
    page = story.text(done).replace("&#x27;", "'")
    assert "'Referral' replaced by 'Flyer' in Source, 2 rows." in page
    event = Event.objects.filter(import_id=made.pk, act="replaced").get()
    assert event.facts == {"act": standing.of(made).get().pk, "rows": 2}


def test_what_a_colleague_changed_after_the_preview_is_looked_at_first(ines, max_, made):
    change = grid(made, "change/?do=fill")
    typed = {"do": "fill", "column": "3", "put": "Flyer"}
    looked = ines.post(change, typed)
    confirm = {"confirm": "1", "seen": looked.context["seen"], "shown": looked.context["shown"]}
    max_.post(grid(made, "4/"), {"cell-3": "Flyer", "seen-3": seen_as("Referral")})

    answer = ines.post(change, typed | confirm)
    assert answer.status_code == 409
    assert "Somebody changed something in this review" in story.text(answer)
    assert "3 cells will be changed" in story.text(answer)


def test_rows_of_a_group_and_ticked_rows_are_dropped(ines, made):
    problem = lead(made, 4).problems[0]["c"]
    review = story.text(ines.get(f"/imports/{made.pk}/review/"))
    assert f"do=drop&amp;problem={problem}&amp;column=2" in review
    change = grid(made, f"change/?do=drop&problem={problem}&column=2")
    looked = ines.get(change)
    assert "1 row will be dropped" in story.text(looked)
    confirm = {"do": "drop", "confirm": "1", "why": "No address.", "seen": looked.context["seen"]}
    done = ines.post(change, confirm, follow=True)
    page = story.text(done)
    assert "1 row dropped." in page
    assert "1 row: dropped in this review" in page

    ticked = grid(made, "change/?back=grid")
    looked = ines.post(ticked, {"do": "drop", "row": ["2", "3", "x"]})
    assert "2 rows will be dropped" in story.text(looked)
    confirm = {"do": "drop", "row": ["2", "3"], "why": "", "confirm": "1"}
    ines.post(ticked, confirm | {"seen": looked.context["seen"]})
    books = balance.balance(Import.objects.get(pk=made.pk))
    assert (books.excluded, books.not_sent, books.is_balanced) == (3, 1, True)
    none = ines.post(ticked, {"do": "drop"}, follow=True)
    assert "Tick the rows that are to be dropped" in story.text(none)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"do": "replace", "column": "3", "find": "", "put": "x"}, "This field is required"),
        ({"do": "replace", "column": "99", "find": "a", "put": "x"}, "Select a valid choice"),
        ({"do": "fill", "column": "3", "put": "x" * 501}, "at most 500 characters"),
        ({"do": "fill", "column": "3", "put": "a\x00b"}, "Null characters are not allowed"),
        ({"do": "drop", "row": "2", "why": "x" * 201}, "at most 200 characters"),
    ],
)
def test_bad_input_has_a_sentence_beside_it(ines, made, sent, said):
    answer = ines.post(grid(made, "change/"), sent | {"confirm": "1"})
    assert answer.status_code == 422
    assert said in story.text(answer)
    assert standing.of(made).count() == 0


def test_the_review_tells_of_a_colleagues_change(ines, max_, made):
    page = ines.get(f"/imports/{made.pk}/review/")
    seen = page.context["seen"]
    asked = f"/imports/{made.pk}/review/changed/?seen={seen}"
    assert ines.get(asked).status_code == 204
    max_.post(grid(made, "4/"), {"cell-2": "l@example.com", "seen-2": seen_as("not an address")})
    told = story.text(ines.get(asked))
    assert "<strong>Max Meyer</strong> changed something in this review" in told


def test_readers_look_and_change_nothing(vera, sam, made):
    page = story.text(vera.get(grid(made)))
    assert "not an address" in page
    assert "Edit" not in page
    assert "data-column" not in page
    assert vera.post(grid(made, "4/"), {"cell-2": "x"}).status_code == 403
    assert vera.post(grid(made, "change/"), {"do": "drop", "row": "2"}).status_code == 403
    for address in (grid(made), grid(made, "4/"), grid(made, "change/")):
        assert sam.get(address).status_code == 404


def test_only_so_many_rows_are_looked_at_for_a_page(ines, made, monkeypatch):
    monkeypatch.setattr(choose, "MOST", 2)
    monkeypatch.setattr(choose, "LOOKED", 2)
    answer = ines.get(grid(made, "?result=not_sent&column=2"))
    page = story.text(answer)
    assert "No row matches so far" in page
    assert "Looked at the rows up to 4." in page
    searched = ines.post(grid(made), {"text": "Dora"})
    assert "More than 2 rows match the filters: the first 2 were searched." in story.text(searched)
    act = ines.post(grid(made, "change/"), {"do": "fill", "text": "Dora"}, follow=True)
    assert "Only the first 2 rows were searched, so this would miss others." in story.text(act)


def test_the_page_of_the_file_says_that_changes_end(ines, made):
    corrections.edit(made, None, 4, {MAIL: "c@example.com"}, {MAIL: seen_as("not an address")})
    page = story.text(ines.get(f"/imports/{made.pk}/file/"))
    assert "1 change made in the review ends with that" in page


def test_a_sent_import_is_only_looked_at(ines, acme):
    sent = story.answered(acme, ines.user)
    page = story.text(ines.get(grid(sent)))
    assert "This import is not in review, so its rows can only be looked at." in page
    assert ines.get(grid(sent, "4/")).status_code == 302
    late = ines.post(grid(sent, "4/"), {"cell-2": "x@example.com", "seen-2": seen_as("")})
    assert late.status_code == 409
    assert json.dumps(lead(sent, 4).body).count("x@example.com") == 0
