"""What the documents say is what there is."""

import hashlib
import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand

from scripts import palette, pictures

CHECKOUT = Path(__file__).resolve().parents[2]
README = CHECKOUT / "README.md"
DOCS = CHECKOUT / "docs"
DOCUMENTS = [
    README,
    CHECKOUT / "CONTRIBUTING.md",
    CHECKOUT / "CHANGELOG.md",
    *sorted(DOCS.glob("*.md")),
]
COMMANDS = (DOCS / "commands.md").read_text()
_READ = re.compile(
    r"""\benv\.(?:str|int|bool|float|list|email)\(\s*"([A-Z0-9_]+)"|os\.environ\.get\(["']([A-Z0-9_]+)["']\)"""
)
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s#]*)(?:#([^)\s]+))?\)")
documents = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def variables_in_the_code():
    paths = [*(CHECKOUT / "portal/settings").glob("*.py"), CHECKOUT / "gunicorn.conf.py"]
    found = {one or other for path in paths for one, other in _READ.findall(path.read_text())}
    return found | {"SECRET_KEY", "TOKEN_KEYS", "SANDBOX_PORT"}


def ours():
    """The portal's own commands, by name."""
    return {name: app for name, app in get_commands().items() if app in ("portal", "imports")}


def options_of(command):
    """What a command understands beyond what every command of Django's does."""
    every = BaseCommand().create_parser("manage.py", "any")
    known = {option for action in every._actions for option in action.option_strings}
    parser = load_command_class(ours()[command], command).create_parser("manage.py", command)
    return {option for action in parser._actions for option in action.option_strings} - known


def without_code(document):
    return _FENCED.sub("", document.read_text())


def anchors_of(document):
    """The anchors of its headings, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", without_code(document), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def section(text, heading):
    """The part of a document under a heading of the second level."""
    return text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def test_every_setting_stands_in_the_example_and_in_the_configuration():
    example = (CHECKOUT / ".env.example").read_text()
    assert set(re.findall(r"^#?([A-Z0-9_]+)=", example, re.MULTILINE)) == variables_in_the_code()
    configuration = (DOCS / "configuration.md").read_text()
    tables = re.findall(r"^\| (`[A-Z].*?) \|", configuration, re.MULTILINE)
    named = [name for cell in tables for name in re.findall(r"`([A-Z0-9_]+)`", cell)]
    assert sorted(named) == sorted(variables_in_the_code())


def test_every_command_of_ours_has_a_section_and_a_line_in_the_list():
    headings = set(re.findall(r"^## (\w+)$", COMMANDS, re.MULTILINE))
    assert headings == set(ours())
    listed = re.findall(r"\[`([a-z_]+)`\]\(#", COMMANDS.split("\n## ")[0])
    assert sorted(listed) == sorted(ours())


@pytest.mark.parametrize("command", sorted(ours()))
def test_every_option_of_a_command_stands_in_its_section_and_no_other(command):
    said = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", section(COMMANDS, command)))
    assert said == options_of(command)


def test_the_readmes_first_commands_are_targets_and_ci_runs_them():
    first = re.search(r"```sh\n(.*?)```", README.read_text(), re.DOTALL)[1]
    assert re.findall(r"^make (\w+)", first, re.MULTILINE) == ["run", "test"]
    ci = (CHECKOUT / ".ci/run").read_text().splitlines()
    assert ci[-2:] == ["make check", "make test"]


def test_the_readme_knows_one_command_for_the_tests():
    commands = re.findall(r"^.*\b(?:make test|pytest)\b.*$", README.read_text(), re.MULTILINE)
    assert len(commands) == 1, commands


@documents
def test_what_documents_let_make_do_is_a_target(document):
    makefile = (CHECKOUT / "Makefile").read_text()
    text = document.read_text()
    named = re.findall(r"`(?:[A-Z]+=\S+ )*make ([a-z]+)\b", text)
    named += re.findall(r"^make (\w+)", "\n".join(_FENCED.findall(text)), re.MULTILINE)
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@documents
def test_links_anchors_and_paths_lead_somewhere(document):
    for link, anchor in _LINK.findall(without_code(document)):
        if "://" in link:
            continue
        target = (document.parent / link).resolve() if link else document
        assert target.exists(), link
        if anchor:
            assert anchor in anchors_of(target), f"{link}#{anchor}"
    paths = r"`((?:imports|portal|templates|static|docs|scripts|bench)/[\w/.-]+\w)`"
    for path in re.findall(paths, document.read_text()):
        assert (CHECKOUT / path).exists(), path


def test_every_document_can_be_reached_from_the_readme():
    seen, queue = set(), [README]
    while queue:
        document = queue.pop()
        if document in seen:
            continue
        seen.add(document)
        links = {link for link, _ in _LINK.findall(document.read_text()) if link.endswith(".md")}
        queue += [(document.parent / link).resolve() for link in links if "://" not in link]
    assert seen == set(DOCUMENTS)


def test_the_pictures_are_those_of_the_script_and_each_stands_in_a_document():
    there = {path.stem for path in pictures.FOLDER.glob("*.png")}
    shown = {
        Path(link).stem
        for document in DOCUMENTS
        for link in re.findall(r"!\[[^\]]{20,}\]\(([^)]+)\)", document.read_text())
    }
    assert there == set(pictures.SIZES) == shown == set(pictures.manifest())
    every = [path.name for path in pictures.FOLDER.iterdir()]
    assert len(every) == len(there) + 1, "pictures and their manifest, nothing else"


@pytest.mark.parametrize("name", pictures.SIZES)
def test_a_picture_is_small_and_as_the_script_left_it(name):
    picture = (pictures.FOLDER / f"{name}.png").read_bytes()
    assert hashlib.sha256(picture).hexdigest() == pictures.manifest()[name]["sha256"]
    assert palette.size(picture) == pictures.SIZES[name]
    assert len(picture) <= pictures.LARGEST


def test_all_pictures_together_are_small():
    sizes = [path.stat().st_size for path in pictures.FOLDER.glob("*.png")]
    assert sum(sizes) <= pictures.LARGEST_IN_ALL


@pytest.mark.parametrize("name", pictures.SIZES)
def test_what_a_picture_shows_is_still_said_by_a_page(name):
    words = pictures.manifest()[name]["shows"]
    assert words, "a picture without words proves nothing"
    old = pictures.no_longer_said(words)
    assert not old, f"docs/pictures/{name}.png shows {old}, which no page says: make screenshots"


def test_words_that_a_page_lost_are_noticed():
    assert pictures.no_longer_said(["New import", "Fresh import"]) == ["Fresh import"]


def test_make_alone_lists_what_can_be_made():
    said = subprocess.run(
        ["make", "--no-print-directory"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert [line.split()[1] for line in said] == [
        "help",
        "install",
        "run",
        "test",
        "check",
        "screenshots",
        "bench",
        "explore",
        "faults",
    ]
