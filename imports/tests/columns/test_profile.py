"""What stands in each column is counted once, when the rows are stored."""

import pytest

from imports.columns import options, profile, stretches, values
from imports.models import ColumnProfile, Import
from imports.tests import people
from imports.tests.pages import story

HEAD = "Full name,E-mail,Source,Buyer or seller\r\n"


@pytest.fixture
def acme(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return people.customer("Acme")


def rows_of(count):
    sources = ("Google Ads", "google ads ", "Billboard")
    return "".join(
        f"Ann {n},a{n}@example.com,{sources[n % 3]},{'Buyer' if n % 4 else ''}\r\n"
        for n in range(count)
    )


def profiled(lead_import):
    found = ColumnProfile.objects.filter(lead_import=lead_import).order_by("place")
    return [(one.filled, one.values) for one in found]


def test_labels_are_kept_with_their_counts_and_names_and_addresses_are_not(acme):
    made = story.reviewed(acme, content=HEAD + rows_of(120))
    names, emails, source, line = profiled(made)
    assert names == (120, None)
    assert emails == (120, None)
    assert source == (120, [["Google Ads", 80], ["Billboard", 40]])
    assert line == (90, [["Buyer", 90]])


@pytest.mark.parametrize("rows", [1, 25, 600])
def test_of_people_nothing_is_kept_in_a_small_file_either(acme, rows):
    """Where each of 300 stands twice as well, and in columns that nobody recognises."""
    people = [n % 300 for n in range(rows)]
    lines = [
        f"Ann {n},Ben {n},a{n}@example.com,+1 206-555-{n:04d},write b{n % 9}@example.com,"
        f"206/555 {n % 9:04d} ext. 1,Partner {n}\r\n"
        for n in people
    ]
    head = "Full name,Name,E-mail,Phone,Remark,Ask,Partner\r\n"
    made = story.reviewed(acme, content=head + "".join(lines))
    assert profiled(made) == [(rows, None)] * 7


def test_a_name_that_comes_often_is_not_kept_of_a_column_of_names(acme):
    lines = "".join(f"Ann {n % 5},a{n}@example.com,Google\r\n" for n in range(40))
    made = story.reviewed(acme, content="Full name,E-mail,Source\r\n" + lines)
    assert profiled(made)[0] == (40, None)
    assert profiled(made)[2] == (40, [["Google", 40]])


def test_owners_by_uuid_are_labels_and_those_by_name_are_asked_about_all_the_same(acme):
    owners = [f"{n}2065550-1234-4567-8901-234567890123" for n in (1, 2)]
    lines = [f"Ann,a{n}@example.com,Otto {n},{owners[n % 2]}\r\n" for n in range(12)]
    made = story.reviewed(acme, content="Full name,E-mail,Agent,Owner\r\n" + "".join(lines))
    assert profiled(made)[2] == (12, None)
    assert profiled(made)[3] == (12, [[owner, 6] for owner in owners])
    found = values.of_columns(made, [2])[2]
    assert found.listed == sorted((f"Otto {n}", 1) for n in range(12))
    assert (found.first_rows, found.is_cut) == (0, False)


def test_a_column_is_given_up_once_it_has_too_many_different_cells(acme, monkeypatch):
    monkeypatch.setattr(profile, "MOST", 2)
    monkeypatch.setattr(stretches, "MOST_ROWS", 7)
    made = story.reviewed(acme, content=HEAD + rows_of(120))
    assert [(filled, bool(kept)) for filled, kept in profiled(made)] == [
        (120, False), (120, False), (120, False), (90, True),
    ]  # fmt: skip


def test_cells_that_are_too_long_for_a_label_are_counted_and_not_kept(acme):
    text = "x" * (profile.LONGEST + 1)
    content = f"Full name,E-mail,Memo\r\nAnn,a@example.com,{text}\r\nBen,b@example.com,{text}\r\n"
    assert profiled(story.reviewed(acme, content=content))[2] == (2, None)


@pytest.mark.parametrize(
    "odd",
    [
        "Zoe,z@example.com\r\n",  # fewer cells
        "Zoe,z@example.com,Billboard,Buyer,more\r\n",
        f'Zoe,z@example.com,Billboard,"{"y" * 5000}"\r\n',
        "Zoe,z@example.com,Bill\x1fboard,Buyer\r\n",
        "Zoe,z@example.com,Bill\x1eboard,Buyer\r\n",
        "\r\n\r\nZoe,  ,,\r\n",
    ],
)
def test_odd_rows_are_counted_like_others(acme, monkeypatch, odd):
    monkeypatch.setattr(stretches, "MOST_BYTES", 30_000)
    monkeypatch.setattr(stretches, "MOST_ROWS", 50)
    made = story.reviewed(acme, content=HEAD + rows_of(60) + odd + rows_of(60))
    seen = [list(cells) for cells in made.rows.exclude(cells=[]).values_list("cells", flat=True)]
    for place, (filled, kept) in enumerate(profiled(made)):
        column = [(row + [""] * 4)[place] for row in seen]
        assert filled == sum(bool(cell.strip()) for cell in column)
        if kept is not None:
            assert sum(count for _, count in kept) == filled
    counted = ColumnProfile.objects.filter(lead_import=made).values_list("rows", flat=True)
    assert set(counted) == {len(seen)}


def test_of_masked_columns_no_value_is_kept(acme):
    head = "Full name,E-mail,SSN\r\n"
    content = head + "".join(f"Ann {n},a{n}@example.com,123-45-678{n % 2}\r\n" for n in range(40))
    made = story.reviewed(acme, content=content)
    assert list(made.masked) == [2]
    assert profiled(made)[2] == (40, None)


def test_a_file_that_is_read_again_is_counted_again(acme):
    made = story.reviewed(acme, content=HEAD + rows_of(120))
    options.reread(made, None, dialect={"header_row": 2})
    assert profiled(made) == []
    again = story.read_and_check(made)
    assert profiled(again)[2] == (119, [["google ads", 79], ["Billboard", 40]])


def test_an_import_of_an_earlier_release_is_counted_as_it_was(acme):
    made = story.reviewed(acme, content=HEAD + rows_of(120))
    kept = values.of_columns(made, [2, 3])
    ColumnProfile.objects.all().delete()
    assert values.of_columns(Import.objects.get(pk=made.pk), [2, 3]) == kept


def test_of_a_column_that_was_given_up_the_first_rows_are_counted(acme, monkeypatch):
    monkeypatch.setattr(profile, "MOST", 1)
    monkeypatch.setattr(values, "FIRST_ROWS", 6)
    made = story.reviewed(acme, content=HEAD + rows_of(120))
    found = values.of_columns(made, [2])[2]
    assert found.first_rows == 6
    assert sum(count for _, count in found.listed) == 6
    monkeypatch.setattr(values, "MOST", 1)
    assert values.of_columns(made, [2])[2].is_cut
