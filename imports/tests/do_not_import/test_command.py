"""The command adds to lists and answers who is on them."""

import io

import pytest
from django.core.management import CommandError, call_command

from imports.do_not_import import lists
from imports.models import ListAddition
from imports.tests import people
from imports.tests.do_not_import.conftest import of, of_team, put

pytestmark = pytest.mark.django_db


def run(*arguments, stdin="", monkeypatch=None):
    out, err = io.StringIO(), io.StringIO()
    if monkeypatch:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
    call_command("do_not_import", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_a_file_is_added_to_the_list_of_a_customer(acme, tmp_path):
    path = tmp_path / "stop.csv"
    path.write_text("Email\nana@example.com\nben@example.com\nana@example.com\n")

    _, said = run("--customer", "acme", "--add", str(path), "--source", "Old CRM")

    assert said.strip() == "2 added, 1 there already."
    addition = ListAddition.objects.get()
    assert (addition.way, addition.source, addition.added_by) == ("command", "Old CRM", None)


def test_lines_on_standard_input_are_added_and_what_is_wrong_is_named(acme, monkeypatch):
    with pytest.raises(CommandError, match="1 added, 0 there already, 1 not readable"):
        run("--team", "north", "--add", "-", stdin="ana@example.com\nAna\n",
            monkeypatch=monkeypatch)  # fmt: skip

    assert lists.counts(lists.of(of_team(acme)))["email"] == 1


def test_each_line_is_answered_without_repeating_it(acme, monkeypatch):
    put(of(acme), "ana@example.com")

    said, _ = run("--customer", "acme", "--check", stdin="ANA@example.com\n\nben@example.com\n",
                  monkeypatch=monkeypatch)  # fmt: skip

    assert said == "1\tlisted\tunsubscribes\n3\tnot listed\n"


def test_readers_and_strangers_are_refused(acme, monkeypatch):
    people.vera(), people.sam()

    for email, why in (("vera@example.com", "Only importers"), ("sam@example.com", "no customer")):
        with pytest.raises(CommandError, match=why):
            run("--customer", "acme", "--check", "--user", email, monkeypatch=monkeypatch)


def test_a_source_holds_no_address(acme):
    with pytest.raises(CommandError, match="no address or phone"):
        run("--customer", "acme", "--check", "--source", "ana@example.com")
