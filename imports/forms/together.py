"""Which of the files without a customer are to be started, and for whom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from imports.models import Customer, Draft


@dataclass(frozen=True, slots=True)
class Choice:
    """A draft and the customer that was chosen for it; `again`: though it has the file already."""

    draft: Draft
    customer: Customer
    again: bool = False


class StartForm:
    """The page of files: one button for all that have a customer, one for each, one for each
    suggestion. Which was pressed decides what counts."""

    def __init__(
        self,
        data: Mapping[str, str],
        *,
        drafts: Iterable[Draft],
        customers: QuerySet[Customer],
    ) -> None:
        self._data = data
        self._drafts = {str(draft.pk): draft for draft in drafts}
        self._customers = {one.slug: one for one in customers}
        self.wanted = self._wanted()
        self.unknown = [slug for _, slug, _ in self.wanted if slug not in self._customers]

    @property
    def choices(self) -> list[Choice]:
        """What can be started."""
        return [
            Choice(self._drafts[pk], self._customers[slug], again)
            for pk, slug, again in self.wanted
            if slug in self._customers
        ]

    @property
    def lacking(self) -> list[Draft]:
        """The drafts that were to be started, but for nobody."""
        wanted = {pk for pk, slug, _ in self.wanted if slug in self._customers}
        return [
            draft for pk, draft in self._drafts.items() if pk in self._asked and pk not in wanted
        ]

    def given(self, draft: Draft) -> str:
        """The customer that was chosen for a draft, "" for none that may be."""
        slug = self._data.get(f"customer-{draft.pk}", "")
        return slug if slug in self._customers else ""

    @property
    def _asked(self) -> list[str]:
        only = self._data.get("only")
        return [pk for pk in self._drafts if only in (None, pk)]

    def _wanted(self) -> list[tuple[str, str, bool]]:
        for button, again in (("pick", False), ("again", True)):
            if button in self._data:
                pk, _, slug = self._data[button].partition(":")
                return [(pk, slug, again)] if pk in self._drafts else []
        chosen = [(pk, self._data.get(f"customer-{pk}", ""), False) for pk in self._asked]
        return [one for one in chosen if one[1]]
