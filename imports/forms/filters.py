"""The filters of lists, read from the address; what makes no sense filters nothing."""

import datetime as dt
import re
from typing import Any, cast

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from imports.delivery import progress
from imports.delivery.readiness import Lack
from imports.models import Customer, Import, ImportState, NoticeKind, Recipient
from portal import characters
from portal.models import Team, User

_DATE = {"type": "date"}


_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_FIRST_DAY, _LAST_DAY = dt.date(1900, 1, 1), dt.date(2999, 12, 31)
_LARGEST_ID = 2**63 - 1
_RUNNING = "running"  # beside the states: whatever goes on by itself, as home shows it


class WordsField(forms.CharField):
    """Words to look for: without control characters, which no name holds, and cut to 200."""

    def to_python(self, value: Any) -> str:
        """Always words, perhaps none; never a complaint."""
        return _CONTROL.sub(" ", super().to_python(value) or "").strip()[:200]


class DayField(forms.DateField):
    """A day that a database and a clock can hold; the far past and future are brought nearer."""

    def to_python(self, value: Any) -> dt.date | None:
        """None for no day; a ValidationError for what is not one."""
        day: dt.date | None = super().to_python(value)
        return min(max(day, _FIRST_DAY), _LAST_DAY) if day else None


class NumberForm(forms.Form):
    """The number of an import that another page named."""

    number = forms.IntegerField(required=False, min_value=1, max_value=_LARGEST_ID)


def number_of(text: str | None) -> int | None:
    """The number that is meant, None for what cannot be one."""
    form = NumberForm({"number": text or ""})
    return form.cleaned_data["number"] if form.is_valid() else None


def words_of(text: str | None) -> str:
    """The words to look for, as `WordsField` understands them."""
    return WordsField(required=False).to_python(text)


class ListFilter(forms.Form):
    """Common to the lists: which filters are on, and chips to take them off."""

    def __init__(self, data: Any, **querysets: QuerySet[Any]) -> None:
        super().__init__(data)
        for field in self.fields.values():
            field.required = False
        for name, queryset in querysets.items():
            cast("forms.ModelChoiceField[Any]", self.fields[name]).queryset = queryset
        self.full_clean()

    @property
    def active(self) -> dict[str, Any]:
        """Name and cleaned value of each filter that is on."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def chips(self) -> list[dict[str, str]]:
        """For each active filter its name in the address and its words."""
        return [
            {"name": name, "label": str(self[name].label), "value": self._words(name, value)}
            for name, value in self.active.items()
        ]

    def _words(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
            return str(dict(field.choices)[value])  # type: ignore[arg-type]  # pairs, not groups
        if isinstance(value, dt.date):
            return f"{value.day} {value:%b %Y}"
        return str(value)

    def _day_start(self, name: str, days: int = 0) -> dt.datetime | None:
        day = self.cleaned_data.get(name)
        if not day:
            return None
        midnight = dt.datetime.combine(day + dt.timedelta(days=days), dt.time())
        return midnight.replace(tzinfo=timezone.get_current_timezone())


class CustomersFilter(ListFilter):
    """Customers by words, team, and what they lack."""

    q = WordsField(label="Search")
    team = forms.ModelChoiceField(
        Team.objects.none(), to_field_name="slug", empty_label="All teams"
    )
    lacks = forms.ChoiceField(choices=[("", "All"), *Lack.choices])

    def among(self, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        """Those in whose name, or team's, the words are seen, and that are the team's."""
        if looked_for := characters.seen(self.active.get("q", "")):
            hit = Q(name__seen__icontains=looked_for) | Q(team__name__seen__icontains=looked_for)
            customers = customers.filter(hit)
        team = self.active.get("team")
        return customers.filter(team=team) if team else customers

    @property
    def lack(self) -> Lack | None:
        """What the customers of the list lack, if that is asked."""
        wanted = self.active.get("lacks")
        return Lack(wanted) if wanted else None


class HistoryFilter(ListFilter):
    """Imports by customer, state, person and day."""

    customer = forms.ModelChoiceField(
        Customer.objects.none(), to_field_name="slug", empty_label="All customers"
    )
    state = forms.ChoiceField(
        choices=[("", "All states"), (_RUNNING, "Running"), *ImportState.choices]
    )
    who = forms.ModelChoiceField(User.objects.none(), empty_label="Everybody", label="Uploaded by")
    since = DayField(label="From", widget=forms.DateInput(attrs=_DATE))
    until = DayField(label="To", widget=forms.DateInput(attrs=_DATE))

    def apply(self, imports: QuerySet[Import]) -> QuerySet[Import]:
        """Only the imports that pass every filter."""
        wanted = self.active
        if wanted.get("state") == _RUNNING:
            wanted.pop("state")
            imports = progress.running(imports)
        pairs = {
            "customer": wanted.get("customer"),
            "state": wanted.get("state"),
            "created_by": wanted.get("who"),
            "created_at__gte": self._day_start("since"),
            "created_at__lt": self._day_start("until", days=1),
        }
        return imports.filter(**{name: value for name, value in pairs.items() if value})


class NoticeFilter(ListFilter):
    """A person's notices by what they are about, and whether they were read."""

    kind = forms.ChoiceField(choices=[("", "All notices"), *NoticeKind.choices], label="About")
    read = forms.ChoiceField(choices=[("", "Read and unread"), ("no", "Unread")], label="Shown")

    def apply(self, notices: QuerySet[Recipient]) -> QuerySet[Recipient]:
        """Only the notices that pass both."""
        wanted = self.active
        if "kind" in wanted:
            notices = notices.filter(notice__kind=wanted["kind"])
        return notices.filter(read_at=None) if "read" in wanted else notices
