"""A supplier's file comes back with other columns, and the page says so."""

import re
from collections import Counter

import pytest

from imports.columns import drift
from imports.models import ColumnProfile, Import
from imports.tests.pages import story
from imports.tests.pages.test_remembered import sent

HEADINGS = "Client name,Phone,E-mail,Campaign"
SHEET = f"{HEADINGS}\nAna Souza,2065550123,ana@example.com,Spring\n"


def told(browser, lead_import):
    """What the note about changed columns says, without tags; "" where there is none."""
    page = story.text(browser.get(f"/imports/{lead_import.pk}/columns/"))
    found = re.search(r"<strong>(The columns|What the columns hold) changed</strong>.*?</ul>", page)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split()) if found else ""


def again(acme, user, heading):
    rows = SHEET.split("\n", 1)[1]
    return story.reviewed(acme, user, content=f"{heading}\n{rows}", name="next.csv")


def test_a_column_that_was_imported_and_is_gone_is_named_with_its_field(ines, acme):
    first = sent(acme, ines.user, SHEET)
    said = told(ines, again(acme, ines.user, "Client name,Phone,Remark,Campaign"))
    assert f"since import #{first.pk} of" in said.replace("# ", "#")
    assert "“ E-mail ” is no longer there; it became E-mail. Ask the supplier" in said
    assert "“ Remark ” is new." in said


@pytest.mark.parametrize(("old", "new"), [("E-mail", "E-mail address"), ("Campaign", "Campaigns")])
def test_a_new_spelling_is_taken_for_the_old_column(ines, acme, old, new):
    """By what it becomes, or by its letters."""
    sent(acme, ines.user, SHEET)
    said = told(ines, again(acme, ines.user, HEADINGS.replace(old, new)))
    assert f"“ {old} ” seems to be called “ {new} ” now." in said
    assert "no longer there" not in said


def test_of_very_many_other_columns_no_two_are_taken_for_the_same(ines, acme, monkeypatch):
    """Each old one would be compared with each new one, whenever the page is shown."""
    wide = [f"Field {n:03d}" for n in range(60)]
    sent(acme, ines.user, f"{HEADINGS},{','.join(wide)}\nAna,2065550123,a@example.com,Spring\n")
    heading = f"{HEADINGS},{','.join(wide[20:])},{','.join(f'{one}s' for one in wide[:20])}"
    monkeypatch.setattr(drift, "PAIRED", 20)
    assert "“ Field 000 ” seems to be called “ Field 000s ” now." in told(
        ines, again(acme, ines.user, heading)
    )
    compared = Counter()
    monkeypatch.setattr(drift.fuzz, "ratio", lambda *_: compared.update(["pair"]) or 0)
    monkeypatch.setattr(drift, "PAIRED", 19)
    said = told(ines, again(acme, ines.user, heading))
    assert "“ Field 000 ” is no longer there" in said
    assert "seems to be called" not in said
    assert not compared


def test_the_same_columns_in_another_order_are_no_change(ines, acme):
    sent(acme, ines.user, SHEET)
    assert told(ines, again(acme, ines.user, "E-mail,Phone,Campaign,Client name")) == ""


def test_a_file_like_none_before_is_compared_with_nothing(ines, acme):
    sent(acme, ines.user, SHEET)
    assert told(ines, again(acme, ines.user, "Vorname,Nachname,Phone,Ort")) == ""


def test_many_new_columns_are_counted(ines, acme):
    wide = ",".join(f"Mark {n:02d}" for n in range(20))
    sent(acme, ines.user, f"{HEADINGS},{wide}\nAna,2065550123,a@example.com,Spring\n")
    zones = ",".join(f"Zone {n:02d} q" for n in range(10))
    said = told(ines, again(acme, ines.user, f"{HEADINGS},{wide},{zones}"))
    assert said.count("is new.") == 8
    assert "2 more changes." in said


def test_what_was_sent_already_is_not_compared(ines, acme):
    sent(acme, ines.user, SHEET)
    assert told(ines, sent(acme, ines.user, SHEET.replace("Campaign", "Remark"))) == ""


HEAD = "Full name,E-mail,Source,Remark"


