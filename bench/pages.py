"""How long the server works on a page, with a large import behind it and a long history."""

from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse

from bench import material
from bench.measure import figure, median_ms
from imports import members
from imports.models import Customer, Import
from portal.models import Role, Team, User

ROWS, HISTORY = 100_000, 2_000
LIST = ("home", "history", "customers", "audit", "import_new", "help")
OF_FINISHED = ("import_file", "import_columns", "import_send", "import_report", "import_rows")
OF_CHECKED = ("import_review", "import_columns", "import_rows")
FILTERS = {"failed rows": "?result=failed", "late rows": "?after=90000"}


def run(*, full: bool) -> None:
    """Every main page: a manager's, of imports with 100,000 rows (a million with --full)."""
    count = ROWS * 10 if full else ROWS
    customer, _ = material.a_customer()
    _long_history(customer)
    finished, reviewed = material.settled(customer, count), material.checked(customer, count)
    Import.objects.filter(pk=finished.pk).update(state="finished", finished_at=finished.created_at)
    client = _signed_in()
    pages = {name: reverse(name) for name in LIST if _exists(name)}
    pages |= {f"{name} (finished)": reverse(name, args=[finished.pk]) for name in OF_FINISHED}
    pages |= {f"{name} (checked)": reverse(name, args=[reviewed.pk]) for name in OF_CHECKED}
    rows = reverse("import_rows", args=[finished.pk])
    pages |= {f"import_rows ({what})": rows + query for what, query in FILTERS.items()}
    taken = {name: median_ms(_fetch(client, url), 7) for name, url in pages.items()}
    search = partial(client.post, rows, {"person": "lead.77777@"})
    taken["import_rows (a person)"] = median_ms(search, 7)
    figure("pages", rows=count, imports=HISTORY, median_ms=taken)


def _exists(name: str) -> bool:
    try:
        reverse(name)
    except NoReverseMatch:
        return False
    return True


def _fetch(client: Client, url: str) -> Callable[[], None]:
    def fetch() -> None:
        status = client.get(url).status_code
        assert status == 200, (url, status)

    return fetch


def _signed_in() -> Client:
    """Sign a manager in; static files have their plain names, as nothing was collected."""
    settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    user = User.objects.create(email="bench@example.com", name="Bench", password="!")
    members.add(Team.objects.get(slug="bench"), user.email, Role.MANAGER, None)
    client = Client()
    client.force_login(user, "portal.accounts.PeopleBackend")
    return client


def _long_history(customer: Customer) -> None:
    """Add finished imports of former years."""
    made = material.uploaded(customer, 1)
    Import.objects.filter(pk=made.pk).update(state="finished", finished_at=made.created_at)
    meta = Import._meta  # noqa: SLF001 - documented by Django
    fields = [field for field in meta.concrete_fields if not field.primary_key]
    columns = ", ".join(field.column for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO imports_import ({columns}) SELECT {columns} FROM imports_import"
            " CROSS JOIN generate_series(2, %s) WHERE id = %s",
            [HISTORY, made.pk],
        )
