"""How long the server works on the first look at each page of the demo, as a newcomer meets it."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from bench import material
from bench.measure import figure, median_ms, stopwatch
from bench.web import Visitor, Web
from imports import demo, tasks
from imports.columns import derive
from imports.delivery import finish
from imports.intake import upload
from imports.models import Customer, Import
from portal.models import User

BUDGET_MS = 150
LIST = (
    "home",
    "history",
    "history_charts",
    "customers",
    "customers_new",
    "import_new",
    "help",
    "styleguide",
    "audit",
    "notices",
    "preferences",
)
OF_CUSTOMER = ("customer", "customer_token", "customer_edit")
OF_OPEN = ("import_file", "import_columns", "import_review", "import_rows")
OF_SENT = ("import_send", "import_report", "import_rows", "import_requests")


def run(*, full: bool) -> None:  # noqa: ARG001 - the demo has one size
    """Make the demo, read and check its samples, send one, and ask for every main page.

    It is asked of a web server of its own, over HTTP, as `make run` starts it. `first_ms` is the
    first answer of each page by its one process, which has answered nobody before the sign-in page
    (the first of them); `median_ms` are later answers. `start_s` is how long it takes to start.
    """
    settings.LAPTOP = True  # nobody else gets a demo
    call_command("demo", verbosity=0)
    made = demo.make()
    sign_in, pages = reverse("account_login"), _pages(made)
    with Web(DEBUG="on") as web:
        guest = Visitor(web.address)
        first = {"account_login": _first(partial(guest.get, sign_in))}
        guest.sign_in(sign_in, made.email, made.password)
        first |= {name: _first(partial(guest.get, path)) for name, path in pages.items()}
        median = {name: median_ms(partial(guest.get, path), 7) for name, path in pages.items()}
    late = [name for name, taken in first.items() if taken > BUDGET_MS]
    times = {"first_ms": first, "median_ms": median}
    figure("demo", budget_ms=BUDGET_MS, over_budget=late, start_s=web.seconds, **times)


def _pages(made: demo.Demo) -> dict[str, str]:
    """Give every main page of the demo's imports its address."""
    user, customer = User.objects.get(email=made.email), Customer.objects.get()
    samples = [_checked(customer, user, path) for path in sorted(made.samples.iterdir())]
    sent = material.settled(customer, 1_200)
    begun = timezone.now() - timedelta(minutes=5)
    Import.objects.filter(pk=sent.pk).update(state="sending", started_at=begun)
    finish.finish_imports()
    pages = {name: reverse(name) for name in LIST}
    pages |= {name: reverse(name, args=[customer.slug]) for name in OF_CUSTOMER}
    pages |= {name: reverse(name, args=[samples[1].pk]) for name in OF_OPEN}
    return pages | {f"{name} (sent)": reverse(name, args=[sent.pk]) for name in OF_SENT}


def _checked(customer: Customer, user: User, path: Path) -> Import:
    with path.open("rb") as file:
        made = upload.accept(customer, user, File(file), path.name)
    tasks.read(made.pk)
    for chunk in derive.unchecked_chunks(made.pk):
        tasks.check(chunk)
    return Import.objects.get(pk=made.pk)


def _first(fetch: Callable[[], object]) -> float:
    with stopwatch() as watch:
        fetch()
    return round(watch.seconds * 1000, 1)
