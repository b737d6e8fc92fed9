"""People who must not be contacted: a column says so, a person says how, nobody slips through."""

from io import StringIO

import pytest
from django.urls import reverse

from imports import tasks
from imports.columns import bars, check, derive, saved
from imports.columns.consent import Consent
from imports.delivery import control, unattended
from imports.errors import BadInput, WrongState
from imports.intake.upload import Wishes
from imports.management.waiting import Exit, Wait
from imports.models import (
    Event,
    Import,
    ImportState,
    Lead,
    MappingVersion,
    OnceChecked,
    OnDuplicate,
    ReviewAct,
)
from imports.review import acts, corrections, gates, judge
from imports.review.corrections import Wanted, seen_as
from imports.tests.pages import story

SHEET = (
    "Name,Email,Phone,Opt-in\n"
    "Ann,ann@example.com,2065550123,yes\n"
    "Bob,bob@example.com,2065550177,no\n"
    "Bob B,bob@example.com,,yes\n"
    "Bob,cat@example.com,(206) 555-0177,Yes \n"
    "Dan,dan@example.com,,\n"
    "Eve,eve@example.com,,yes\n"
)
ANSWERS = {"says_3_0": "allows", "says_3_1": "forbids", "says_3_2": "forbids"}


def verdicts(made):
    leads = Lead.objects.filter(lead_import=made).order_by("number")
    return list(leads.values_list("number", "verdict", "code"))


def reasons(made):
    return dict(Lead.objects.filter(lead_import=made).values_list("number", "reason"))


def answered(browser, made, **answers):
    version = Import.objects.get(pk=made.pk).mapping.version
    data = {"expected_version": version, **answers}
    done = browser.post(reverse("import_consent", args=[made.pk]), data)
    assert done.status_code == 302, done.content.decode()
    story.check(made)
    return Import.objects.get(pk=made.pk)


@pytest.fixture
def made(acme):
    return story.reviewed(acme, content=SHEET)


def test_nothing_is_sent_before_a_person_says_which_values_forbid_contact(made, ines):
    page = ines.get(reverse("import_review", args=[made.pk])).content.decode()
    assert "Column “Opt-in” seems to tell who must not be contacted." in page
    with pytest.raises(WrongState, match="Say which values forbid contact"):
        control.send(made, ines.user, on_duplicate=OnDuplicate.SKIP)

    asked = ines.get(reverse("import_consent", args=[made.pk])).content.decode()
    assert "“yes”: 4 rows" in asked
    assert "“no”: 1 row" in asked
    assert "Blank: 1 row" in asked
    assert '<option value="allows" selected>' in asked
    assert '<option value="forbids" selected>' in asked

    made = answered(ines, made, **ANSWERS)
    assert gates.open_gates(made) == []
    assert verdicts(made) == [
        (2, "ok", ""),
        (3, "excluded", "opt_out"),
        (4, "excluded", "opt_out"),
        (5, "excluded", "opt_out"),
        (6, "excluded", "opt_out"),
        (7, "ok", ""),
    ]
    said = "Column “Opt-in” says “no”, which forbids contact."
    assert reasons(made)[3] == said
    assert reasons(made)[4] == f"Has the same e-mail as row 3, of which this holds: {said}"
    assert reasons(made)[5] == f"Has the same phone as row 3, of which this holds: {said}"
    assert reasons(made)[6] == "Column “Opt-in” is blank, which forbids contact."
    control.send(made, ines.user, on_duplicate=OnDuplicate.SKIP)


def test_every_value_needs_an_answer_and_says_so_beside_it(made, ines):
    data = {"expected_version": 1, "says_3_0": "allows", "says_3_1": "forbids"}
    done = ines.post(reverse("import_consent", args=[made.pk]), data)
    assert done.status_code == 422
    assert "Say whether this forbids or allows contact." in done.content.decode()
    assert Import.objects.get(pk=made.pk).mapping.version == 1


def test_a_column_of_refusals_is_guessed_the_other_way_round(acme, ines):
    made = story.reviewed(acme, content=SHEET.replace("Opt-in", "Unsubscribed"))
    page = ines.get(reverse("import_consent", args=[made.pk])).content.decode()
    first = page[page.index("“yes”: 4 rows") : page.index("“no”: 1 row")]
    assert '<option value="forbids" selected>' in first


def test_values_alone_are_enough(acme, ines):
    made = story.reviewed(acme, content=SHEET.replace("Opt-in", "State of mail").replace(
        "no\n", "unsubscribed\n"))  # fmt: skip
    assert [gate.code for gate in gates.open_gates(made)] == ["consent"]


