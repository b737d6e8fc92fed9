"""A lead that was merged of several rows fails and goes again, as whole as it was."""

import pytest

from imports.delivery import children, control
from imports.intake.upload import Wishes
from imports.models import Import, Lead, OnDuplicate
from imports.tests.pages import story
from imports.tests.pages.test_children import settle
from imports.tests.pages.test_groups import decide

SHEET = (
    "Name,E-mail,Phone,City,Budget\n"
    "Eve Novak,eve@example.com,,,\n"
    "Eve Novak,eve@example.com,2065550101,Rome,10\n"
    "Eve Novak,eve@example.com,2065550102,Oslo,20\n"
    "Fay Li,fay@example.com,,,\n"
)
MAPPING = {"columns": {"City": "custom_fields.city", "Budget": "custom_fields.budget"}}


def fresh(made):
    return Import.objects.get(pk=made.pk)


def lead(made, number):
    return Lead.objects.get(lead_import=made, mapping=fresh(made).mapping_id, number=number)


@pytest.mark.parametrize(
    ("choice", "goes", "phone", "city"),
    [("merge_first", 2, "+12065550101", "Rome"), ("merge_last", 4, "+12065550102", "Oslo")],
)
def test_what_was_merged_into_a_row_goes_along_with_it(acme, ines, choice, goes, phone, city):
    wishes = Wishes(duplicates="ask", mapping=MAPPING)
    made = story.reviewed(acme, ines.user, content=SHEET, wishes=wishes)
    decide(ines, made, "differs", choice)
    merged = lead(made, goes).body
    assert (merged["contact_phone"], merged["custom_fields"]["city"]) == (phone, city)
    control.send(fresh(made), ines.user, on_duplicate=OnDuplicate.SKIP, undo_seconds=0)
    settle(made, {goes: "failed", 5: "created"})

    child = children.retry(fresh(made), ines.user, ["failed"])
    story.check(child)

    assert lead(child, goes).body == merged
    acts = fresh(child).review_acts.all()
    if choice == "merge_last":
        assert not acts  # the last row had everything itself
        return
    (act,) = acts
    assert act.rows == [2]
    told = story.text(ines.get(f"/imports/{child.pk}/review/"))
    assert "Row 2 corrected: Phone from blank to &#x27;2065550101&#x27;; City from blank" in told
    assert f"From the rows that were merged into it in import #{made.pk}." in told
    ines.post(f"/imports/{child.pk}/review/undo/{act.pk}/")
    assert "custom_fields" not in lead(child, goes).body
