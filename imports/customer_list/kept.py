"""A list of customers between its preview and the word to add them: on the server, for an hour.

What was read of the file is kept in the cache for its owner alone: no file, no column that is not a
customer's, no token. It is judged anew each time that it is looked at, so what colleagues add
meanwhile is seen. When the cache loses it, the file is uploaded once more. A person has one list at
a time, and the next upload replaces it: the cache is the broker, and uploads would fill it.
"""

import json
import zlib
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID, uuid4

from django.core.cache import cache

from imports.customer_list.sheet import Raw, Sheet
from imports.errors import BadInput
from portal.models import User

SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Kept:
    """What was uploaded and chosen: the name of the file, the team and region of the list."""

    sheet: Sheet
    file_name: str
    team_id: int | None
    region: str


def keep(owner: User, kept: Kept) -> UUID:
    """Keep a list for an hour in place of the one before. BadInput when that cannot be done now."""
    pk = uuid4()
    packed = zlib.compress(json.dumps({"pk": str(pk)} | asdict(kept)).encode())
    cache.set(_key(owner), packed, SECONDS)
    if cache.get(_key(owner)) != packed:
        raise BadInput(
            "The list could not be kept for its preview, because the portal's broker does not "
            "answer. Nothing was added. Upload it again in a minute, and tell your administrator "
            "if it goes on.",
            code="not_stored",
        )
    return pk


def find(owner: User, pk: UUID) -> Kept | None:
    """The owner's list of this id; None when it was added, replaced or lost, or after an hour."""
    packed = cache.get(_key(owner))
    content: dict[str, Any] = json.loads(zlib.decompress(packed)) if packed else {}
    if content.pop("pk", "") != str(pk):
        return None
    sheet = content.pop("sheet")
    lines = [Raw(one["number"], one["cells"], tuple(one["secret"])) for one in sheet["lines"]]
    return Kept(Sheet(lines, sheet["unread"], sheet["has_tokens"]), **content)


def drop(owner: User, pk: UUID) -> None:
    """Forget a list that was added; not one that has replaced it."""
    if find(owner, pk) is not None:
        cache.delete(_key(owner))


def _key(owner: User) -> str:
    return f"customer-list:{owner.pk}"
