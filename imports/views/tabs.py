"""Tabs: the parallel views of one thing, each a page with an address of its own."""

from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from imports.models import Import
from portal.models import Team

OF_IMPORT: Final = (
    ("import_report", "Results", "clipboard-check"),
    ("import_rows", "Rows", "table-2"),
    ("import_requests", "Requests", "send"),
)
OF_TEAM: Final = (
    ("team", "Members", "users"),
    ("team_mappings", "Saved mappings", "list-checks"),
    ("team_do_not_import", "Do-not-import list", "ban"),
    ("team_webhook", "Webhook", "link"),
)
FOR_MANAGERS: Final = ("team_webhook",)


@dataclass(frozen=True, slots=True)
class Tab:
    """One of them. `current_as` is "page", or "true" on a page below the tab's own."""

    label: str
    icon: str
    url: str
    is_current: bool = False
    current_as: str = "page"


def of_import(lead_import: Import, current: str, current_as: str = "page") -> list[Tab]:
    """What became of an import: of its rows in all, of each row, of each request."""
    return [
        Tab(label, icon, reverse(name, args=[lead_import.pk]), name == current, current_as)
        for name, label, icon in OF_IMPORT
    ]


def of_team(team: Team, current: str, *, may_manage: bool) -> list[Tab]:
    """A team: its members and what they saved; for managers also where its notices go."""
    return [
        Tab(label, icon, reverse(name, args=[team.slug]), name == current)
        for name, label, icon in OF_TEAM
        if may_manage or name not in FOR_MANAGERS
    ]
