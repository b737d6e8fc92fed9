"""The filters of the audit trail."""

from django import forms
from django.db.models import QuerySet

from imports.audit import acts
from imports.forms.filters import DayField, ListFilter
from imports.models import Customer, Event
from portal.models import Team, User

_DATE = {"type": "date"}


class AuditFilter(ListFilter):
    """Events by team, act, person, customer, import and day."""

    team = forms.ModelChoiceField(
        Team.objects.none(), to_field_name="slug", empty_label="All teams"
    )
    act = forms.ChoiceField(choices=[("", "All acts"), *acts.LABELS.items()])
    who = forms.ModelChoiceField(User.objects.none(), empty_label="Everybody", label="By")
    customer = forms.ModelChoiceField(
        Customer.objects.none(), to_field_name="slug", empty_label="All customers"
    )
    import_id = forms.IntegerField(label="Import number", min_value=1)
    since = DayField(label="From", widget=forms.DateInput(attrs=_DATE))
    until = DayField(label="To", widget=forms.DateInput(attrs=_DATE))

    def apply(self, events: QuerySet[Event]) -> QuerySet[Event]:
        """Only the events that pass every filter."""
        wanted = self.active
        customer: Customer | None = wanted.get("customer")
        pairs = {
            "chain__team": wanted.get("team"),
            "act": wanted.get("act"),
            "actor": wanted.get("who"),
            "customer_id": customer.pk if customer else None,
            "import_id": wanted.get("import_id"),
            "at__gte": self._day_start("since"),
            "at__lt": self._day_start("until", days=1),
        }
        return events.filter(**{name: value for name, value in pairs.items() if value})
