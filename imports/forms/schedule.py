"""When an import is to be sent: now, at a time of the person's own zone, or after another one."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone

from imports.delivery.scheduled import AHEAD, When
from imports.models import Import, Schedule

NOW, AT, AFTER = "now", "at", "after"


def moment(day: dt.date, clock: dt.time, zone: dt.tzinfo) -> dt.datetime:
    """Return the moment at which clocks of the zone show this; ValidationError where it is none,
    or where there are two.
    """
    shown = dt.datetime.combine(day, clock)
    early, late = (shown.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if early.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) != shown:
        raise forms.ValidationError(
            f"{clock:%H:%M} does not exist on that day in {zone}: the clocks are put forward over "
            "it. Choose an earlier or a later time.",
            code="no_such_time",
        )
    if early.utcoffset() != late.utcoffset():
        raise forms.ValidationError(
            f"{clock:%H:%M} comes twice on that day in {zone}: the clocks are put back. Choose an "
            "earlier or a later time.",
            code="twice",
        )
    return early


class WhenForm(forms.Form):
    """Give it the imports after which this one can be sent."""

    when = forms.ChoiceField(
        label="When",
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose one of the ways that are offered."},
    )
    on_day = forms.DateField(
        label="Day",
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Write the day as year-month-day, such as 2026-11-30."},
    )
    at_time = forms.TimeField(
        label="Time",
        required=False,
        input_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Write the time as hours and minutes, such as 14:30."},
    )
    after = forms.TypedChoiceField(
        label="Import",
        required=False,
        coerce=int,
        empty_value=None,
        error_messages={
            "invalid_choice": "This import is not being sent or scheduled any more. Choose another."
        },
    )

    offers_now = True

    def __init__(self, *args: Any, others: Iterable[Import] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(one.pk, f"#{one.pk}, {one.get_state_display()}") for one in others]
        ways = [
            *([(NOW, "Now")] if self.offers_now else []),
            (AT, "At a time"),
            *([(AFTER, "After another import of this customer has ended")] if named else []),
        ]
        self.fields["when"].choices = ways  # type: ignore[attr-defined]  # of ChoiceField
        self.fields["after"].choices = [("", "Choose an import"), *named]  # type: ignore[attr-defined]
        self.initial.setdefault("when", ways[0][0])
        self.has_others = bool(named)
        today = timezone.localdate()
        attributes = self.fields["on_day"].widget.attrs
        attributes |= {"min": today.isoformat(), "max": (today + AHEAD).isoformat()}
        zone = timezone.get_current_timezone()
        self.fields["at_time"].help_text = f"In your time zone: {zone}."

    def clean(self) -> dict[str, Any] | None:
        """Only what belongs to the way that was chosen may be filled in."""
        found = super().clean() or self.cleaned_data
        way = found.get("when") or (NOW if self.offers_now else AT)
        if way == AT:
            self._clean_time(found)
        elif way == AFTER and not found.get("after") and "after" not in self.errors:
            self.add_error("after", "Choose the import that has to end first.")
        elif way == NOW and any(found.get(name) for name in ("on_day", "at_time", "after")):
            self.add_error(
                "when",
                "You chose “Now”, but gave a time or an import to wait for. Choose that way, or "
                "clear it.",
            )
        found["when"] = way
        return found

    def _clean_time(self, found: dict[str, Any]) -> None:
        day, clock = found.get("on_day"), found.get("at_time")
        for name, value, words in (
            ("on_day", day, "Choose the day."),
            ("at_time", clock, "Choose the time."),
        ):
            if value is None and name not in self.errors:
                self.add_error(name, words)
        if day is None or clock is None:
            return
        try:
            at = moment(day, clock, timezone.get_current_timezone())
        except forms.ValidationError as problem:
            self.add_error("at_time", problem)
            return
        now = timezone.now()
        if at <= now:
            self.add_error("at_time", "This time is over. Choose one in the future.")
        elif at > now + AHEAD:
            self.add_error("on_day", f"Choose a time within the next {AHEAD.days} days.")
        found["at"] = at

    @property
    def later(self) -> When | None:
        """When it is to start; None: now."""
        way = self.cleaned_data["when"]
        if way == NOW:
            return None
        if way == AT:
            return When(at=self.cleaned_data["at"])
        return When(after=self.cleaned_data["after"])


class ChangeForm(WhenForm):
    """Another time for an import that is scheduled."""

    offers_now = False

    @staticmethod
    def shown(schedule: Schedule) -> dict[str, Any]:
        """Return what the fields show of the time that is set."""
        if schedule.at is None:
            return {"when": AFTER, "after": schedule.after_id}
        local = timezone.localtime(schedule.at)
        return {"when": AT, "on_day": local.date(), "at_time": local.time()}
