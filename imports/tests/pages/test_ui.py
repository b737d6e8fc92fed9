"""Numbers, lengths of time and moments, as pages show them."""

import datetime as dt

import pytest
import time_machine
from django.template import Context, Template
from django.utils import timezone

from imports.models import WebhookCall
from imports.templatetags import ui
from imports.views import words

NOON = dt.datetime(2025, 11, 3, 12, 5, 9, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, ""), (0, "0 s"), (59.4, "59 s"), (60, "1 min"), (3_540, "59 min"), (3_600, "1 h"),
        (4_800, "1 h 20 min"), (172_800, "2 days"), (187_200, "2 days 4 h"),
    ],
)  # fmt: skip
def test_lengths_of_time(seconds, said):
    assert ui.duration(seconds) == said


def test_numbers_have_thousands_and_nothing_is_a_dash():
    assert [ui.number(value) for value in (0, 1234567, None)] == ["0", "1,234,567", "–"]


def test_a_moment_names_its_zone_and_is_whole_on_hover():
    with time_machine.travel(NOON + dt.timedelta(days=9)), timezone.override("America/New_York"):
        shown = ui.when(NOON)
    assert 'datetime="2025-11-03T12:05:09Z"' in shown
    assert ">3 Nov 2025, 07:05 EST</time>" in shown
    assert "Monday 3 November 2025, 07:05:09 EST (2025-11-03 12:05:09 UTC)" in shown


def test_today_needs_no_date_save_on_paper():
    with time_machine.travel(NOON), timezone.override("UTC"):
        assert ui.when(NOON, seconds=True).endswith(">12:05:09 UTC</time>")
        assert ' data-day="3 Nov 2025, ">' in ui.when(NOON)
        assert "data-day" not in ui.when(NOON - dt.timedelta(days=1))
        assert ui.when(None) == "–"


def test_machines_get_a_moment_in_utc():
    assert ui.iso(NOON.astimezone(dt.timezone(dt.timedelta(hours=-5)))) == "2025-11-03T12:05:09Z"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, ""), (0, "0.00 s"), (0.4167, "0.42 s"), (59.9, "59.90 s"), (60, "1 min")],
)
def test_an_exchange_is_timed_to_the_hundredth(seconds, said):
    assert ui.took(seconds) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 bytes"), (1, "1 byte"), (1023, "1023 bytes"), (1024, "1.0 KB"), (1536, "1.5 KB"),
        (1048576, "1.0 MB"), (209715200, "200.0 MB"), (2147483648, "2,048.0 MB"),
    ],
)  # fmt: skip
def test_sizes_of_files(count, said):
    assert ui.size(count) == said


def shown(text, **context):
    return " ".join(Template("{% load ui %}" + text).render(Context(context)).split())


def test_a_tile_is_a_figure_and_what_it_counts():
    assert shown("{% tile 430|number of=1240 %}leads{% endtile %}") == (
        '<li class="tile"><strong>430 <small>of 1,240</small></strong> <span>leads</span></li>'
    )
    assert shown('{% tile 3 url=to tone="bad" %}failed{% endtile %}', to="/x/?a=1&b=2") == (
        '<li class="tile bad"><strong><a href="/x/?a=1&amp;b=2">3</a></strong> '
        "<span>failed</span></li>"
    )


def test_a_tile_escapes_what_it_is_given():
    page = shown("{% tile value %}go to {{ name }}{% endtile %}", value="<i>", name="<b>Acme")
    assert "<strong>&lt;i&gt;</strong> <span>go to &lt;b&gt;Acme</span>" in page


def test_badges_say_it_by_icon_word_and_tone():
    badge = shown('{% badge "warn" "clock" word %}', word="<b>")
    assert badge.startswith('<span class="badge warn"><svg class="icon"')
    assert badge.endswith("</svg>&lt;b&gt;</span>")
    for state in WebhookCall.State:
        call = WebhookCall(state=state)
        assert f"</svg>{state.label}</span>" in shown("{% call_badge call %}", call=call)
    assert [words.LEVELS[level].word for level in ("error", "warning")] == ["Error", "Warning"]
