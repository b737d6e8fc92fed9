"""Overrides end when what they are about was answered anew, or judged by other columns or rules."""

from typing import Any

from django.db.models.functions import Now

from imports.columns import bars
from imports.models import Import, MappingVersion
from imports.review import standing
from portal.models import User


def end(locked: Import, version: MappingVersion, user: User | None) -> None:
    """Let no override count of which `version` says something else than the one before it."""
    former = locked.mappings.filter(version__lt=version.version).order_by("version").last()
    if former is None:
        return
    ended = [
        *(bars.OF_CONSENT if _answers(former) != _answers(version) else ()),
        *(bars.OF_RULES if _rules(former) != _rules(version) else ()),
    ]
    if ended:
        standing.of(locked).filter(about__in=ended).update(undone_by=user, undone_at=Now())


def _answers(version: MappingVersion) -> list[Any]:
    columns = version.content.get("columns", [])
    return [(column["header"], column["consent"]) for column in columns if "consent" in column]


def _rules(version: MappingVersion) -> tuple[Any, ...]:
    made, asked = version.content, {**version.rules, "on": ""}
    phones = [column["target"] == "contact_phone" for column in made.get("columns", [])]
    return made.get("rules"), made.get("country"), any(phones), asked
