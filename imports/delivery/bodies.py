"""The exact bytes of a request, as they are stored and sent."""

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imports.mega import contract


@dataclass(frozen=True, slots=True)
class Body:
    """`packed` is the zlib of the bytes, `sha256` the hash of the bytes themselves."""

    packed: bytes
    sha256: bytes


def decode(packed: bytes | memoryview) -> tuple[list[dict[str, Any]], str]:
    """Return the leads (with row_ref) and on_duplicate of stored bytes."""
    content = json.loads(zlib.decompress(packed))
    return content["leads"], content["on_duplicate"]


def is_matchless(leads: Sequence[Mapping[str, object]]) -> bool:
    """Return whether a lead has a name only: sent under another key it would be a second lead."""
    return any(not lead.get("contact_email") and not lead.get("contact_phone") for lead in leads)


def encode(leads: Sequence[Mapping[str, object]], on_duplicate: str, *, dry_run: bool) -> Body:
    """Encode leads (with row_ref) for storing."""
    content = contract.encode_body(leads, on_duplicate, dry_run)
    return Body(zlib.compress(content, 6), hashlib.sha256(content).digest())
