"""The trail is written with the act, cannot be changed, and tells when somebody did it anyway."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from imports.audit import acts, canonical, trail, verify
from imports.models import Chain, Event
from imports.tests import people

pytestmark = pytest.mark.django_db


def write(count=1, **kwargs):
    with transaction.atomic():
        return [trail.record(acts.PAUSED, actor=None, **kwargs) for _ in range(count)]


def as_owner(sql, *values):
    """What an owner of the tables can do: switch the triggers off, change, switch them on."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("imports_event", "imports_chain"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql, values)
        for table in ("imports_event", "imports_chain"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_an_act_of_a_customer_goes_to_its_teams_chain():
    anna, acme = people.anna(), people.customer()
    [event] = write(customer=acme)
    first, second = event, write(customer=acme)[0]

    assert first.chain.team == acme.team
    assert (first.position, second.position) == (1, 2)
    assert bytes(first.previous) == bytes(32)
    assert second.previous == first.digest
    assert first.customer_id == acme.pk
    assert anna.pk  # nobody acted here: the actor is the system
    assert first.actor is None


def test_an_act_of_an_import_names_import_customer_and_team():
    lead_import = people.an_import()
    with transaction.atomic():
        event = trail.record(acts.SENT, actor=people.ivan(), lead_import=lead_import)

    assert event.import_id == lead_import.pk
    assert event.customer_id == lead_import.customer_id
    assert event.chain.team_id == lead_import.customer.team_id
    assert event.actor.email == "ivan@example.com"


def test_teams_and_the_site_have_chains_of_their_own():
    write(2, team=people.team("North"))
    write(1, team=people.team("South"))
    write(3)

    lengths = {c.team.name if c.team else "": c.length for c in Chain.objects.all()}
    assert lengths == {"North": 2, "South": 1, "": 3}


def test_the_bytes_behind_a_digest_are_these():
    """Should this fail, then every trail ever written fails to verify: make a new VERSION."""
    event = Event(
        chain_id=3,
        position=7,
        at=datetime(2026, 11, 3, 14, 5, 6, 70, tzinfo=UTC),
        actor_id=None,
        act="sent",
        import_id=12,
        facts={"rows": 500, "on_duplicate": "skip"},
    )

    assert canonical.canonical(event) == (
        b'{"act":"sent","actor":null,"at":"2026-11-03T14:05:06.000070+00:00","chain":3,'
        b'"customer":null,"facts":{"on_duplicate":"skip","rows":500},"import":12,"position":7,'
        b'"version":1}'
    )
    assert canonical.digest(bytes(32), event).hex() == (
        "e0f43102d2e42f50c934e898c2f60aae2cec2ea9cf0813220330fc3ce6b61393"
    )


@pytest.mark.parametrize(
    "facts",
    [
        {"file": "Kunden März.xlsx"},
        {"email": "anna@example.com"},
        {"phone": "+12065550123"},
        {"phone": "2065550123"},
        {"rate": 0.5},
        {"nested": {"a": 1}},
        {"rows": ["Anna Berg"]},
        {"nothing": None},
        {"Bad Key": 1},
        {"long": "x" * 65},
        {"many": [1] * 101},
    ],
)
def test_free_text_does_not_get_into_the_trail(facts):
    with pytest.raises(ValueError, match="fact"), transaction.atomic():
        trail.record(acts.SENT, actor=None, facts=facts)
    assert not Event.objects.exists()


def test_numbers_flags_codes_and_lists_of_them_do():
    facts = {"rows": 500, "dry": True, "mode": "update", "ids": [1, 2], "changed": ["region"]}
    with transaction.atomic():
        event = trail.record(acts.SENT, actor=None, facts=facts)

    assert Event.objects.get(pk=event.pk).facts == facts


def test_an_unknown_act_is_a_mistake_in_the_code():
    with pytest.raises(ValueError, match=r"acts\.py"), transaction.atomic():
        trail.record("danced", actor=None)


def test_outside_of_a_transaction_nothing_is_recorded(monkeypatch):
    monkeypatch.setattr(transaction.get_connection(), "in_atomic_block", False)

    with pytest.raises(RuntimeError, match="outside of a transaction"):
        trail.record(acts.SENT, actor=None)
    monkeypatch.undo()


def test_an_act_that_fails_leaves_no_event():
    def half_an_act():
        with transaction.atomic():
            trail.record(acts.SENT, actor=None)
            raise KeyError

    with pytest.raises(KeyError):
        half_an_act()

    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE imports_event SET act = 'resumed'",
        "UPDATE imports_event SET facts = '{}'",
        "DELETE FROM imports_event",
        "TRUNCATE imports_event CASCADE",
        "DELETE FROM imports_chain",
        "UPDATE imports_chain SET length = 0",
        "UPDATE imports_chain SET head = '\\x00'",
    ],
)
def test_the_trail_is_append_only_for_the_portal_itself(sql):
    write(2, team=people.team())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # TRUNCATE waits for no deferred check

    with (
        pytest.raises(IntegrityError, match=r"append-only|only grows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert verify.verify() == []


def test_a_whole_trail_verifies():
    write(3, team=people.team())
    write(2)
    out = StringIO()

    call_command("verify_audit", stdout=out)

    assert out.getvalue().startswith("The audit trail is whole: 5 events in 2 chains. ")


@pytest.mark.parametrize(
    ("sql", "position", "why"),
    [
        ("UPDATE imports_event SET act = 'sent' WHERE position = 2", 2, "changed"),
        ("UPDATE imports_event SET facts = '{\"rows\": 1}' WHERE position = 3", 3, "changed"),
        ("UPDATE imports_event SET at = at + interval '1 us' WHERE position = 1", 1, "changed"),
        ("DELETE FROM imports_event WHERE position = 1", 1, "missing"),
        ("DELETE FROM imports_event WHERE position = 2", 2, "missing"),
        ("DELETE FROM imports_event WHERE position = 4", 4, "missing"),
        ("DELETE FROM imports_event", 1, "missing"),
        ("UPDATE imports_event SET previous = digest WHERE position = 2", 2, "does not follow"),
        ("UPDATE imports_chain SET length = 3", 4, "without the chain's knowledge"),
        ("UPDATE imports_chain SET head = '\\x00'", 4, "ends with"),
    ],
)
def test_an_owner_who_rewrites_history_is_found_out(sql, position, why):
    write(4, team=people.team("North"))
    as_owner(sql)

    [link] = verify.verify()

    assert (link.team, link.position) == ("North", position)
    assert why in link.why


def test_the_command_names_the_first_broken_link_of_each_chain():
    write(4, team=people.team("North"))
    write(4)
    as_owner("UPDATE imports_event SET act = 'sent' WHERE position IN (2, 3)")

    with pytest.raises(CommandError) as problem:
        call_command("verify_audit")

    assert problem.value.returncode == 1
    sentences = str(problem.value)
    assert "Event 2 in the trail of the team North was changed after it was written." in sentences
    assert "Event 2 in the trail of the site was changed after it was written." in sentences
    assert "Event 3" not in sentences


def test_many_at_once_are_chained_as_one_by_one_each_team_apart():
    write(1, team=people.team("North"))
    made = [people.customer(name) for name in ("Acme", "Bcme")]
    made.append(people.customer("Ccme", people.team("South")))
    told = [(one, {"mega_id": str(one.mega_id)}) for one in made]
    anna = people.anna()

    with transaction.atomic():
        trail.record_each("customer_added", actor=anna, told=told)
        trail.record("team_changed", actor=anna, team=people.team("North"), facts={"team": 1})

    north, south = (Event.objects.filter(chain__team__name=name) for name in ("North", "South"))
    assert [(e.position, e.customer_id, e.act) for e in north.order_by("position")[1:]] == [
        (2, made[0].pk, "customer_added"),
        (3, made[1].pk, "customer_added"),
        (4, None, "team_changed"),
    ]
    assert [(e.position, e.customer_id, e.actor) for e in south] == [(1, made[2].pk, anna)]
    assert verify.verify() == []


@pytest.mark.parametrize(
    ("act", "facts"), [("made_up", {}), ("customer_added", {"name": "Ana Souza"})]
)
def test_what_no_event_may_hold_is_in_none_of_many(act, facts):
    acme = people.customer("Acme")
    with pytest.raises(ValueError, match=r"is not an act|neither a number"), transaction.atomic():
        trail.record_each(act, actor=None, told=[(acme, facts)])
    assert not Event.objects.exists()


def test_every_act_has_words():
    codes = {v for k, v in vars(acts).items() if k.isupper() and isinstance(v, str)}

    assert codes == set(acts.LABELS)
    assert acts.label("sent") == "Sending confirmed"
    assert acts.label("from_a_later_release") == "from_a_later_release"
