"""What a page of the columns is made of, and is read by when it comes back."""

from collections.abc import Collection
from dataclasses import dataclass

from imports.columns.mapping import Mapping
from imports.columns.meanwhile import Meanwhile


@dataclass(frozen=True, slots=True)
class Basis:
    """A mapping, and the version that it is; 0 before there is one.

    While others change the columns too, it is theirs with this person's choices in it: `changed` is
    what they made of it since the version that this person `began` with, `kept` the columns whose
    targets are not those of `version`.
    """

    mapping: Mapping
    version: int
    is_accepted: bool = False  # its sure columns were, by a person
    began: int | None = None
    kept: Collection[int] = ()
    changed: Meanwhile | None = None