def test_a_column_that_says_nothing_of_it_lets_everybody_go(made, ines):
    made = answered(ines, made, nothing_3="on")
    assert "opt_out" not in {code for *_, code in verdicts(made)}
    assert gates.open_gates(made) == []


def test_the_next_file_of_the_layout_takes_the_answer_over_unless_something_is_new(
    acme, ines, made
):
    made = answered(ines, made, **ANSWERS)
    Import.objects.filter(pk=made.pk).update(send_after="2026-01-01T00:00Z", state="finished")

    again = story.reviewed(acme, content=SHEET.replace("Ann", "Ada"))
    assert gates.open_gates(again) == []
    assert ("excluded", "opt_out") in {one[1:] for one in verdicts(again)}

    new = story.reviewed(acme, content=SHEET + "Fay,fay@example.com,,perhaps\n")
    assert [gate.code for gate in gates.open_gates(new)] == ["consent"]
    page = ines.get(reverse("import_consent", args=[new.pk])).content.decode()
    assert page.count('<option value="" selected>please say') == 1, "only of what is new"
    new = answered(ines, new, **ANSWERS, says_3_3="forbids")
    assert gates.open_gates(new) == []


def test_a_value_that_nobody_decided_is_kept_back_as_unclear(made, ines):
    now = derive.mapping_of(made)
    assert now.columns[3].consent == Consent(is_asked=True)
    made = answered(ines, made, **ANSWERS)
    current = derive.mapping_of(made)
    checker = check.compile_mapping(current, "US", bars=bars.of(current, None))
    row = checker.check(9, ["Gil", "gil@example.com", "", "maybe"])
    assert row.barred == "opt_out_unclear"
    assert row.barred_why == (
        "Column “Opt-in” says “maybe”, and nobody has said whether that forbids contact."
    )


def test_judging_one_row_equals_judging_all(made, ines):
    made = answered(ines, made, **ANSWERS)
    expected, said = verdicts(made), reasons(made)
    Lead.objects.filter(lead_import=made, number__in=[3, 4, 5]).update(
        verdict="ok", code="", reason=""
    )
    judge.apply(made, [5])
    assert verdicts(made) == expected
    assert reasons(made) == said


def test_only_a_manager_sends_them_all_the_same_and_says_why(made, ines, max_, audrey):
    made = answered(ines, made, **ANSWERS)
    address = reverse("import_override", args=[made.pk])
    assert ines.post(address, {"code": "opt_out", "why": "They asked us"}).status_code == 403
    max_.post(address, {"code": "opt_out", "why": " "})
    assert not ReviewAct.objects.exists()

    max_.post(address, {"code": "opt_out", "why": "They asked us in person"})
    assert "opt_out" not in {code for *_, code in verdicts(made)}
    act = ReviewAct.objects.get()
    assert (act.about, act.content["rows"], act.made_by) == ("opt_out", 4, max_.user)
    event = Event.objects.filter(act="review_decided").get()
    assert "person" not in str(event.facts)
    page = ines.get(reverse("import_review", args=[made.pk])).content.decode()
    assert "They asked us in person" in page
    report = audrey.get(reverse("import_report", args=[made.pk])).content.decode()
    assert "They asked us in person" in report

    told = "Sent all the same: 4 rows kept back as “must not be contacted”."
    assert told in page

    ines.post(reverse("import_review_undo", args=[made.pk, act.pk]))
    assert [code for *_, code in verdicts(made)].count("opt_out") == 4


def test_another_answer_ends_what_was_set_aside(made, ines, max_):
    made = answered(ines, made, **ANSWERS)
    max_.post(
        reverse("import_override", args=[made.pk]), {"code": "opt_out", "why": "They asked us"}
    )
    made = answered(ines, made, says_3_0="allows", says_3_1="forbids", says_3_2="allows")
    assert [code for *_, code in verdicts(made)].count("opt_out") == 3
    assert ReviewAct.objects.get().undone_by == ines.user


def test_a_mapping_file_answers_for_the_command_line(acme):
    plan = {"columns": {"Opt-in": {"consent": {"forbids": ["no", ""], "allows": ["yes"]}}}}
    made = story.reviewed(acme, content=SHEET, wishes=Wishes(mapping=plan))
    assert gates.open_gates(made) == []
    assert [code for *_, code in verdicts(made)].count("opt_out") == 4

    bad = {"columns": {"Opt-in": {"consent": {"forbid": ["no"]}}}}
    failed = story.uploaded(acme, content=SHEET, wishes=Wishes(mapping=bad))
    tasks.read(failed.pk)
    failed.refresh_from_db()
    assert failed.state == ImportState.FAILED
    assert "'consent' is" in failed.reason