def of_sources(*sources, remarks=0, head=HEAD):
    """A row for each source; so many of them have a remark."""
    lines = [f"Ann {n},a{n}@example.com,{source},{'call' if n < remarks else ''}"
             for n, source in enumerate(sources)]  # fmt: skip
    return head + "\n" + "\n".join(lines) + "\n"


USUAL = ["Google Ads", "Referral"] * 20


def test_new_values_of_a_known_layout_are_named_with_what_becomes_of_them(ines, acme):
    first = sent(acme, ines.user, of_sources(*USUAL))
    rows = [*USUAL, "Billboard", "Billboard", "HubSpot"]
    said = told(ines, story.reviewed(acme, ines.user, content=of_sources(*rows)))
    said = said.replace("# ", "#")
    assert said.startswith(f"What the columns hold changed since import #{first.pk}")
    assert "“ Source ” has 2 values that were not there before:" in said
    assert "“ Billboard ” (2 rows, left out as it is unclear)" in said
    assert "“ HubSpot ” (1 row, becomes hubspot)" in said
    assert said.index("Billboard") < said.index("HubSpot")


def test_a_new_owner_who_is_not_known_is_left_out_as_unclear(ines, acme):
    ada, ben = "3f2b8c1e-0000-4000-8000-00000000000a", "3f2b8c1e-0000-4000-8000-00000000000b"
    head = "Full name,E-mail,Owner,Remark"
    sent(acme, ines.user, of_sources(*[ada] * 40, head=head))
    content = of_sources(*[ada] * 40, "Cleo", ben, head=head)
    made = story.reviewed(acme, ines.user, content=content)
    said = told(ines, made)
    assert "“ Cleo ” (1 row, left out as it is unclear)" in said
    assert f"“ {ben} ” (1 row, becomes {ben})" in said
    assert "owner_id" not in made.leads.get(number=42).body, "and so it is"


def test_other_spellings_of_known_values_are_no_news(ines, acme):
    sent(acme, ines.user, of_sources(*USUAL))
    rows = ["google ads ", "REFERRAL"] * 20
    assert told(ines, story.reviewed(acme, ines.user, content=of_sources(*rows))) == ""


def test_a_column_that_is_much_emptier_or_fuller_is_told(ines, acme):
    sent(acme, ines.user, of_sources(*USUAL, remarks=36))
    made = story.reviewed(acme, ines.user, content=of_sources(*USUAL, remarks=10))
    assert "“ Remark ” is filled in 25 % of the rows; it was in 90 %." in told(ines, made)
    made = story.reviewed(acme, ines.user, content=of_sources(*USUAL, remarks=29))
    assert told(ines, made) == "", "18 points less are nothing"


def test_of_a_few_rows_no_share_is_told(ines, acme):
    sent(acme, ines.user, of_sources(*USUAL[:10], remarks=10))
    made = story.reviewed(acme, ines.user, content=of_sources(*USUAL, remarks=0))
    assert told(ines, made) == ""


def test_columns_and_values_that_changed_are_told_together(ines, acme):
    sent(acme, ines.user, of_sources(*USUAL, remarks=40))
    content = of_sources(*USUAL, "Billboard", remarks=40, head=HEAD.replace("Remark", "Age"))
    said = told(ines, story.reviewed(acme, ines.user, content=content))
    assert said.startswith("The columns changed since")
    assert "“ Remark ” is no longer there" in said
    assert "“ Source ” has 1 value that was not there before:" in said


def test_a_layout_that_was_seen_long_ago_is_known_all_the_same(ines, acme, monkeypatch):
    monkeypatch.setattr("imports.columns.memory.OWN", 1)
    first = sent(acme, ines.user, of_sources(*USUAL))
    sent(acme, ines.user, SHEET)
    made = story.reviewed(acme, ines.user, content=of_sources(*USUAL, "Billboard"))
    assert f"import #{first.pk}" in told(ines, made).replace("# ", "#")


def test_what_was_never_counted_is_not_compared(ines, acme):
    """Of an earlier release's import nothing is kept; of a masked column no value is."""
    first = sent(acme, ines.user, of_sources(*USUAL, remarks=40))
    ColumnProfile.objects.filter(lead_import=first).delete()
    made = story.reviewed(acme, ines.user, content=of_sources(*USUAL, "Billboard"))
    assert told(ines, made) == ""
    assert Import.objects.get(pk=made.pk).profiles.exists()
