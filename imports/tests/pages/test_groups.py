"""Groups of rows that MEGA would take for one person: shown, decided about, undone."""

import pytest

from imports.intake.upload import Wishes
from imports.models import Gathering, Import, ReviewAct
from imports.reports import balance
from imports.tests.pages import story

ROWS = (
    "Name,Email,Phone,City\n"
    "Ann Smith,ann@example.com,2065550100,Rome\n"
    "Ben Okafor,ben@example.com,2065550100,Oslo\n"
    "Cy Young,,2065550100,Bonn\n"
    "Eve Novak,eve@example.com,,Rome\n"
    "Eve Novak,eve@example.com,,Oslo\n"
    "Fay Li,fay@example.com,,\n"
    "Fay Li,fay@example.com,,\n"
    "Gus Only,,,\n"
)
WISHES = Wishes(duplicates="ask", mapping={"columns": {"City": "custom_fields.city"}})


@pytest.fixture
def made(acme, ines):
    return story.reviewed(acme, ines.user, content=ROWS, wishes=WISHES)


def review(client, made):
    return story.text(client.get(f"/imports/{made.pk}/review/"))


def groups(client, made, about):
    return story.text(client.get(f"/imports/{made.pk}/review/groups/?about={about}"))


def seen(page, after=""):
    at = page.index(after) if after else 0
    at = page.index('name="seen" value="', at) + len('name="seen" value="')
    return page[at : page.index('"', at)]


def decide(client, made, about, choice, group="", page=None):
    page = page or groups(client, made, about)
    given = {
        "about": about,
        "choice": choice,
        "group": group,
        "seen": seen(page, f'id="{group}"' if group else ""),
    }
    return client.post(f"/imports/{made.pk}/review/groups/decide/?about={about}", given)


def sheet(made):
    books = balance.balance(Import.objects.get(pk=made.pk))
    assert books.is_balanced
    assert balance.recount(made) == books
    return {code: count for code, _, count in books.buckets() if count}


def test_the_review_names_the_people_who_would_become_one_lead(ines, made):
    page = review(ines, made)
    assert "3 rows: of different people that would become one lead" in page
    assert "3 people share the phone <bdi>+12065550100</bdi>: <bdi>Ann Smith</bdi>" in page
    assert "2 rows: of one person with other rows, but not the same" in page
    assert "1 row: the same as another row" in page
    assert "1 row: with neither phone nor e-mail" in page
    assert sheet(made) == {"not_sent": 1, "duplicate": 3, "excluded": 4}


def test_the_groups_say_who_and_which_rows_and_what_differs(ines, made):
    melting = groups(ines, made, "melts")
    assert "Would become one lead: <bdi>Ann Smith</bdi>, <bdi>Ben Okafor</bdi>" in melting
    assert "Waits for a decision" in melting
    differing = groups(ines, made, "differs")
    assert "2 rows of <bdi>Eve Novak</bdi>" in differing
    assert "<mark><bdi>Rome</bdi></mark>" in differing
    assert "The same in all that are shown: Full name, E-mail" in differing
    same = groups(ines, made, "identical")
    assert "2 rows of <bdi>Fay Li</bdi>" in same
    assert "The same as another row" in same


def test_ines_decides_about_one_group_and_about_all_and_takes_it_back(ines, made):
    answer = decide(ines, made, "melts", "leave_out", "p2")
    assert answer["Location"] == f"/imports/{made.pk}/review/groups/?about=melts"
    assert "Sent without what they share" in groups(ines, made, "melts")
    assert sheet(made) == {"not_sent": 3, "duplicate": 3, "excluded": 2}

    decide(ines, made, "differs", "merge_last")
    assert sheet(made) == {"not_sent": 4, "duplicate": 2, "excluded": 2}
    assert "Merge into the last" in groups(ines, made, "differs")

    page = review(ines, made)
    ines.post(
        f"/imports/{made.pk}/review/groups/decide/",
        {"about": "no_match", "choice": "send", "seen": seen(page, 'value="no_match"')},
    )
    assert sheet(made) == {"not_sent": 6, "duplicate": 2}

    assert "All rows with neither phone nor e-mail: “Send them”." in review(ines, made)
    assert "Decided for all" in groups(ines, made, "differs")
    for act in ReviewAct.objects.order_by("-pk"):
        ines.post(f"/imports/{made.pk}/review/groups/undo/{act.pk}/")
    assert sheet(made) == {"not_sent": 1, "duplicate": 3, "excluded": 4}
    assert "Decided for all" not in groups(ines, made, "differs")


def test_who_decides_on_what_a_colleague_changed_is_told(ines, max_, made):
    old = groups(ines, made, "melts")
    decide(max_, made, "melts", "hold", "p2")
    decide(ines, made, "melts", "send", "p2", page=old)
    page = groups(ines, made, "melts")
    assert "Somebody changed this group since the page was shown" in page
    assert Gathering.objects.get(kind="p").choice == "hold"
    decide(ines, made, "melts", "send", page=old)
    assert "Somebody changed something in this review" in groups(ines, made, "melts")
    assert ReviewAct.objects.count() == 1


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"about": "melts", "choice": "first", "seen": "x"},
        {"about": "nonsense", "choice": "hold", "seen": "x"},
        {"about": "melts", "choice": "hold", "group": "x9", "seen": "x"},
        {"about": "melts", "choice": "hold"},
    ],
)
def test_what_no_button_sends_decides_nothing_and_is_told(ines, made, posted):
    answer = ines.post(f"/imports/{made.pk}/review/groups/decide/?about=melts", posted)
    assert answer.status_code == 302
    assert "decide" in story.text(ines.get(answer["Location"]))
    assert not ReviewAct.objects.exists()


def test_a_viewer_looks_and_does_not_decide(vera, ines, made):
    page = groups(vera, made, "melts")
    assert "<bdi>Ann Smith</bdi>" in page
    assert "Keep the rows back" not in page
    assert decide(vera, made, "melts", "hold", page=groups(ines, made, "melts")).status_code == 403
    assert vera.post(f"/imports/{made.pk}/review/groups/undo/1/").status_code == 403


def test_many_groups_come_in_pages_the_largest_first(ines, acme, monkeypatch):
    monkeypatch.setattr("imports.views.groups.PER_PAGE", 2)
    content = "Name,Email,City\n" + "".join(
        f"Ann Ito,g{g}@example.com,{n}\n" for g in range(5) for n in range(g + 2)
    )
    made = story.reviewed(acme, ines.user, content=content, wishes=WISHES)
    assert Gathering.objects.count() == 5
    first = groups(ines, made, "differs")
    assert first.index("6 rows of") < first.index("5 rows of")
    assert "2 of 5 groups shown" in first
    group = Gathering.objects.order_by("-size")[1]
    after = f"after={group.size}-{group.first}-{group.pk}"
    second = story.text(ines.get(f"/imports/{made.pk}/review/groups/?about=differs&{after}"))
    assert "4 rows of" in second
    assert "6 rows of" not in second


def test_once_it_is_sent_the_groups_are_only_read(ines, made):
    Import.objects.filter(pk=made.pk).update(state="queued")
    assert "Keep the rows back" not in groups(ines, made, "melts")
    decide(ines, made, "melts", "send", "p2", page='id="p2" name="seen" value="melts.3.0."')
    assert not ReviewAct.objects.exists()
