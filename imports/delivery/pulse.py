"""Signs of life of clocks and workers, by the database's clock."""

from datetime import timedelta

from django.db import connection
from django.db.models import Max
from django.db.models.functions import Now

from imports.models import Process

SILENCE = timedelta(seconds=10)

_BEAT = """
    INSERT INTO imports_process (name, kind, slots, seen_at) VALUES (%s, %s, %s, now())
    ON CONFLICT (name) DO UPDATE SET seen_at = now(), slots = EXCLUDED.slots
"""


def beat(name: str, kind: str, slots: int = 0) -> None:
    """Give a sign of life; `slots` is how many requests the process can carry at a time."""
    with connection.cursor() as cursor:
        cursor.execute(_BEAT, [name[:120], kind, slots])


def leave(name: str) -> None:
    """Say goodbye, so that nobody counts on this process any more."""
    Process.objects.filter(name=name[:120]).delete()


def silent_kinds() -> list[str]:
    """Return which of clock, delivery and intake gave no sign of life lately."""
    seen = Process.objects.filter(seen_at__gt=Now() - SILENCE)
    alive = set(seen.values_list("kind", flat=True).annotate(newest=Max("seen_at")).order_by())
    return [kind for kind in ("clock", "delivery", "intake") if kind not in alive]


_SENTENCES = {
    "clock": "The clock process stands still: nothing new is sent.",
    "delivery": "No delivery worker is running: nothing is sent.",
    "intake": "No intake worker is running: files are not read or checked.",
}


def alarm() -> str:
    """Return one sentence when the portal's engine stands still, else ''. Work is never lost."""
    silent = silent_kinds()
    if not silent:
        return ""
    what = " ".join(_SENTENCES[kind] for kind in silent)
    return f"{what} Nothing is lost; it goes on when the process is started again."
