"""The first visitor of a web process waits no longer than the next one."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.template import Template, TemplateSyntaxError
from django.template.loader import get_template

from portal import garbage, warm

CHECKOUT = Path(__file__).resolve().parents[2]
FIRST_ANSWER = """
import sys
from wsgiref.util import setup_testing_defaults

from portal.wsgi import application
from django.template import Template

def refuse(self):
    raise AssertionError(f"{self.name} is compiled while a visitor waits")

Template.compile_nodelist = refuse
loaded = set(sys.modules)
asked = {"PATH_INFO": "/sign-in/", "HTTP_HOST": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1"}
setup_testing_defaults(asked)
page = b"".join(application(asked, lambda status, _: print(status)))
assert b"Sign in" in page
late = [name for name in set(sys.modules) - loaded if name.startswith(("imports.", "portal."))]
print("imported late:", sorted(late))
"""


@pytest.fixture
def release(settings, tmp_path):
    """A folder of templates, one of which is broken."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "good.html").write_text("{{ name }}")
    (tmp_path / "pages" / "bad.html").write_text("\n{% if name %}")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    return tmp_path


@pytest.fixture(autouse=True)
def leave_the_collector(monkeypatch):
    """What tests made so far is not to be kept for good."""
    monkeypatch.setattr(garbage, "keep_what_is_loaded", lambda: None)


def test_a_fresh_process_has_compiled_and_imported_all_that_its_first_answer_needs():
    run = [sys.executable, "-c", FIRST_ANSWER]
    told = subprocess.run(run, cwd=CHECKOUT, capture_output=True, text=True, check=False)

    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines()[-2:] == ["200 OK", "imported late: []"]


def test_every_template_of_ours_compiles_and_is_compiled_once(monkeypatch):
    names = [path.relative_to(CHECKOUT / "templates") for path in _files()]
    assert len(names) > 100
    assert list(warm.broken_templates()) == []

    monkeypatch.setattr(Template, "compile_nodelist", _refuse)

    for name in names:
        get_template(str(name))


def test_a_broken_page_is_logged_by_its_name_and_takes_no_other_away(release, caplog):
    warm.up()

    [line] = [record.getMessage() for record in caplog.records]
    assert line.startswith("The template pages/bad.html does not compile: Unclosed tag on line 2")
    assert get_template("pages/good.html").render({"name": "Anna"}) == "Anna"
    with pytest.raises(TemplateSyntaxError):  # and never an empty page
        get_template("pages/bad.html")


def test_a_release_with_a_broken_page_is_refused_before_it_is_started(release):
    [error] = [one for one in run_checks(include_deployment_checks=True) if "portal." in one.id]

    assert (error.id, "pages/bad.html" in error.msg) == ("portal.E001", True)
    assert not [one for one in run_checks() if one.id == "portal.E001"], "commands show no pages"


def _files():
    return [
        path for path in (CHECKOUT / "templates").rglob("*") if path.suffix in (".html", ".txt")
    ]


def _refuse(template):
    raise AssertionError(f"{template.name} is compiled once more")
