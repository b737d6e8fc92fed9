"""What the documents say is what there is."""

import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import get_commands

CHECKOUT = Path(__file__).resolve().parents[2]
README = (CHECKOUT / "README.md").read_text()
DOCUMENTS = [
    CHECKOUT / "README.md",
    CHECKOUT / "CONTRIBUTING.md",
    CHECKOUT / "CHANGELOG.md",
    *sorted((CHECKOUT / "docs").glob("*.md")),
]
_READ = re.compile(
    r"""\benv\.(?:str|int|bool|float|list|email)\(\s*"([A-Z0-9_]+)"|os\.environ\.get\(["']([A-Z0-9_]+)["']\)"""
)


def variables_in_the_code():
    paths = [*(CHECKOUT / "portal/settings").glob("*.py"), CHECKOUT / "gunicorn.conf.py"]
    found = {one or other for path in paths for one, other in _READ.findall(path.read_text())}
    return found | {"SECRET_KEY", "TOKEN_KEYS", "SANDBOX_PORT"}


def test_every_setting_stands_in_the_example_and_in_the_readme():
    example = (CHECKOUT / ".env.example").read_text()
    assert set(re.findall(r"^#?([A-Z0-9_]+)=", example, re.MULTILINE)) == variables_in_the_code()
    table = README.split("## Settings")[1].split("## Processes")[0]
    assert variables_in_the_code() <= set(re.findall(r"`([A-Z0-9_]+)`", table))


def test_every_command_of_ours_stands_in_the_readme():
    ours = {name for name, app in get_commands().items() if app in ("portal", "imports")}
    table = README.split("## Commands")[1].split("### import_leads")[0]
    assert ours - {"run"} == set(re.findall(r"^\| `([a-z_]+)", table, re.MULTILINE))


def test_the_readmes_first_commands_are_targets_and_ci_runs_them():
    makefile = (CHECKOUT / "Makefile").read_text()
    first = re.search(r"```sh\n(.*?)```", README, re.DOTALL)[1]
    assert re.findall(r"^make (\w+)", first, re.MULTILINE) == ["run", "test"]
    for target in re.findall(r"\bmake (\w+)`", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    ci = (CHECKOUT / ".ci/run").read_text().splitlines()
    assert ci[-2:] == ["make check", "make test"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_and_paths_lead_somewhere(document):
    text = document.read_text()
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (document.parent / link).exists(), link
    for path in re.findall(r"`((?:imports|portal|templates|docs|scripts)/[\w/.]+)`", text):
        assert (CHECKOUT / path).exists(), path


def test_links_within_the_readme_lead_to_headings():
    headings = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", README, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", README)) <= headings


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
        "bench",
        "explore",
        "faults",
    ]
