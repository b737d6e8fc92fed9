"""The exact bytes of a request, as they are stored and sent."""

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from imports.mega import contract


@dataclass(frozen=True, slots=True)
class Body:
    """`packed` is the zlib of the bytes, `sha256` the hash of the bytes themselves."""

    packed: bytes
    sha256: bytes


def encode(leads: Sequence[Mapping[str, object]], on_duplicate: str, *, dry_run: bool) -> Body:
    """Encode leads (with row_ref) for storing."""
    content = contract.encode_body(leads, on_duplicate, dry_run)
    return Body(zlib.compress(content, 6), hashlib.sha256(content).digest())
