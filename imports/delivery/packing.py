"""Cutting leads into batches so that rows of one person never share a request."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat

from imports.mega.contract import MAX_ROWS

FIRST_ROWS = 25  # the first request of an import is small and answered before the second starts


@dataclass(frozen=True, slots=True)
class Packable:
    """A lead as the packer sees it: `keys` name its person (e-mail, phone), if anyone shares it.

    Leads of different `lane`s never share a request; the lanes go one after the other.
    """

    number: int
    keys: frozenset[str] = frozenset()
    lane: int = 0


@dataclass(frozen=True, slots=True)
class Parcel:
    """The rows of one batch, and up to which batch number all must be final before it starts."""

    number: int
    after: int
    row_numbers: tuple[int, ...]
    lane: int = 0


@dataclass
class Packer:
    """Packs leads in sheet order into parcels; carries from call to call what had to wait.

    1. A lead goes into the open parcel unless its person is already there, or waits already.
    2. Such a lead is put off to a later parcel, which then waits for the earlier one's answer.
    3. Full parcels are given out; `finish` gives out the rest.
    4. Leads of a further lane come after those of the lanes before it, in parcels without others,
       and so do later ones of their persons: these keep the order of the sheet.
    """

    first_rows: int = FIRST_ROWS
    last_number: int = 0
    last_seen: dict[str, int] = field(default_factory=dict)
    put_off: list[Packable] = field(default_factory=list)
    lanes: dict[int, list[Packable]] = field(default_factory=dict)
    _lane: int = 0
    _open: list[int] = field(default_factory=list)
    _open_keys: set[str] = field(default_factory=set)
    _waiting_keys: set[str] = field(default_factory=set)
    _lane_of: dict[str, int] = field(default_factory=dict)
    _after: int = 0

    def pack(self, leads: Iterable[Packable]) -> Iterator[Parcel]:
        """Give out the parcels that these leads fill."""
        for lead in leads:
            if not self.set_apart(lead):
                yield from self._pack(lead)

    def lane_of(self, lead: Packable) -> int:
        """Return the lane that a lead goes in; later ones of its person go in none before it."""
        lane = max([lead.lane, *(self._lane_of.get(key, 0) for key in lead.keys)])
        if lane:
            self._lane_of.update(dict.fromkeys(lead.keys, lane))
        return lane

    def set_apart(self, lead: Packable) -> bool:
        """Keep a lead for a further lane if it belongs there; say whether it does."""
        lane = self.lane_of(lead)
        if lane:
            self.lanes.setdefault(lane, []).append(lead)
        return lane > 0

    def finish(self) -> Iterator[Parcel]:
        """Give out what is left, as many parcels as the persons in it need."""
        yield from self._empty()
        for lane in sorted(self.lanes):
            self._lane = lane
            for lead in self.lanes.pop(lane):
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
        parcel = Parcel(self.last_number, after, tuple(sorted(self._open)), self._lane)
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


def count(
    leads: int, first_rows: int, last: Sequence[Packable], further: Sequence[int] = ()
) -> int:
    """How many parcels so many leads take, of which these are the last; `further` says how many of
    them go in each of the further lanes.

    Those before them are taken to fill their parcels: who is put off there finds room behind.
    """
    requests = 0
    for rows in (leads - sum(further), *further):
        if rows > 0:
            size, end = (MAX_ROWS, ()) if requests else (first_rows, last)
            requests += _in_one_lane(rows, size, end)
    return requests


def _in_one_lane(leads: int, first_rows: int, last: Sequence[Packable]) -> int:
    before = max(leads - len(last), 0)
    full = 1 + (before - first_rows) // MAX_ROWS if before >= first_rows else 0
    begun = before - (first_rows + (full - 1) * MAX_ROWS if full else 0)
    packer = Packer(first_rows, last_number=full)
    for _ in packer.pack([*repeat(Packable(0), begun), *last]):
        pass
    for _ in packer.finish():
        pass
    return packer.last_number
