"""Where the parts of a chart stand: per cent across, so that a chart is as wide as its card, and
pixels down, so that its words keep their size on a phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.utils import timezone

from imports.reports.charts import scale
from imports.reports.charts.months import OUTCOMES, Month
from imports.reports.charts.pace import Bar, Pace
from imports.reports.charts.waits import Wait
from imports.views import words

TOP, HEIGHT = 32, 144  # pixels: room for a mark above the limit's words, and of the bars
FOOT = 40  # pixels for two lines of words below
NARROWEST = 0.5  # per cent: a wait of seconds in a chart of days is seen all the same
FILLED = 0.82  # of a bar's place


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar, by the code of its pattern."""

    code: str
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bar stands."""

    x: str
    width: str
    middle: str


@dataclass(frozen=True, slots=True)
class Column:
    """A bar: where it stands, what is told of it when it is pointed at, its pieces from below."""

    place: Place
    title: str
    parts: list[Part]
    is_marked: bool = False
    label: str = ""
    below: str = ""  # the second line of the label
    is_minor: bool = False  # left out where there is little room


@dataclass(frozen=True, slots=True)
class Line:
    """A line across, with the number at its side."""

    y: str
    label: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A moment on the axis below; the first and last keep within the chart."""

    x: str
    label: str
    anchor: str = "middle"
    is_minor: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """A wait: from where to where."""

    code: str
    x: str
    width: str
    title: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """All that the template of a chart of bars draws."""

    columns: list[Column]
    lines: list[Line]
    ticks: list[Tick] = field(default_factory=list)
    bands: list[Band] = field(default_factory=list)
    limit: Line | None = None
    top: int = TOP
    inside: int = HEIGHT
    bottom: int = TOP + HEIGHT
    height: int = TOP + HEIGHT + FOOT


WAITS = {
    "paused": "Paused",
    "blocked": "Blocked: token refused",
    "decision": "Waited for a decision",
    "told": "Told to wait by MEGA",
}


def short(count: float) -> str:
    """Write a number so that it fits beside an axis: 1,500 is 1.5k."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if count >= size:
            return f"{count / size:.1f}".removesuffix(".0") + letter
    return f"{count:g}"


def of_pace(pace: Pace) -> Drawing:
    """Draw requests a minute, the limit across them, and the waits behind them."""
    steps = scale.ticks(max(pace.fastest, pace.limit))
    share = 100 / len(pace.bars)
    columns = [
        _of_bar(pace, bar, _place(place, share), steps[-1])
        for place, bar in enumerate(pace.bars)
        if bar.count
    ]
    return Drawing(
        columns=columns,
        lines=[Line(_y(step, steps[-1]), short(step)) for step in steps],
        ticks=_ticks(pace),
        bands=[_band(wait, pace) for wait in pace.waits],
        limit=Line(_y(pace.limit, steps[-1]), f"limit {pace.limit} a minute"),
    )


def _of_bar(pace: Pace, bar: Bar, place: Place, top: int) -> Column:
    pieces = (("sent", bar.answered), ("refused", bar.refused), ("others", bar.others))
    said = f"{_clock(bar.start)}: {bar.count:,} request{'' if bar.count == 1 else 's'}"
    if bar.refused:
        said += f", {bar.refused} refused for the rate (429)"
    parts = _stack([(code, pace.a_minute(count)) for code, count in pieces], top)
    return Column(place, said, parts, is_marked=bar.refused > 0)


def of_months(months: Sequence[Month]) -> Drawing:
    """Draw a bar for each month, its rows by outcome on top of each other."""
    steps = scale.ticks(max(month.sums.sent for month in months))
    share, every = 100 / len(months), max(len(months) // 6, 1)
    columns = [
        replace(
            _of_month(month, _place(place, share), steps[-1]),
            below=_year(month, place),
            is_minor=(len(months) - 1 - place) % every > 0,
        )
        for place, month in enumerate(months)
    ]
    return Drawing(columns, [Line(_y(step, steps[-1]), short(step)) for step in steps])


def _year(month: Month, place: int) -> str:
    """The year below January, and below the first month unless January is too near."""
    begins = month.first.month == 1 or (place == 0 and month.first.month < 11)
    return f"{month.first:%Y}" if begins else ""


def _of_month(month: Month, place: Place, top: int) -> Column:
    rows = month.sums.rows
    sent = [code for code in OUTCOMES if rows[code]]
    said = ", ".join(f"{words.result(code).word} {rows[code]:,}" for code in sent)
    parts = _stack([(code, rows[code]) for code in sent], top)
    title = f"{month.first:%B %Y}: {said or 'no row was sent'}"
    return Column(place, title, parts, label=f"{month.first:%b}")


def _place(place: int, share: float) -> Place:
    x = place * share + share * (1 - FILLED) / 2
    return Place(f"{x:.2f}%", f"{share * FILLED:.2f}%", f"{(place + 0.5) * share:.2f}%")


def _stack(pieces: Sequence[tuple[str, float]], top: float) -> list[Part]:
    parts, below = [], 0.0
    for code, count in pieces:
        if count:
            height = HEIGHT * count / top
            parts.append(Part(code, f"{TOP + HEIGHT - below - height:.1f}", f"{height:.1f}"))
            below += height
    return parts


def _y(value: float, top: float) -> str:
    return f"{TOP + HEIGHT * (1 - value / top):.1f}"


def _ticks(pace: Pace) -> list[Tick]:
    start, end = timezone.localtime(pace.start), timezone.localtime(pace.end)
    moments = scale.time_ticks(start, end)
    has_days = len({moment.date() for moment in moments}) > 1
    return [
        Tick(
            f"{_share(moment, pace):.2f}%",
            _moment(moment, has_days=has_days),
            _anchor(_share(moment, pace)),
            is_minor=(len(moments) - 1 - place) % 2 > 0 and len(moments) > 4,
        )
        for place, moment in enumerate(moments)
    ]


def _anchor(share: float) -> str:
    return "start" if share < 4 else "end" if share > 96 else "middle"


def _moment(moment: datetime, *, has_days: bool) -> str:
    is_midnight = moment.hour == moment.minute == 0
    return f"{moment.day} {moment:%b}" if has_days and is_midnight else f"{moment:%H:%M}"


def _share(moment: datetime, pace: Pace) -> float:
    """How far into the chart a moment is, in per cent."""
    return 100 * ((moment - pace.start) / (pace.end - pace.start))


def _band(wait: Wait, pace: Pace) -> Band:
    x = _share(wait.start, pace)
    width = max(_share(wait.end, pace) - x, NARROWEST)
    x = min(x, 100 - width)
    title = f"{WAITS[wait.why]}, {_clock(wait.start)} to {_clock(wait.end)}"
    return Band(wait.why, f"{x:.2f}%", f"{width:.2f}%", title)


def _clock(moment: datetime) -> str:
    """A moment in the reader's zone, which is named."""
    local = timezone.localtime(moment)
    return f"{local.day} {local:%b %H:%M %Z}"
