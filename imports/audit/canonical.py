"""The bytes of an event that its digest is made of. Never to be changed for a written version."""

import hashlib
import json
from datetime import UTC
from typing import Any

from imports.models import Event

VERSION = 1
GENESIS = bytes(32)  # what the first event of a chain follows


def canonical(event: Event) -> bytes:
    """JSON with sorted keys, no spaces, UTF-8; times in UTC with microseconds."""
    content: dict[str, Any] = {
        "version": VERSION,
        "chain": event.chain_id,
        "position": event.position,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": event.actor_id,
        "act": event.act,
        "customer": event.customer_id,
        "import": event.import_id,
        "facts": event.facts,
    }
    return json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def digest(previous: bytes, event: Event) -> bytes:
    """SHA-256 over the digest of the event before and this event's canonical bytes."""
    return hashlib.sha256(previous + canonical(event)).digest()
