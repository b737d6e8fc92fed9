"""What the values of a column mean: each with its rows, unclear ones shown, none lost."""

import pytest

from imports.columns import derive
from imports.mega.contract import SCOPE_WRITE
from imports.mega.sandbox.accounts import OWNERS
from imports.models import Lead
from imports.tests import people
from imports.tests.pages import story
from imports.tests.vocabulary.forms import posted

pytestmark = pytest.mark.django_db
ADA, BEN, _CLEO = OWNERS
PLATFORMS = ["Google Ads", "google adwords", "GOOGLE ADS", "LinkedIn Ads", "LinkedIn Ads", "direct"]
SHEET = "E-mail,Source\r\n" + "".join(
    f"p{n}@example.com,{cell}\r\n" for n, cell in enumerate(PLATFORMS)
)


def sent_as(made, name):
    leads = Lead.objects.filter(lead_import=made).order_by("number")
    return [one.body.get(name) for one in leads]


def columns_page(client, made):
    return story.text(client.get(f"/imports/{made.pk}/columns/"))


def change(client, made, **changes):
    answer = client.post(f"/imports/{made.pk}/columns/", posted(made, **changes))
    assert answer.status_code == 302, story.text(answer)
    made.refresh_from_db()
    story.check(made)


def test_what_is_only_like_a_platform_is_none_and_is_shown_with_its_rows(acme, ines):
    made = story.reviewed(acme, content=SHEET)

    assert sent_as(made, "source_platform") == [*["google_ads"] * 3, None, None, "direct"]
    shown = columns_page(ines, made)
    assert "1 unclear" in shown
    assert 'LinkedIn Ads <span class="muted small">2 rows</span>' in shown
    assert 'GOOGLE ADS <span class="muted small">2 rows</span>' in shown
    assert "google_ads (as read)" in shown
    review = story.text(ines.get(f"/imports/{made.pk}/review/"))
    assert "LinkedIn Ads" in review
    assert "2 rows: value is not one of MEGA" in review


def test_a_person_says_what_it_means_and_the_next_file_remembers(acme, ines):
    made = story.reviewed(acme, content=SHEET)
    change(ines, made, cell_1_0="LinkedIn Ads", means_1_0="referral")
    assert sent_as(made, "source_platform")[3:5] == ["referral"] * 2


def test_without_the_right_to_read_leads_stages_and_owners_are_typed(acme, mega, read, ines):
    mega.register(people.TOKEN, str(acme.mega_id), scopes=[SCOPE_WRITE])
    assert read().why == "no_right"
    content = "E-mail,Who,Step\r\na@example.com,Ada Brook,Just in\r\nb@example.com,Bea,Almost\r\n"
    made = story.reviewed(acme, content=content)
    assert "<datalist" not in columns_page(ines, made)

    change(ines, made, target_1="owner_id", target_2="stage_slug")
    shown = columns_page(ines, made)
    assert shown.count('Ada Brook <span class="muted small">1 row</span>') == 1
    assert "2 unclear" in shown
    meant = {"cell_1_0": "Ada Brook", "means_1_0": ADA.upper(), "cell_1_1": "Bea"}
    stages = {"cell_2_0": "Just in", "means_2_0": "new", "cell_2_1": "Almost"}
    change(ines, made, **meant, **stages)

    assert sent_as(made, "owner_id") == [ADA, None]
    assert sent_as(made, "stage_slug") == ["new", "almost"]
    assert derive.mapping_of(made).columns[1].values["Ada Brook"].lower() == ADA


def test_it_is_said_why_a_value_is_taken_for_a_stage_or_an_owner(acme, crm, read, ines):
    crm(1, stage_slug="won", owner_id=BEN)
    read()
    content = 'E-mail,Stage,Owner\r\na@example.com,Wón,"castle, ben"\r\n'
    shown = columns_page(ines, story.reviewed(acme, content=content))
    assert "The stage won in MEGA is called so" in shown
    assert "Ben Castle in MEGA is called so" in shown
