"""Notices on the page, and which of them come by mail."""

import re

import pytest

from imports.models import Import, ImportState, MailWish, Recipient
from imports.notices import inbox, tell
from imports.tests.pages import story
from portal.models import Membership

KINDS = [
    "finished", "failures", "blocked", "decision", "inconsistent", "not_started", "handed_over",
    "reminder",
]  # fmt: skip


@pytest.fixture
def done(acme, ines):
    """An import of hers that finished with a failed row."""
    return story.answered(acme, ines.user)


def tell_all():
    for notice_id in tell.untold():
        tell.tell(notice_id)


def test_ines_sees_that_something_is_told_opens_it_and_it_is_read(ines, done):
    assert "unread notice" not in story.text(ines.get("/"))
    tell_all()

    page = story.text(ines.get("/"))
    assert '1<span class="visually-hidden"> unread notice</span>' in page
    listed = story.text(ines.get("/notices/"))
    assert f"Import #{done.pk} for <bdi>Acme</bdi>" in listed
    assert "Finished with failures" in listed
    assert "4 rows: 1 created, 1 updated, 1 failed, 1 left out" in listed

    notice = done.notices.get()
    answer = ines.get(f"/notices/{notice.pk}/")
    assert answer["Location"] == f"/imports/{done.pk}/"
    assert "unread notice" not in story.text(ines.get("/"))
    assert Recipient.objects.get().read_at is not None


def test_all_are_marked_as_read_at_once_and_one_by_one(ines, done):
    Import.objects.update(state=ImportState.BLOCKED)
    tell_all()
    assert inbox.unread(ines.user) == 2

    ines.post(f"/notices/{done.notices.first().pk}/read/")
    assert inbox.unread(ines.user) == 1
    ines.post("/notices/read/")
    assert inbox.unread(ines.user) == 0


def test_nobody_marks_another_persons_notice_as_read(ines, max_, done):
    Import.objects.update(state=ImportState.BLOCKED)
    tell_all()

    max_.post("/notices/read/")

    assert (inbox.unread(max_.user), inbox.unread(ines.user)) == (0, 2)


def test_a_notice_of_a_team_that_one_left_is_seen_no_more(ines, done):
    tell_all()
    Membership.objects.filter(user=ines.user).delete()

    assert inbox.unread(ines.user) == 0
    assert "Acme" not in story.text(ines.get("/notices/"))
    assert ines.get(f"/notices/{done.notices.get().pk}/").status_code == 404
    assert ines.post(f"/notices/{done.notices.get().pk}/read/").status_code == 404


def test_a_colleague_follows_the_link_of_a_mail_that_was_handed_on(vera, done):
    assert vera.get(f"/notices/{done.notices.get().pk}/").status_code == 302


def test_ines_wants_mails_of_what_needs_her_only(ines):
    page = story.text(ines.get("/preferences/"))
    assert page.count('name="mails"') == page.count('name="mails" value=') == len(KINDS)
    assert all(f'value="{kind}"' in page for kind in KINDS)
    assert page.count("checked") >= len(KINDS)

    wanted = {"name": "Ines", "time_zone": "UTC", "mails": ["blocked", "decision"]}
    assert ines.post("/preferences/", wanted).status_code == 302

    assert MailWish.objects.get().muted == [one for one in KINDS if one not in wanted["mails"]]
    assert inbox.mailed_kinds(ines.user) == ["blocked", "decision"]
    assert ines.post("/preferences/", wanted | {"mails": ["weather"]}).status_code == 422


def test_nothing_told_yet_says_so(vera):
    assert "Nothing to tell yet" in story.text(vera.get("/notices/"))


def test_notices_are_filtered_remembered_and_taken_out_as_csv(ines, vera, done):
    Import.objects.update(state=ImportState.BLOCKED)
    tell_all()
    ines.post(f"/notices/{done.notices.get(kind='failures').pk}/read/")

    page = story.text(ines.get("/notices/?kind=blocked"))
    assert "1 notice<" in page
    assert "Finished with failures</span>" not in page
    assert 'aria-label="No longer filter by About: Blocked"' in page
    assert ines.get("/notices/")["Location"] == "/notices/?kind=blocked"
    assert "No notice matches" in story.text(ines.get("/notices/?kind=decision"))
    ines.get("/notices/?reset")
    assert "2 notices<" in story.text(ines.get("/notices/"))
    assert "1 notice<" in story.text(ines.get("/notices/?read=no"))

    lines = story.text(ines.get("/notices/export.csv?read=no")).replace("\ufeff", "")
    assert lines.startswith("Import,Customer,File,About,At,Read at")
    assert f"{done.pk},Acme,leads.csv,Blocked,20" in lines
    assert "failures" not in lines
    assert "Acme" not in story.text(vera.get("/notices/export.csv"))


def test_a_notice_that_comes_in_meanwhile_shifts_no_page(ines, done, monkeypatch):
    monkeypatch.setattr("imports.views.notices.PER_PAGE", 1)
    Import.objects.update(state=ImportState.BLOCKED)
    tell_all()
    first = story.text(ines.get("/notices/"))
    assert "1 of 2 notices shown" in first
    older = re.search(r'rel="next" href="([^"]+)">Older', first)[1]
    Import.objects.update(state=ImportState.DECISION)
    tell_all()
    second = story.text(ines.get(f"/notices/{older}"))
    assert "Finished with failures</span>" in second
    assert ">Newest</a>" in second
    assert "Needs a decision</span>" in story.text(ines.get("/notices/"))
