"""What a web process makes ready before its first answer, so that nobody waits for it.

Django compiles a template, imports the pages and reads their addresses when they are first asked
for: half a second, for which somebody would wait after each start.
"""

import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import django.forms
from django.conf import settings
from django.contrib.auth import get_backends
from django.core.checks import CheckMessage, Error, Tags, register
from django.forms.renderers import get_default_renderer
from django.shortcuts import resolve_url
from django.template.loader import get_template
from django.urls import Resolver404, resolve
from django.utils.module_loading import import_string

from portal import garbage

logger = logging.getLogger(__name__)

_KINDS = (".html", ".txt")
_NOWHERE = "/no-page-is-here/"


def up() -> None:
    """Make ready what needs neither database nor broker, which may come later than this process.

    A template that does not compile takes no other page away: it is logged here, and its page
    fails when it is asked for. `manage.py check --deploy` finds it before (portal.E001).
    """
    for name, why in broken_templates():
        logger.error("The template %s does not compile: %s", name, why)
    renderer = get_default_renderer()
    for name in _names(Path(django.forms.__file__).parent / "templates"):
        renderer.get_template(name)
    get_backends()
    for form in settings.ACCOUNT_FORMS.values():
        import_string(form)
    resolve_url(settings.LOGIN_URL)  # reads the addresses of all pages, and so imports these
    with suppress(Resolver404):  # once it was compared with each of them
        resolve(_NOWHERE)
    garbage.keep_what_is_loaded()


def broken_templates() -> Iterator[tuple[str, str]]:
    """Compile our templates, which the loader keeps; give each that fails, with the reason."""
    folders: list[Path] = settings.TEMPLATES[0]["DIRS"]  # type: ignore[assignment]  # a mixed dict
    for folder in folders:
        for name in _names(folder):
            try:
                get_template(name)
            except Exception as problem:  # noqa: BLE001 - a tag may raise anything
                yield name, f"{problem} ({type(problem).__name__})"


@register(Tags.templates, deploy=True)
def compile_templates(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse a release with a page that can only fail.

    For deployments only: commands, which check the rest at each start, show no pages.
    """
    return [
        Error(
            f"The template {name} does not compile: {why}",
            hint="Mend it before the portal is started: each page that shows it would fail.",
            id="portal.E001",
        )
        for name, why in broken_templates()
    ]


def _names(folder: Path) -> list[str]:
    files = (path for path in folder.rglob("*") if path.suffix in _KINDS)
    return sorted(path.relative_to(folder).as_posix() for path in files)
