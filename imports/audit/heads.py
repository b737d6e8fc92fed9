"""The heads of all chains, kept once a day outside of the database.

Hashes prove that a chain is whole in itself. Whoever owns the database could still cut off its end,
or write all of it anew: then it contradicts the heads of the days before. They help only where that
person cannot reach them, so copy the folder to another place.
"""

import json
import os
import secrets
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from imports.models import Chain
from portal.generated import make_data_dir


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of a chain at a moment: `length` is its position, `head` its digest as hex."""

    at: str  # ISO 8601, UTC
    chain: int
    team: str  # '' is the chain of the site
    length: int
    head: str


def folder() -> Path:
    """Return where the heads are kept."""
    return Path(settings.AUDIT_HEADS_DIR)


def export() -> Path | None:
    """Write today's heads (UTC), one JSON object a line; None when they were written already.

    Several clocks may do it at once: one file comes of it, whole.
    """
    now = datetime.now(UTC)
    path = folder() / f"heads-{now:%Y-%m-%d}.jsonl"
    if path.exists():
        return None
    make_data_dir(Path(settings.DATA_DIR))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.writelines(json.dumps(asdict(head)) + "\n" for head in _heads(now))
        os.link(draft, path)
    except FileExistsError:
        return None
    finally:
        draft.unlink()
    return path


def _heads(now: datetime) -> Iterator[Head]:
    at = now.isoformat(timespec="seconds")
    for chain in Chain.objects.select_related("team").order_by("pk"):
        team = chain.team.slug if chain.team else ""
        yield Head(at, chain.pk, team, chain.length, bytes(chain.head).hex())


def exported() -> dict[int, list[Head]]:
    """Return all heads that were kept, by chain, oldest first. Raises ValueError for a bad line."""
    found: dict[int, list[Head]] = defaultdict(list)
    for path in _files():
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            try:
                head = Head(**json.loads(line))
            except (ValueError, TypeError):
                raise ValueError(f"Line {number} of {path.name} is not a head.") from None
            found[head.chain].append(head)
    return found


def days() -> int:
    """Return for how many days heads were kept."""
    return len(_files())


def _files() -> list[Path]:
    return sorted(folder().glob("heads-*.jsonl"))
