"""A month in an address; what makes no sense is this month."""

import datetime as dt

from django import forms

_EARLIEST = dt.date(2000, 1, 1)


class MonthForm(forms.Form):
    """A month as `2026-10`."""

    month = forms.DateField(required=False, input_formats=["%Y-%m"])


def month_of(text: str | None, today: dt.date) -> dt.date:
    """The first day of the month that is meant, from 2000 to this month."""
    form = MonthForm({"month": text or ""})
    meant = form.cleaned_data["month"] if form.is_valid() else None
    this = today.replace(day=1)
    return min(max(meant, _EARLIEST), this) if meant else this
