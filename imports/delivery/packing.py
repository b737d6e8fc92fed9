"""Cutting leads into batches so that rows of one person never share a request."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat

from imports.mega.contract import MAX_ROWS

FIRST_ROWS = 25  # the first request of an import is small and answered before the second starts


@dataclass(frozen=True, slots=True)
class Packable:
    """A lead as the packer sees it: `keys` name its person (e-mail, phone), if anyone shares it.

    MEGA may refuse one that is `apart`, and with it the whole request.
    """

    number: int
    keys: frozenset[str] = frozenset()
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Parcel:
    """The rows of one batch, and up to which batch number all must be final before it starts."""

    number: int
    after: int
    row_numbers: tuple[int, ...]


@dataclass
class Packer:
    """Packs leads in sheet order into parcels; carries from call to call what had to wait.

    1. A lead goes into the open parcel unless its person is already there, or waits already.
    2. Such a lead is put off to a later parcel, which then waits for the earlier one's answer.
    3. Full parcels are given out; `finish` gives out the rest.
    4. Leads that are apart, and later ones of their persons, come last, in parcels without others.
    """

    first_rows: int = FIRST_ROWS
    last_number: int = 0
    last_seen: dict[str, int] = field(default_factory=dict)
    put_off: list[Packable] = field(default_factory=list)
    apart: list[Packable] = field(default_factory=list)
    _open: list[int] = field(default_factory=list)
    _open_keys: set[str] = field(default_factory=set)
    _waiting_keys: set[str] = field(default_factory=set)
    _apart_keys: set[str] = field(default_factory=set)
    _after: int = 0

    def pack(self, leads: Iterable[Packable]) -> Iterator[Parcel]:
        """Give out the parcels that these leads fill."""
        for lead in leads:
            if not self.set_apart(lead):
                yield from self._pack(lead)

    def set_apart(self, lead: Packable) -> bool:
        """Keep a lead for the last parcels if it belongs there; say whether it does."""
        if not lead.apart and not lead.keys & self._apart_keys:
            return False
        self.apart.append(lead)
        self._apart_keys |= lead.keys
        return True

    def finish(self) -> Iterator[Parcel]:
        """Give out what is left, as many parcels as the persons in it need."""
        yield from self._empty()
        apart, self.apart = self.apart, []
        for lead in apart:
            yield from self._pack(lead)
        yield from self._empty()

    def _pack(self, lead: Packable) -> Iterator[Parcel]:
        self._place(lead)
        while len(self._open) >= self._size:
            yield self._close()

    def _empty(self) -> Iterator[Parcel]:
        while self._open:
            yield self._close()

    @property
    def _size(self) -> int:
        return self.first_rows if self.last_number == 0 else MAX_ROWS

    def _place(self, lead: Packable) -> None:
        if lead.keys and (lead.keys & self._open_keys or lead.keys & self._waiting_keys):
            self.put_off.append(lead)
            self._waiting_keys |= lead.keys
            return
        self._open.append(lead.number)
        self._open_keys |= lead.keys
        seen = [self.last_seen[key] for key in lead.keys if key in self.last_seen]
        self._after = max([self._after, *seen])

    def _close(self) -> Parcel:
        """Close the open parcel and open the next one with what was put off."""
        self.last_number += 1
        after = max(self._after, 1 if self.last_number > 1 else 0)
        parcel = Parcel(self.last_number, after, tuple(sorted(self._open)))
        self.last_seen.update(dict.fromkeys(self._open_keys, self.last_number))
        self._open, self._open_keys, self._after = [], set(), 0
        waiting, self.put_off, self._waiting_keys = self.put_off, [], set()
        self.take_back(waiting)
        return parcel

    def take_back(self, waiting: Iterable[Packable]) -> None:
        """Place leads that had to wait, in their order, as far as the open parcel has room."""
        for lead in waiting:
            if len(self._open) < MAX_ROWS:
                self._place(lead)
            else:
                self.put_off.append(lead)
                self._waiting_keys |= lead.keys


def count(leads: int, first_rows: int, last: Sequence[Packable], apart: int = 0) -> int:
    """How many parcels so many leads take, of which these are the last, and so many are apart.

    Those before them are taken to fill their parcels: who is put off there finds room behind.
    """
    if apart:
        together = leads - apart
        rest = count(together, first_rows, last) if together else 0
        return rest + count(apart, MAX_ROWS if together else first_rows, ())
    before = max(leads - len(last), 0)
    full = 1 + (before - first_rows) // MAX_ROWS if before >= first_rows else 0
    begun = before - (first_rows + (full - 1) * MAX_ROWS if full else 0)
    packer = Packer(first_rows, last_number=full)
    for _ in packer.pack([*repeat(Packable(0), begun), *last]):
        pass
    for _ in packer.finish():
        pass
    return packer.last_number
