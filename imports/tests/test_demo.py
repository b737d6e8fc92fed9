"""The demo: complete, the same everywhere, and no way in for anybody else."""

import csv
import re
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from imports import vault
from imports.models import Customer, Event
from portal.models import Membership, User

pytestmark = pytest.mark.django_db

INSIDE = "/password/change/"


@pytest.fixture(autouse=True)
def laptop(settings, tmp_path):
    cache.clear()
    settings.LAPTOP = True
    settings.DATA_DIR = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def make_demo():
    out = StringIO()
    call_command("demo", stdout=out)
    return out.getvalue()


def sign_in(client, words, email="demo@example.com", **extra):
    password = re.search(r"password (demo-\S+)", words).group(1)
    data = {"login": email, "password": password, "next": INSIDE}
    return client.post("/sign-in/", data, **{"HTTP_HOST": "127.0.0.1:8000", **extra})


def test_the_demo_has_people_a_customer_with_a_token_and_samples(tmp_path):
    words = make_demo()

    assert "Sign in as demo@example.com with the password demo-" in words
    assert f"Sample spreadsheets: {tmp_path}/samples" in words
    roles = Membership.objects.values_list("user__email", "role")
    assert set(roles) == {("demo@example.com", "manager"), ("viewer@example.com", "viewer")}
    assert User.objects.get(email="auditor@example.com").is_auditor
    customer = Customer.objects.get()
    assert vault.unseal(customer.token.sealed, customer.pk).startswith("mega_")
    assert sorted(path.name for path in (tmp_path / "samples").iterdir()) == [
        "1-clean.csv",
        "2-needs-repairs.xlsx",
        "3-refused-by-mega.csv",
        "4-one-phone-for-many.csv",
    ]
    assert (tmp_path / "secrets" / "demo_password").stat().st_mode & 0o777 == 0o600


def test_a_second_time_it_changes_nothing():
    first = make_demo()
    events = Event.objects.count()

    assert make_demo() == first
    assert Event.objects.count() == events
    assert User.objects.count() == 3


def test_the_samples_are_the_same_bytes_everywhere(tmp_path, settings):
    make_demo()
    settings.DATA_DIR = tmp_path / "other"
    make_demo()

    for name in sorted(path.name for path in (tmp_path / "samples").iterdir()):
        one = (tmp_path / "samples" / name).read_bytes()
        assert one == (tmp_path / "other" / "samples" / name).read_bytes()


def test_the_samples_hold_what_their_names_say_and_nobodys_data(tmp_path):
    make_demo()
    folder = tmp_path / "samples"
    clean = list(csv.DictReader((folder / "1-clean.csv").open(encoding="utf-8")))
    refused = list(csv.DictReader((folder / "3-refused-by-mega.csv").open(encoding="utf-8")))
    shared = list(csv.DictReader((folder / "4-one-phone-for-many.csv").open(encoding="utf-8")))
    sheet = load_workbook(folder / "2-needs-repairs.xlsx").active
    repairs = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]

    assert (len(clean), len(refused), len(repairs)) == (120, 60, 1201)
    assert len({row["Email"] for row in clean}) == len({row["Phone"] for row in clean}) == 120
    assert all(re.fullmatch(r"[a-z.]+\d+@example\.(com|org)", row["Email"]) for row in clean)
    assert all(re.fullmatch(r"\(\d{3}\) 555-01\d\d", row["Phone"]) for row in clean)
    assert sum(row["Stage"] == "hot-lead" for row in refused) == 20
    assert (len(shared), len({row["Name"] for row in shared})) == (60, 60)
    assert sum(row["Phone"] == "(206) 555-0100" for row in shared) == 38
    assert repairs[0][0] == "Vorname"
    emails = [row[2] for row in repairs[1:] if row[2]]
    assert len(emails) > len(set(emails)), "duplicates"
    assert any("@@" in email for email in emails)
    assert any(not any(row) for row in repairs[1:]), "a blank row"


def test_without_debug_there_is_no_demo(settings):
    settings.LAPTOP = False

    with pytest.raises(CommandError, match="only made with DEBUG=on") as problem:
        call_command("demo")

    assert problem.value.returncode == 1
    assert not User.objects.exists()


def test_the_demo_signs_in_on_this_machine(client):
    assert sign_in(client, make_demo()).url == INSIDE
    assert client.get(INSIDE, HTTP_HOST="127.0.0.1:8000").status_code == 200


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"HTTP_HOST": "portal.example.com"},
        {"HTTP_X_FORWARDED_FOR": "192.0.2.7"},
    ],
)
def test_the_demo_does_not_sign_in_from_elsewhere(client, settings, elsewhere):
    settings.ALLOWED_HOSTS = ["*"]
    page = sign_in(client, make_demo(), **elsewhere)

    assert "do not belong together" in page.content.decode()
    assert list(Event.objects.values_list("act", flat=True)).count("sign_in_failed") == 1


def test_when_debug_is_off_the_demo_is_out_and_stays_out(client, settings):
    words = make_demo()
    sign_in(client, words)
    settings.LAPTOP = False

    assert client.get(INSIDE, HTTP_HOST="127.0.0.1").status_code == 302
    assert "do not belong together" in sign_in(client, words).content.decode()
