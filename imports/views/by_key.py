"""Pages of a list by the key of their entries, for lists that grow: history, requests, trail.

An address names the entry before or after which its page lies. So new entries shift no page that
somebody is on, and the thousandth page costs as much as the first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from imports.views.http import PER_PAGE

M = TypeVar("M", bound=Model)
Key = list[int]
MOST = 10_000  # entries that are counted; of a longer list it is said that it has more
DIGITS = 18  # at most, of each number of a key


@dataclass(frozen=True, slots=True)
class Stretch(Generic[M]):
    """The entries of a page; `before` and `after` are the keys of its neighbours' addresses, ""
    where the list begins or ends. `count` is that of the whole list, `MOST` when `is_longer`.
    """

    entries: Sequence[M]
    before: str
    after: str
    count: int
    is_longer: bool = False

    def __iter__(self) -> Iterator[M]:
        return iter(self.entries)


def page(request: HttpRequest, found: QuerySet[M], per_page: int = PER_PAGE) -> Stretch[M]:
    """The page that the address asks for; where there is none, the nearest that there is.

    `found` is ordered by whole numbers of its own, the last of which is unlike any other's.
    """
    order = [str(name) for name in found.query.order_by]
    entries, before, after = _asked(request, found, order, per_page)
    count = found.order_by()[: MOST + 1].count() if before or after else len(entries)
    return Stretch(
        entries,
        before=_key_of(entries[0], order) if before else "",
        after=_key_of(entries[-1], order) if after else "",
        count=min(count, MOST),
        is_longer=count > MOST,
    )


def _asked(
    request: HttpRequest, found: QuerySet[M], order: list[str], per_page: int
) -> tuple[list[M], bool, bool]:
    """The entries, and whether there are others before and after them."""
    if key := _key(request.GET.get("after"), order):
        nearest = list(found.filter(_beyond(order, key))[: per_page + 1])
        if nearest:
            return nearest[:per_page], True, len(nearest) > per_page
        nearest = list(found.reverse()[: per_page + 1])  # the list's end
        return nearest[:per_page][::-1], len(nearest) > per_page, False
    if key := _key(request.GET.get("before"), order):
        nearest = list(found.reverse().filter(_beyond(order, key, backwards=True))[: per_page + 1])
        if len(nearest) > per_page:
            return nearest[:per_page][::-1], True, True
    nearest = list(found[: per_page + 1])
    return nearest[:per_page], False, len(nearest) > per_page


def _key(text: str | None, order: list[str]) -> Key | None:
    parts = (text or "").split("-")
    if len(parts) != len(order):
        return None
    if not all(part.isdecimal() and len(part) <= DIGITS for part in parts):
        return None
    return [int(part) for part in parts]


def _key_of(entry: Model, order: list[str]) -> str:
    return "-".join(str(getattr(entry, name.removeprefix("-"))) for name in order)


def _beyond(order: list[str], key: Key, *, backwards: bool = False) -> Q:
    """What comes after an entry with this key in the order, or before it."""
    beyond = Q(pk__in=[])
    for name, value in reversed(list(zip(order, key, strict=True))):
        field: str = name.removeprefix("-")
        side = "gt" if name.startswith("-") == backwards else "lt"
        ahead: dict[str, Any] = {f"{field}__{side}": value}
        beyond = Q(**ahead) | Q(**{field: value}) & beyond
    return beyond
