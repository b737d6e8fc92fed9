"""How long the server works on a page, with a large import behind it and a long history."""

from collections.abc import Callable
from datetime import date
from functools import partial

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse

from bench import material
from bench.measure import figure, median_ms
from imports import members
from imports.columns import first_look, tally
from imports.models import Chain, Customer, Import
from imports.reports.charts import months, pace, reasons
from portal.models import Role, Team, User

ROWS, HISTORY = 100_000, 2_000
LIST = ("home", "history", "customers", "audit", "import_new", "help")
OF_FINISHED = ("import_file", "import_columns", "import_send", "import_report", "import_rows")
OF_CHECKED = ("import_file", "import_review", "import_columns", "import_rows")
FILTERS = {"failed rows": "?result=failed", "late rows": "?after=90000"}


def run(*, full: bool) -> None:
    """Every main page: a manager's, of imports with 100,000 rows (a million with --full)."""
    count = ROWS * 10 if full else ROWS
    customer, _ = material.a_customer()
    _long_history(customer)
    finished, reviewed = material.settled(customer, count), material.checked(customer, count)
    Import.objects.filter(pk=finished.pk).update(state="finished", finished_at=finished.created_at)
    _ended(customer)
    client = signed_in()
    pages = {name: reverse(name) for name in LIST if _exists(name)}
    pages |= {f"{name} (finished)": reverse(name, args=[finished.pk]) for name in OF_FINISHED}
    pages |= {f"{name} (checked)": reverse(name, args=[reviewed.pk]) for name in OF_CHECKED}
    pages |= {"customer": reverse("customer", args=[customer.slug])}
    pages |= {"history_charts (a customer)": f"/history/charts/?customer={customer.slug}"}
    rows = reverse("import_rows", args=[finished.pk])
    pages |= {f"import_rows ({what})": rows + query for what, query in FILTERS.items()}
    taken = {name: median_ms(fetch(client, url), 7) for name, url in pages.items()}
    search = partial(client.post, rows, {"person": "lead.77777@"})
    taken["import_rows (a person)"] = median_ms(search, 7)
    taken["findings (first rows)"] = median_ms(lambda: first_look.of_first_rows(reviewed), 7)
    leads = tally.of(reviewed)
    taken["findings (every row)"] = median_ms(
        lambda: first_look.of_every_row(reviewed, (), leads), 7
    )
    figure("pages", rows=count, imports=HISTORY, median_ms=taken)
    figure("charts", rows=count, imports=HISTORY, median_ms=_charts(customer, finished))


def _charts(customer: Customer, finished: Import) -> dict[str, float]:
    """Measure what each chart asks of the database."""
    year = months.up_to(date.today().replace(day=1))  # noqa: DTZ011 - any year does
    asked: dict[str, Callable[[], object]] = {
        "requests a minute of an import": partial(pace.of_import, finished),
        "of a customer, a day": partial(pace.of_customer, customer, "day"),
        "rows by month": partial(months.count, Import.objects.filter(customer=customer), year),
        "failure reasons": partial(reasons.of_import, finished),
    }
    return {name: median_ms(function, 7) for name, function in asked.items()}


_END = """
    INSERT INTO imports_event
        (chain_id, position, at, act, customer_id, import_id, facts, previous, digest)
    SELECT %(chain)s, 1000000 + row_number() OVER (), now(), 'finished', i.customer_id, i.id,
           '{"created": 80, "updated": 12, "skipped": 4, "failed": 3, "unknown": 1}', '', ''
    FROM imports_import i WHERE i.customer_id = %(customer)s AND i.finished_at IS NOT NULL
"""


def _ended(customer: Customer) -> None:
    """Spread the history over two years, and write down what became of its rows."""
    chain, _ = Chain.objects.get_or_create(team=customer.team)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE imports_import SET created_at = now() - id %% 700 * interval '1 day'"
            " WHERE customer_id = %s",
            [customer.pk],
        )
        cursor.execute(_END, {"chain": chain.pk, "customer": customer.pk})


def _exists(name: str) -> bool:
    try:
        reverse(name)
    except NoReverseMatch:
        return False
    return True


def fetch(client: Client, url: str) -> Callable[[], None]:
    def fetch() -> None:
        status = client.get(url).status_code
        assert status == 200, (url, status)

    return fetch


def signed_in() -> Client:
    """Sign a manager in."""
    plain_static_names()
    user = User.objects.create(email="bench@example.com", name="Bench", password="!")
    members.add(Team.objects.get(slug="bench"), user.email, Role.MANAGER, None)
    client = Client()
    client.force_login(user, "portal.accounts.PeopleBackend")
    return client


def plain_static_names() -> None:
    """Let static files have their plain names, as nothing was collected."""
    settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )


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