def test_the_command_line_ends_with_what_a_person_must_say(acme):
    wishes = Wishes(once_checked=OnceChecked.SEND)
    made = story.reviewed(acme, content=SHEET, wishes=wishes)
    unattended.go_on()
    said = StringIO()

    assert Wait(Import.objects.get(pk=made.pk), said).for_end() == Exit.PERSON
    assert said.getvalue() == (
        "Column “Opt-in” seems to tell who must not be contacted. Say which values forbid contact"
        " before anything is sent.\n"
    )


def test_what_somebody_else_changed_is_told_and_saving_once_more_goes_on_top(made, ines, max_):
    stale = {"expected_version": 1, **ANSWERS}
    answered(max_, made, nothing_3="on")
    where = reverse("import_consent", args=[made.pk])
    told = ines.post(where, stale)
    assert told.status_code == 422
    page = told.content.decode()
    assert "Max Meyer changed the columns in the meantime." in page
    assert 'name="expected_version" value="2"' in page
    assert ines.post(where, {**stale, "expected_version": 2}).status_code == 302


def test_a_mapping_of_the_former_release_asks_by_the_heading(made, ines):
    content = made.mapping.content
    for column in content["columns"]:
        column.pop("consent", None)
    older = MappingVersion.objects.create(lead_import=made, version=2, content=content)
    Import.objects.filter(pk=made.pk).update(mapping=older)
    made = Import.objects.get(pk=made.pk)
    assert [gate.code for gate in gates.open_gates(made)] == ["consent"]
    answered(ines, made, **ANSWERS)


def test_an_unimportant_column_can_be_asked_about_all_the_same(acme, ines):
    made = story.reviewed(acme, content=SHEET.replace("Opt-in", "Flag"))
    assert gates.open_gates(made) == []
    where = reverse("import_consent", args=[made.pk])
    assert "No column tells who must not be contacted" in ines.get(where).content.decode()
    assert "“no”: 1 row" in ines.get(f"{where}?column=3").content.decode()
    data = {"expected_version": 1, **ANSWERS}
    assert ines.post(f"{where}?column=3", data).status_code == 302
    story.check(made)
    assert [code for *_, code in verdicts(made)].count("opt_out") == 4


def test_a_saved_mapping_brings_its_answers_along(acme, ines, made):
    made = answered(ines, made, **ANSWERS)
    kept, _ = saved.save(made, ines.user, "With consent", for_team=False)
    other = story.reviewed(acme, content=SHEET)
    assert [gate.code for gate in gates.open_gates(other)] == ["consent"], "it was never sent"
    saved.use(other, kept, ines.user, expected_version=1)
    story.check(other)
    assert gates.open_gates(Import.objects.get(pk=other.pk)) == []
    assert [code for *_, code in verdicts(other)].count("opt_out") == 4


def test_a_stranger_and_a_viewer_answer_nothing(made, sam, vera):
    for name in ("import_consent", "import_override", "import_rule_columns", "import_provenance"):
        address = reverse(name, args=[made.pk])
        assert sam.post(address, ANSWERS).status_code == 404
        assert vera.post(address, ANSWERS).status_code == 403


def test_only_a_manager_changes_cells_that_forbid_contact(made, ines, max_):
    made = answered(ines, made, **ANSWERS)
    row = reverse("import_grid_row", args=[made.pk, 3])
    change = {"cell-3": "yes", "seen-3": seen_as("no")}
    refused = ines.post(row, change)
    assert refused.status_code == 422
    said = "Column “Opt-in” says who may be contacted: only a manager changes its cells."
    assert said in refused.content.decode()
    with pytest.raises(BadInput, match="only a manager"):
        corrections.change(made, ines.user, Wanted(3, "yes", find="no"))
    assert not ReviewAct.objects.filter(kind="cell").exists()
    ines.post(row, {"cell-1": "bert@example.com", "seen-1": seen_as("bob@example.com")})
    assert ReviewAct.objects.filter(kind="cell").count() == 1  # other cells of the row are hers

    assert max_.post(row, change).status_code == 302
    act = ReviewAct.objects.filter(kind="cell").latest("pk")
    with pytest.raises(BadInput, match="only a manager"):
        acts.undo(made, ines.user, act.pk)
    acts.undo(made, max_.user, act.pk)
