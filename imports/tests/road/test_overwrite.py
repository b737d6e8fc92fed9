"""What an update may not overwrite is not sent with updates: on the wire, and in the CRM."""

import pytest

from imports import tasks
from imports.delivery import bodies, control, restorable
from imports.errors import WrongState
from imports.models import DryRun, Import, ImportState, Kind, OnDuplicate, Unforeseen
from imports.reports import balance, comparison, rows
from imports.tests.road.engine import wait_for, wait_until

pytestmark = pytest.mark.road


@pytest.fixture
def ines(client_of):
    """Her customer's CRM knows two stages."""
    return client_of(stages=["new", "won"])


@pytest.fixture
def won(ines, sheet):
    """Have so many leads in the CRM, all of them won."""

    def stored(count, start=1):
        path = sheet(count, start, name="there.csv", stage_slug=lambda _: "won")
        wait_for(ines.send(path, unforeseen=Unforeseen.OVERWRITE))
        assert {lead["stage_slug"] for lead in ines.leads} == {"won"}

    return stored


def previewed(client, path, **rules):
    made = client.review(path, on_duplicate=OnDuplicate.UPDATE, **rules)
    asked = control.start_dry_run(made, None)
    tasks.nudge_plan_dry_run(asked.pk)
    wait_until(DryRun.objects.filter(pk=asked.pk, state=DryRun.State.DONE).exists, "the dry run")
    return made


def sent(made, **choice):
    control.send(made, None, on_duplicate=OnDuplicate.UPDATE, undo_seconds=0, **choice)
    tasks.nudge_plan(made.pk)
    done = wait_for(made)
    assert done.state == ImportState.FINISHED, done.reason
    return done


def requests_of(made):
    """The bytes that went out, request by request: each row's fields by its number."""
    found = []
    for batch in made.batches.filter(kind=Kind.SEND).order_by("number"):
        leads, _ = bodies.decode(batch.body)
        found.append({int(lead.pop("row_ref")): lead for lead in leads})
    return found


def stages(client):
    return {lead["contact_email"]: lead["stage_slug"] for lead in client.leads}


def test_foreseen_updates_go_without_the_stage_and_new_leads_with_it(ines, won, sheet):
    won(30, start=31)  # rows 32 to 61
    made = previewed(ines, sheet(120, stage_slug=lambda _: "new"))

    done = sent(made)

    first, second = requests_of(done)
    assert {n for n, lead in second.items() if "stage_slug" not in lead} == set(range(32, 62))
    assert len(second) == 30
    assert len(first) == 90
    assert all(lead["stage_slug"] == "new" for lead in first.values())
    there = stages(ines)
    assert [there[f"p{n}@example.com"] for n in (30, 31, 60, 61)] == ["new", "won", "won", "new"]
    books = balance.recount(done)
    assert (books.created, books.updated) == (90, 30)
    assert comparison.of(done).as_foreseen == 120
    assert [batch.foreseen for batch in done.batches.filter(kind=Kind.SEND)] == [0, 30]
    updated = restorable.updated(done, [40])[40]
    assert "stage_slug" not in updated.sent
    assert ines.complaints() == []
    why = {row.number: row.reason for row in rows.every(done, rows.Selection())}
    assert {n for n, reason in why.items() if reason} == set(range(32, 62))
    assert why[40] == "Sent without Stage, which an update was not to overwrite."


def test_a_second_row_of_a_person_updates_what_the_first_made(ines, tmp_path):
    path = tmp_path / "twice.csv"
    path.write_text(
        "Name,Email,stage_slug\nAnn,ann@example.com,won\nBo,bo@example.com,new\n"
        "Ann,ann@example.com,new\n"
    )
    done = sent(previewed(ines, path))

    assert [set(one) for one in requests_of(done)] == [{2, 3}, {4}]
    assert requests_of(done)[1][4] == {"contact_name": "Ann", "contact_email": "ann@example.com"}
    assert stages(ines) == {"ann@example.com": "won", "bo@example.com": "new"}


def test_without_a_preview_a_person_decides(ines, won, sheet):
    won(10)
    path = sheet(40, stage_slug=lambda _: "new")
    made = ines.review(path, unforeseen=Unforeseen.UNDECIDED)

    with pytest.raises(WrongState, match="MEGA was not asked about every row") as refused:
        control.send(made, None, on_duplicate=OnDuplicate.UPDATE, undo_seconds=0)
    assert "Stage" in refused.value.sentence
    assert Import.objects.get(pk=made.pk).state == ImportState.REVIEW

    done = sent(made, unforeseen=Unforeseen.LEAVE_OUT)
    assert not any("stage_slug" in lead for one in requests_of(done) for lead in one.values())
    assert stages(ines)["p1@example.com"] == "won"

    again = sent(ines.review(path), unforeseen=Unforeseen.OVERWRITE)
    assert all("stage_slug" in lead for one in requests_of(again) for lead in one.values())
    assert stages(ines)["p1@example.com"] == "new"


def test_never_holds_whatever_is_chosen_save_for_rows_that_match_nobody(ines, won, tmp_path):
    won(1)
    path = tmp_path / "some.csv"
    path.write_text(
        "Name,Email,stage_slug\nPerson 1,p1@example.com,new\nBo,bo@example.com,won\nCy,,won\n"
    )
    made = ines.review(path, never=["stage_slug"], name_only="send")

    done = sent(made, unforeseen=Unforeseen.OVERWRITE)

    alone, others = requests_of(done)
    assert alone == {4: {"contact_name": "Cy", "stage_slug": "won"}}
    assert set(others) == {2, 3}
    assert not any("stage_slug" in lead for lead in others.values())
    assert [one.left_out for one in done.batches.order_by("number")] == [[], ["stage_slug"]]
    assert stages(ines)["p1@example.com"] == "won"


def test_never_leaves_out_of_what_mega_would_refuse_too(ines, won, tmp_path):
    won(1)
    path = tmp_path / "some.csv"
    path.write_text("Name,Email,stage_slug\nPerson 1,p1@example.com,new\nBo,bo@example.com,won\n"
                    "Cy,cy@example.com,gone\n")  # fmt: skip
    made = previewed(ines, path, never=["stage_slug"], only_new=[])

    done = sent(made)

    assert [set(one) for one in requests_of(done)] == [{3}, {2, 4}]
    assert requests_of(done)[0][3]["stage_slug"] == "won"
    assert not any("stage_slug" in lead for lead in requests_of(done)[1].values())
