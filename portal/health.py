"""Signs of life for whoever watches the process: /healthz, /readyz and /metrics.

`portal` knows the database, its migrations and the broker; the domain adds its own checks and
figures with `register_check` and `REGISTRY`, because `portal` never imports it.
"""

import logging
from collections.abc import Callable
from functools import cache

import redis
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

logger = logging.getLogger(__name__)

Check = Callable[[], str]  # '' when all is well, else what is missing, in a few words
_checks: dict[str, Check] = {}
_worker_checks: dict[str, Check] = {}  # asked at /readyz?workers only: pages do without them
Page = Callable[[HttpRequest], HttpResponse]
_pages: dict[str, Page] = {}
REGISTRY = CollectorRegistry()  # collectors that are asked at each scrape


def register_check(name: str, check: Check, *, of_worker: bool = False) -> None:
    """Have /readyz (or, `of_worker`, /readyz?workers) ask `check` too.

    It may raise a database error, which counts as missing.
    """
    (_worker_checks if of_worker else _checks)[name] = check


def register_page(path: str, page: Page) -> None:
    """Have a page of the domain answered before everything else, too: no session, no sign-in."""
    _pages[path] = page


def missing(*, workers: bool = False) -> dict[str, str]:
    """What this portal lacks to do its work, by name; empty when it is ready."""
    found = {"broker": broker(), "database": _database()}
    if not found["database"]:
        checks = {"migrations": _migrations, **_checks, **(_worker_checks if workers else {})}
        for name, check in checks.items():
            try:
                found[name] = check()
            except Error as error:
                found[name] = f"the database refused the question ({type(error).__name__})"
    return {name: what for name, what in found.items() if what}


def _database() -> str:
    try:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        return f"does not answer ({type(error).__name__})"
    return ""


def broker() -> str:
    """'' when the broker answers within a second, else what is wrong."""
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    try:
        client.ping()
    except (redis.RedisError, OSError) as error:
        return f"does not answer ({type(error).__name__})"
    finally:
        client.close()
    return ""


def waiting(queue: str) -> int:
    """How many tasks lie in a queue; 0 when the broker does not say."""
    name = f"{settings.CELERY_BROKER_TRANSPORT_OPTIONS['global_keyprefix']}{queue}"
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    try:
        return int(client.llen(name))
    except (redis.RedisError, OSError):
        return 0
    finally:
        client.close()


def _migrations() -> str:
    if _are_migrated():
        return ""
    _are_migrated.cache_clear()  # ask again next time: only a yes is worth remembering
    return "some were not applied: run `manage.py migrate`"


@cache
def _are_migrated() -> bool:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


class HealthMiddleware:
    """Answers before everything else: no session, no host check, no redirect to https."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.pages: dict[str, Page] = {"/healthz": _healthz, "/readyz": _readyz, **_pages}
        if settings.METRICS_ALLOWED:
            self.pages["/metrics"] = _metrics

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        page = self.pages.get(request.path) if request.method in ("GET", "HEAD") else None
        if page is None:
            return self.get_response(request)
        response = page(request)
        response["Cache-Control"] = "no-store"
        response["X-Content-Type-Options"] = "nosniff"
        return response


def _healthz(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


def _readyz(request: HttpRequest) -> HttpResponse:
    lacking = missing(workers="workers" in request.GET)
    if not lacking:
        return HttpResponse("ready\n", content_type="text/plain")
    lines = "".join(f"{name}: {what}\n" for name, what in sorted(lacking.items()))
    return HttpResponse(lines, status=503, content_type="text/plain; charset=utf-8")


def _metrics(_request: HttpRequest) -> HttpResponse:
    try:
        return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)
    except Error as error:
        logger.warning("No metrics: the database does not answer (%s).", type(error).__name__)
        return HttpResponse("the database does not answer\n", status=503, content_type="text/plain")
