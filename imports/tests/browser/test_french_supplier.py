"""A supplier's French sheet becomes leads in a few actions, and the supplier's next one in one."""

import pytest
from playwright.sync_api import expect

from imports.delivery import control
from imports.mega.sandbox.accounts import OWNERS
from imports.models import Customer, Import, ImportState, OnDuplicate, Unforeseen
from imports.tests.browser.actions import Actions
from imports.tests.browser.conftest import sign_in
from imports.tests.road.engine import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.road]

ADA, BEN, CLEO = OWNERS
HEADINGS = (
    "Prénom;Nom;Téléphone portable;Adresse e-mail;Origine du lead;Commercial;Projet"
    ";Budget (€);Surface (m²);Commentaires"
)
NOVEMBER = (
    "Zoé;Lefèvre;06 12 34 56 78;zoe@example.fr;Google Ads;Ada Brook;Acheteur;350000,50;82,5;",
    "Noël;Garçon;06 12 34 56 79;noel@example.fr;adwords;Brook, Ada;Vendeur;1 250 000,00;140;",
    "Aïcha;Benali;06 12 34 56 80;aicha@example.fr;FB Ads;BEN CASTLE;Acheteuse;;61,25;Rappeler",
    "Hugo;Marchand;06 12 34 56 81;hugo@example.fr;Facebook;C. Drake;Vendeur;199999,9;75,0;",
    "Léa;Petit;06 12 34 56 82;lea@example.fr;Insta;Cléo Drake;Acheteur;89500,00;33,75;Le soir",
)
DECEMBER = (
    "Inès;Moreau;06 12 34 56 83;ines@example.fr;Insta;C. Drake;Vendeur;415000,25;90,5;Le matin",
    "Jules;Roy;06 12 34 56 84;jules@example.fr;Facebook;Brook, Ada;Acheteur;99000,00;28,0;",
)


@pytest.fixture
def client(client_of, crm_of):
    """An estate agent in France, whose CRM has three owners and some custom fields."""
    client = client_of()
    Customer.objects.filter(pk=client.customer.pk).update(region="FR")
    return crm_of(client, custom_fields=("budget", "surface", "notes"))


@pytest.fixture
def supplier(client, tmp_path):
    """Bring a file of the supplier, as a French Excel saves it, up to its columns."""

    def bring(name, rows):
        path = tmp_path / name
        path.write_bytes("\r\n".join((HEADINGS, *rows, "")).encode("cp1252"))
        return client.review(path)

    return bring


def leads(lead_import):
    lead_import = Import.objects.get(pk=lead_import.pk)
    assert lead_import.state == ImportState.REVIEW
    found = list(lead_import.leads.order_by("number"))
    assert [(one.verdict, one.problems) for one in found] == [("ok", [])] * len(found)
    return [one.body for one in found]


def assert_nothing_is_wrong(page):
    page.wait_for_url("**/review/")
    expect(page.get_by_role("heading", name="No problem found")).to_be_visible()


def settle(page, actions):
    """Say what is unclear in the first file."""
    actions.choose(page.get_by_label("What Facebook means"), "meta_ads")
    actions.choose(page.get_by_label("What Insta means"), "meta_ads")
    actions.type(page.get_by_label("What C. Drake means"), "Cleo Drake")
    actions.choose(page.get_by_label("What column Commentaires becomes"), "Custom field …")
    actions.type(page.get_by_label("Slug of the custom field in MEGA for Commentaires"), "notes")
    actions.click(page.get_by_role("button", name="Check all rows"))


def assert_clean(made):
    """Spellings, names and decimal commas of the first file became what they mean."""
    assert made[0] == {
        "contact_name": "Zoé Lefèvre",
        "contact_phone": "+33612345678",
        "contact_email": "zoe@example.fr",
        "source_platform": "google_ads",
        "owner_id": ADA,
        "lead_line": "buyer",
        "custom_fields": {"budget": 350000.5, "surface": 82.5},
    }
    platforms = ["google_ads", "google_ads", "meta_ads", "meta_ads", "meta_ads"]
    assert [one["source_platform"] for one in made] == platforms
    assert [one["owner_id"] for one in made] == [ADA, ADA, BEN, CLEO, CLEO]
    assert [one["lead_line"] for one in made] == ["buyer", "seller", "buyer", "seller", "buyer"]
    assert [one["custom_fields"] for one in made[1:]] == [
        {"budget": 1250000, "surface": 140},
        {"surface": 61.25, "notes": "Rappeler"},
        {"budget": 199999.9, "surface": 75},
        {"budget": 89500, "surface": 33.75, "notes": "Le soir"},
    ]


def test_the_first_file_takes_less_than_eight_actions_and_the_next_one(
    window, ines, client, supplier
):
    first, page, actions = supplier("novembre.csv", NOVEMBER), window(), Actions()
    sign_in(page, ines)
    page.goto(f"/imports/{first.pk}/columns/")

    settle(page, actions)

    assert_nothing_is_wrong(page)
    assert actions.count < 8
    assert_clean(leads(first))

    control.send(
        first, ines, on_duplicate=OnDuplicate.UPDATE, undo_seconds=0,
        unforeseen=Unforeseen.OVERWRITE,
    )  # fmt: skip
    wait_for(first)
    assert {one["owner_id"] for one in client.leads} == {ADA, BEN, CLEO}
    second, next_one = supplier("decembre.csv", DECEMBER), Actions()
    page.goto(f"/imports/{second.pk}/columns/")
    expect(page.get_by_text("unclear", exact=True)).to_have_count(0)
    next_one.click(page.get_by_role("button", name="Check all rows"))

    assert_nothing_is_wrong(page)
    assert next_one.count == 1
    assert [one["source_platform"] for one in leads(second)] == ["meta_ads", "meta_ads"]
    assert [one["owner_id"] for one in leads(second)] == [CLEO, ADA]
    assert [one["custom_fields"] for one in leads(second)] == [
        {"budget": 415000.25, "surface": 90.5, "notes": "Le matin"},
        {"budget": 99000, "surface": 28},
    ]
