"""What a list keeps, and what becomes of it."""

import json

import pytest
from django.core.management import call_command
from django.db import connection

from imports import vault
from imports.do_not_import import entries, files, hashes, lists
from imports.errors import BadInput, VaultError, WrongState
from imports.models import DoNotImportList, Event, ListAddition, ListEntry, ListKey
from imports.tests import people
from imports.tests.do_not_import.conftest import of, of_team, put

pytestmark = pytest.mark.django_db
OTHER_KEY = "b7" * 32


def is_on(owner, typed):
    return lists.is_listed(owner, next(entries.read_lines(typed, "US"))) is not None


def test_each_line_is_told_what_became_of_it(acme):
    told = put(of(acme), "ana@example.com\nANA@example.com\nnobody\n206 555 0123")

    assert told == ["added", "there", "unread", "added"]
    assert put(of(acme), "ana@example.com\nben@example.com") == ["there", "added"]
    assert lists.counts(lists.of(of(acme))) == {"email": 2, "phone": 1, "domain": 0}
    assert [one.count for one in lists.sources(lists.of(of(acme)))] == [1, 2]


def test_lists_of_a_customer_and_of_the_team_are_two(acme):
    put(of(acme), "ana@example.com")
    put(of_team(acme), "acme-corp.com")

    assert is_on(of(acme), "Ana@Example.com")
    assert not is_on(of_team(acme), "ana@example.com")
    assert is_on(of_team(acme), "someone@sales.acme-corp.com")
    assert not is_on(of_team(acme), "someone@notacme-corp.com")
    assert [str(one.customer) for one in lists.holding_for(acme)] == ["Acme", "None"]


def test_no_value_stands_in_the_database_or_in_an_event(acme):
    ines = people.ivan()
    put(of(acme), "ana.souza@nowhere-land.com\n(206) 555-0199\nhush-corp.com", ines)

    with connection.cursor() as cursor:
        for table in ("donotimportlist", "listaddition", "listentry", "listkey", "event"):
            cursor.execute(f"SELECT t::text FROM imports_{table} t")
            kept = " ".join(row[0] for row in cursor.fetchall())
            for value in ("souza", "nowhere", "5550199", "hush"):
                assert value not in kept, table
    event = Event.objects.filter(act="listed").get()
    assert event.actor == ines
    assert event.facts | {"addition": 0} == {
        "list": "customer", "added": 3, "way": "typed", "addition": 0,
    }  # fmt: skip
    assert "unsubscribes" not in json.dumps(event.facts)


def test_equal_values_of_two_kinds_have_nothing_in_common(acme):
    put(of(acme), "acme-corp.com")
    hasher = hashes.Hasher()

    assert hasher.of("domain", "acme-corp.com") == hasher.domains("x@acme-corp.com")[0]
    assert hasher.email("acme-corp.com") != hasher.of("domain", "acme-corp.com")


def test_removing_is_told_and_is_done_once(acme):
    anna = people.anna()
    put(of(acme), "ana@example.com\nben@example.com")
    put(of(acme), "cleo@example.com", source="a call")
    entry = ListEntry.objects.get(addition__source="a call")
    version = lists.version_for(acme.pk)

    lists.remove(of(acme), anna, entry.pk)
    with pytest.raises(WrongState, match="somebody removed it"):
        lists.remove(of(acme), anna, entry.pk)

    assert not is_on(of(acme), "cleo@example.com")
    assert lists.version_for(acme.pk) == version + 1
    assert lists.remove_addition(of(acme), anna, ListAddition.objects.earliest("pk").pk) == 2
    assert not ListEntry.objects.exists()
    removed = Event.objects.filter(act="unlisted").order_by("pk")
    assert list(removed.values_list("facts__removed", flat=True)) == [1, 2]


def test_what_is_there_already_changes_nothing(acme):
    put(of(acme), "ana@example.com")
    version = lists.version_for(acme.pk)

    put(of(acme), "ana@example.com\nnobody")

    assert lists.version_for(acme.pk) == version
    assert ListAddition.objects.count() == 1


@pytest.mark.parametrize("text", ["ask ana@example.com", "call (206) 555-0123", "id 12345678"])
def test_a_reason_holds_no_address_or_phone(text):
    with pytest.raises(BadInput, match="no address or phone"):
        lists.read_words(text)
    assert lists.read_words(" asked  on 2026-11-03,\n by letter 12 ") == (
        "asked on 2026-11-03, by letter 12"
    )


def test_entries_are_still_found_after_the_token_keys_were_changed(acme, settings):
    put(of(acme), "ana@example.com")
    former = settings.TOKEN_KEYS
    settings.TOKEN_KEYS = [OTHER_KEY, *former]
    call_command("reseal_tokens")
    settings.TOKEN_KEYS = [OTHER_KEY]

    assert vault.is_current(ListKey.objects.get().sealed)
    assert is_on(of(acme), "ana@example.com")
    assert put(of(acme), "ana@example.com") == ["there"]


def test_secret_key_has_no_part_in_it(acme, settings):
    put(of(acme), "ana@example.com")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "x" * 50, []

    assert is_on(of(acme), "ana@example.com")


def test_a_key_that_does_not_open_is_said_and_never_replaced(acme, settings):
    put(of(acme), "ana@example.com")
    settings.TOKEN_KEYS = [OTHER_KEY]

    with pytest.raises(VaultError, match="key of the do-not-import lists"):
        put(of(acme), "ben@example.com")
    assert ListKey.objects.count() == DoNotImportList.objects.count() == 1


def read(tmp_path, content, name="list.csv"):
    path = tmp_path / name
    path.write_bytes(content.encode())
    return files.read(path, "US")


def test_columns_of_a_file_are_recognised_by_their_cells(tmp_path):
    found = read(
        tmp_path,
        "Who,Kontakt,Website,Nr,Seit\nAna,ana@example.com,hush-corp.com,17,2024-01-02\n"
        "Ben,(206) 555-0123,acme-corp.com,18,2024-01-03\nCleo,cleo at home,,19,\n",
    )

    assert found.taken == ["Kontakt"]
    assert found.passed == ["Who", "Website", "Nr", "Seit"]
    assert [(one.number, one.entry and one.entry.kind) for one in found.lines] == [
        (2, "email"), (3, "phone"), (4, None),
    ]  # fmt: skip


def test_a_list_without_headings_loses_no_line(tmp_path):
    found = read(tmp_path, "ana@example.com\nben@example.com\nhush-corp.com\n", "list.txt")

    assert [(one.number, one.entry.kind) for one in found.lines] == [
        (1, "email"), (2, "email"), (3, "domain"),
    ]  # fmt: skip
    assert found.taken == []


def test_a_file_of_one_line_is_typed_instead(tmp_path):
    with pytest.raises(BadInput, match="has one row at most"):
        read(tmp_path, "ana@example.com", "list.txt")


def test_a_file_of_domains_is_read_as_such(tmp_path):
    found = read(tmp_path, "Domain\nhush-corp.com\nacme-corp.com\ngmail.com\n")

    assert [bool(one.entry) for one in found.lines] == [True, True, False]
    assert found.taken == ["Domain"]


def test_a_file_in_which_nothing_is_recognised_is_refused(tmp_path):
    with pytest.raises(BadInput, match="No column of the file holds"):
        read(tmp_path, "Name,Age\nAna,31\nBen,44\n")
