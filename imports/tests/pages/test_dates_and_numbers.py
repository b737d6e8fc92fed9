"""A column of dates that may be read in two ways is asked about; what the column proves is not."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from imports.columns import derive, formats, stretches, survey
from imports.intake import upload
from imports.models import Import, ImportState
from imports.tests.pages import story
from imports.tests.pages.test_columns import columns_page, fields_of

HEAD = "Name,Email,Signed up,Worth\r\n"


def sheet(*dates, worth='"1.500,00"'):
    return HEAD + "".join(f"Ann,a{n}@example.com,{day},{worth}\r\n" for n, day in enumerate(dates))


def with_custom(client, lead_import, **more):
    fields = fields_of(columns_page(client, lead_import))
    fields |= {"target_2": "custom", "slug_2": "signed_up"} | more
    return client.post(f"/imports/{lead_import.pk}/columns/", fields)


def customs(lead_import):
    lead_import = Import.objects.get(pk=lead_import.pk)
    story.check(lead_import)
    leads = lead_import.leads.order_by("number")
    return [lead.body.get("custom_fields") for lead in leads]


def test_ines_is_asked_when_both_orders_are_possible_for_every_date(ines, acme):
    lead_import = story.reviewed(acme, ines.user, content=sheet("03/04/2025", "05/06/2025"))
    assert lead_import.state == ImportState.REVIEW, "the column is not imported yet"
    answer = with_custom(ines, lead_import)
    assert answer.status_code == 422
    said = "Its dates may have the day or the month first (03/04/2025 is 3 April or March 4)."
    assert answer.context["form"].errors["read_as_2"] == [f"{said} Say which."]
    with_custom(ines, lead_import, read_as_2="dmy")
    assert customs(lead_import) == [{"signed_up": "2025-04-03"}, {"signed_up": "2025-06-05"}]


def test_one_date_that_decides_decides_for_all_and_nobody_is_asked(ines, acme):
    lead_import = story.reviewed(acme, ines.user, content=sheet("03/04/2025", "12/31/2025"))
    assert with_custom(ines, lead_import).status_code == 302
    assert customs(lead_import) == [{"signed_up": "2025-03-04"}, {"signed_up": "2025-12-31"}]


def test_a_date_beyond_the_first_rows_decides_too(ines, acme):
    dates = ["03/04/2025"] * 300 + ["31/12/2025", "12/31/2025"][:1]
    lead_import = story.reviewed(acme, ines.user, content=sheet(*dates))
    assert derive.mapping_of(lead_import).columns[2].read_as == "dmy"


@pytest.mark.parametrize("place", [49, 50, 51, 99, 100, 298])
def test_the_one_that_decides_may_stand_in_any_stretch_of_rows(monkeypatch, ines, acme, place):
    monkeypatch.setattr(stretches, "MOST_ROWS", 50)
    dates = ["03/04/2025"] * 299
    dates[place] = " 31/12/2025 10:05 "
    lead_import = story.reviewed(acme, ines.user, content=sheet(*dates))
    assert derive.mapping_of(lead_import).columns[2].read_as == "dmy"


def test_any_number_of_columns_costs_one_pass_over_the_rows(ines, acme):
    head = "Name,Email,Born,Seen,Won,Worth,Paid,Rate\r\n"
    cells = '03/04/2025,13/04/2025,04/13/25,"1.234","1.234,5","1,234.50"\r\n'
    content = head + "".join(f"Ann,a{n}@example.com,{cells}" for n in range(30))
    with CaptureQueriesContext(connection) as queries:
        lead_import = story.reviewed(acme, ines.user, content=content)
    looks = [column.looks for column in derive.mapping_of(lead_import).columns]
    assert looks == ["", "", "date", "dmy", "mdy", "number", "comma", "point"]
    asked = [each["sql"] for each in queries if "string_agg" in each["sql"]]
    assert len(asked) == 1


@given(
    cell=st.from_regex(r"[-+]?[0-9]{1,4}([.,' ][0-9]{1,4}){0,3}", fullmatch=True)
    | st.text("0123456789.,'- x", max_size=12)
)
def test_the_shape_of_a_number_proves_what_the_number_proves(cell):
    seen = survey._Numbers()
    seen.see(["x", f" {cell} "])
    patterns = (formats.COMMA, formats.POINT, formats.EITHER)
    proven = [re.match(pattern, cell.strip()) is not None for pattern in patterns]
    assert [seen.comma, seen.point, seen.either] == proven


def test_decimal_commas_are_proven_and_can_be_kept_as_they_stand(ines, acme):
    lead_import = story.reviewed(acme, ines.user, content=sheet("x"))
    fields = {"target_2": "", "target_3": "custom", "slug_3": "worth"}
    with_custom(ines, lead_import, **fields)
    assert customs(lead_import) == [{"worth": 1500.0}]
    with_custom(ines, lead_import, **fields, read_as_3="text")
    assert customs(lead_import) == [{"worth": "1.500,00"}]


def test_a_mapping_file_may_say_it(ines, acme):
    columns = {"Signed up": {"field": "custom_fields.since", "read_as": "mdy"}}
    wishes = upload.Wishes(mapping={"columns": columns})
    content = sheet("03/04/2025")
    lead_import = story.reviewed(acme, ines.user, content=content, wishes=wishes)
    assert customs(lead_import) == [{"since": "2025-03-04"}]
