"""What holds for the templates as they are written: formats, classes and icons are ours."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from imports.templatetags import ui

BASE = Path(settings.BASE_DIR)
TEMPLATES = sorted(
    path for path in (BASE / "templates").rglob("*.html") if "email" not in path.parts
)
SHEET = re.sub(r"/\*.*?\*/", "", (BASE / "static/css/portal.css").read_text(), flags=re.DOTALL)
FILTERS_OF_OTHERS = r"\|(date|time|timesince|timeuntil|floatformat|filesizeformat|intcomma)\b"
CLASSES = re.compile(r'class="((?:[^"{]|\{\{.*?\}\}|\{%.*?%\})*)"')


def written(path):
    return path.read_text(encoding="utf-8")


def classes(text):
    """The names in all class attributes; of a name that is made only what is fixed of it."""
    for attribute in CLASSES.findall(text):
        fixed = re.sub(r"\{\{.*?\}\}", "*", re.sub(r"\{%.*?%\}", " ", attribute))
        yield from fixed.split()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_numbers_and_moments_go_through_our_own_formats(path):
    assert re.findall(FILTERS_OF_OTHERS, written(path)) == []
    assert not re.search(r"\{% (now|widthratio|localize) ", written(path))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_class_has_a_look(path):
    for name in classes(written(path)):
        if name != "*":
            wanted = re.escape(name.removesuffix("*"))
            end = "" if name.endswith("*") else r"(?![\w-])"
            assert re.search(rf"\.{wanted}{end}", SHEET), f"{name}: portal.css does not know it"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_icon_is_there(path):
    for name in re.findall(r'\{% icon "([^"]+)"', written(path)):
        assert "<svg" in ui.icon(name)


def test_every_look_and_icon_is_used_somewhere():
    code = [*(BASE / "imports").rglob("*.py"), *(BASE / "static/js").glob("*.js"), *TEMPLATES]
    used = "\n".join(written(path) for path in code if "tests" not in path.parts)
    names = {*re.findall(r"\.(-?[a-z][\w-]*)", re.sub(r'url\([^)]*\)|"[^"]*"', "", SHEET))}
    icons = {path.stem for path in (BASE / "templates/icons").glob("*.svg")}
    made = ("fill-",)  # what follows is a code
    assert [name for name in sorted(names | icons) if name not in used
            and not name.startswith(made)] == []  # fmt: skip


def test_the_style_sheet_stays_small():
    assert len((BASE / "static/css/portal.css").read_text().splitlines()) <= 600


def test_what_these_tests_look_for_they_find():
    assert re.findall(FILTERS_OF_OTHERS, "{{ x|date:'c' }} {{ y|floatformat }}") == [
        "date",
        "floatformat",
    ]
    some = 'class="note {% if a %}bad{% endif %}" class="fill-{{ code }}" class="{{ tone }}"'
    assert list(classes(some)) == ["note", "bad", "fill-*", "*"]
