"""A portal in the middle of its life, and the address of each of its pages.

`fill` makes an import in each state, with requests, notices and files behind them. `addresses`
takes them from the urls themselves, so that a new page cannot be forgotten: one whose address needs
something that is unknown here fails until `_values` says what it means.
"""

import hashlib
import uuid
import zlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from imports import urls
from imports.columns import derive, saved
from imports.columns.changes import Change
from imports.columns.consent import Consent
from imports.columns.sources import Split
from imports.customer_list import kept
from imports.customer_list.sheet import Raw, Sheet
from imports.delivery import scheduled, sendable
from imports.do_not_import import entries, lists
from imports.do_not_import.lists import Origin, Owner
from imports.intake import drafts
from imports.intake.upload import Wishes
from imports.models import (
    Attempt,
    Batch,
    BatchState,
    Customer,
    DryRun,
    Gathering,
    Import,
    ImportState,
    Lead,
    ListAddition,
    ListEntry,
    Notice,
    Prediction,
    SavedMapping,
    Traits,
    Vocabulary,
    Word,
)
from imports.notices import tell, webhooks
from imports.review import acts, corrections, deciding, origins, overrides, ownership
from imports.tests.pages import story
from portal import urls as site
from portal.models import Membership, User

A_LIST = Sheet(
    [
        Raw(2, {"name": "Blue Door Homes", "mega_id": "3f0c9a52-7d1e-4b68-9c3a-5e2f8b1d6a01"}),
        Raw(3, {"name": "A name that is rather long " * 4, "mega_id": "1" * 80, "team": "x" * 90}),
    ],
    ["Remarks"],
    has_tokens=True,
)
ODD_FILE = 'spring "leads" <b>&amp; more.csv'
BODY = b'{"leads": [{"row_ref": "2", "contact_name": "Ana Souza"}]}'
UNNAMED = "Colour,Shape\r\nred,round\r\nblue,square\r\n"
MASKED = "Full name,Phone,Blood type\r\nAna Souza,2065550123,A+\r\n"
SHAPED = (
    "Who,Phone,E-mail,Town,State,Budget,A heading that goes on for longer than a phone is wide\r\n"
    '"SOUZA, Ana",p:(206) 555-0123 / 206 555 0124,ana@example.com,Austin,TX,"5.000,50",yes\r\n'
    f'"OKAFOR, Ben",030 901820,ben@example.com,{"Boise" * 12},,"1,5",no\r\n'
)
ASKING = (
    "Full name,Phone,E-mail,Opt-in,A heading that is long: may we send you a newsletter?\r\n"
    "Ana Souza,2065550123,ana@example.com,yes,bounced on a day long ago\r\n"
    "Ben Okafor,2065550177,ben@example.com,no,\r\n"
    f"Chen Li,2065550188,chen@example.com,{'perhaps-' * 12},\r\n"
)
WANTED = (
    "Full name,Phone,E-mail,Born on a day,Double opt-in\r\n"
    "Ana Souza,2065550123,ana@example.com,,yes\r\n"
    "Ben Okafor,2065550177,ben@example.com,,no\r\n"
    "Ben O.,,ben@example.com,,yes\r\n"
)
GATHERED = (
    "Name,E-mail,Phone,City,Opt out\r\n"
    "Ana Souza <b>the first</b>,ana@example.com,+44 20 7946 0958,Rome,\r\n"
    "Ben Okafor,ben@example.com,+1 207 946 0958,Oslo,\r\n"
    f"Chen Li,{'chen' * 12}@example.com,,{'Bonn' * 20},\r\n"
    f"Chen Li,{'chen' * 12}@example.com,,Rome,\r\n"
    "Dora Novak,dora@example.com,,,\r\n"
    "Dora Novak,dora@example.com,,,\r\n"
    "Eve Only,,,,\r\n"
    "Fay No,fay@example.com,,,yes\r\n"
)
WHY = "MEGA refused 1 of the 3 rows of the first request."
STEPS = ("file", "columns", "review", "send", "report", "rows", "requests")


@dataclass
class World:
    """What there is; imports by the name of their state."""

    customer: Customer
    owner: User
    member: Membership
    imports: dict[str, Import] = field(default_factory=dict)
    together: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def finished(self):
        return self.imports["finished"]

    @cached_property
    def its_list(self):
        """The id of a list of customers that waits for the word; another one would replace it."""
        return kept.keep(self.owner, kept.Kept(A_LIST, "list.csv", None, "US"))

    def steps(self):
        """Each import at each of its steps, as far as it has come."""
        return [f"/imports/{one.pk}/{step}/" for one in self.imports.values() for step in STEPS]

    def its_columns(self):
        """The pages of the columns that can still be changed, and of what is joined of them."""
        shaped = f"/imports/{self.imports['shaped'].pk}/columns/"
        places = ["", "joined/", *(f"{place}/" for place in range(7))]
        whom = [f"/imports/{self.imports[name].pk}/" for name in ("asking", "wanted")]
        parts = ("columns/consent/", "columns/rules/", "provenance/")
        return [f"{shaped}{place}" for place in places] + [w + p for w in whom for p in parts]

    def its_repairs(self):
        """Rows of a review, one of them, and each change of many: cells, groups, dropped rows."""
        rows = f"/imports/{self.imports['review'].pk}/review/rows/"
        asked = ("", "?result=invalid", "?column=2", "?why=dropped", "?after=3", "4/")
        changes = (f"change/?do={do}&column=2" for do in ("replace", "fill", "drop"))
        return [f"{rows}{one}" for one in (*asked, *changes)]

    def its_groups(self):
        """Rows of one person, and of different people, in groups."""
        groups = f"/imports/{self.imports['gathered'].pk}/review/groups/"
        return [f"{groups}?about={about}" for about in ("melts", "differs", "identical")]

    def where_they_stand(self):
        """Each import's own address leads to its step."""
        return [f"/imports/{one.pk}/" for one in self.imports.values()]


def fill(customer, owner, *, still=False):
    """`still`: only what no clock or worker would move on."""
    member = Membership.objects.filter(team=customer.team).exclude(user=owner).first()
    world = World(customer, owner, member or Membership.objects.get(user=owner))
    world.imports["finished"] = _finished(world)
    _waiting_for_a_person(world)
    _over(world)
    saved.save(world.finished, owner, "Weekly <b>list</b>", for_team=False)
    saved.save(world.imports["mapping"], owner, f"Colours of {customer.name}", for_team=True)
    Import.objects.filter(pk=world.imports["mapping"].pk).update(together=world.together)
    if not still:
        _moving(world)
    draft = story.a_file("Naam,Telefoon\r\nAna,2065550123\r\n")
    drafts.keep(owner, draft, "unnamed.csv", world.together)
    Batch.objects.filter(customer=customer, body=b"").update(
        body=zlib.compress(BODY), body_sha256=hashlib.sha256(BODY).digest()
    )
    if not still:
        webhooks.put(customer.team, "slack", "https://hooks.example.com/services/T0/abcd", owner)
    _known_in_mega(world)
    for of_team in (True, False):
        listed(customer, owner, of_team=of_team)
    for notice in Notice.objects.filter(told_at=None, lead_import__customer=customer):
        tell.tell(notice.pk)
    return world


def _finished(world):
    wishes = Wishes(together=world.together)
    done = story.answered(world.customer, world.owner, name=ODD_FILE, wishes=wishes)
    story.kept(done, 3)
    otherwise = [["created", "updated", 1], ["failed", "created", 1]]
    _put(done, came_out={"as_foreseen": 1, "otherwise": otherwise})
    request = done.batches.get()
    Attempt.objects.filter(batch=request).update(
        answer=zlib.compress(b"<h1>502</h1>"),
        headers={"content-type": "text/html", "x-request-id": "0a1b2c3d4e5f" * 6},
    )
    return done


def _known_in_mega(world):
    """Some words of each kind, those that MEGA refused with the import; all leads were read."""
    now, customer = timezone.now(), world.customer
    account, _ = Vocabulary.objects.update_or_create(
        customer=customer, mega_id=customer.mega_id,
        defaults={"state": "read", "read_at": now, "ended_at": now, "leads": 3, "is_whole": True},
    )  # fmt: skip
    refused = {"refused_at": now, "refused_in": world.finished, "refused_rows": 2}
    for kind, word, name, more in (
        ("stage", "new", "New", {}),
        ("stage", "a-slug-that-goes-on-" * 5, "", refused),
        ("owner", "0f6c1d52-3b7e-4c55-8a54-6d1b0e9f7a01", "Ada <b>Brook</b> the Second " * 4, {}),
        ("owner", "0f6c1d52-3b7e-4c55-8a54-6d1b0e9f7a02", "", refused),
        ("field", "budget", "", {}),
        ("field", "colour", "", refused),
    ):
        fields = {"read_at": None if more else now, **more}
        Word.objects.create(vocabulary=account, kind=kind, word=word, name=name, **fields)


def _put(lead_import, **changes):
    Import.objects.filter(pk=lead_import.pk).update(**changes)
    return Import.objects.get(pk=lead_import.pk)


def _half(world, state, **changes):
    """Two rows are answered, the third is not."""
    made = story.answered(world.customer, world.owner, ["created", "failed"], name=f"{state}.csv")
    return _put(made, state=state, finished_at=None, **changes)


def _second(lead_import, **fields):
    """The request of the row that is not answered."""
    batch = story.a_batch(lead_import, [5], **fields)
    Batch.objects.filter(pk=batch.pk).update(number=2)


def _waiting_for_a_person(world):
    made, customer, owner = world.imports, world.customer, world.owner
    made["review"] = story.reviewed(customer, owner, name="review.csv")
    _repair(made["review"], owner)
    _ask_about(made["review"])
    made["child"] = story.reviewed(customer, owner, name="repaired.csv", parent=made["finished"])
    made["masked"] = story.reviewed(customer, owner, name="masked.csv", content=MASKED)
    made["mapping"] = story.reviewed(customer, owner, name="mapping.csv", content=UNNAMED)
    made["shaped"] = _shaped(world)
    made["odd"] = _odd(world)
    made["asking"] = story.reviewed(customer, owner, name="asking.csv", content=ASKING)
    made["gathered"] = _gathered(world)
    made["wanted"] = _wanted(world)
    with transaction.atomic():  # a clock that runs beside ends one that has nothing left to send
        made["paused"] = _half(world, ImportState.PAUSED)
        _second(made["paused"], state=BatchState.WAITING)
        made["decision"] = _half(world, ImportState.DECISION)
        hour = timezone.now() - timedelta(hours=1)
        _second(made["decision"], state=BatchState.DECISION, first_sent_at=hour)
    _later(world)


def _later(world):
    """Two start later: at a time, and after one that stands still. A third could not start."""
    made, owner = world.imports, world.owner
    at, after = (
        story.reviewed(world.customer, owner, name=f"{name} <b>later</b>.csv")
        for name in ("at a time", "after another")
    )
    confirmed = scheduled.Confirmed("skip", sendable.Seen())
    in_days = scheduled.When(at=timezone.now() + timedelta(days=20))
    behind = scheduled.When(after=made["paused"].pk)
    for one, when in ((at, in_days), (after, behind)):
        scheduled.schedule(one, owner, when, confirmed)
    made["at a time"], made["after another"] = (_put(one) for one in (at, after))
    colleague = world.member.user
    if ownership.colleagues(made["child"]).filter(pk=colleague.pk).exists():
        ownership.hand_over(made["child"], owner, colleague, "Mind <b>row 4</b>\n" + "mind " * 60)
    _put(made["child"], reason="The page showed 3 rows to send, and it is 2 now.")


def _shaped(world):
    """Columns that are changed, split, joined, typed and sent where they are blank."""
    made = story.reviewed(world.customer, world.owner, name="shaped.csv", content=SHAPED)
    now = derive.mapping_of(made)
    name, phone, mail, town, state, budget, other = now.columns
    columns = (
        replace(name, target="last_name", split=Split(",", ("first_name",)),
                changes=(Change("capitals"), Change("replace", "Okafor", "Okafor-" * 12))),
        replace(phone, target="contact_phone", others="custom_fields.phone_2",
                changes=(Change("prefix", "p:"),)),
        mail, town, state,
        replace(budget, target="custom_fields.budget", read_as="comma"),
        replace(other, target="custom_fields.yes", read_as="yes_no"),
    )  # fmt: skip
    joins = {"custom_fields.place": "{Town}, {State}"}
    constants = {"custom_fields.budget": "0"}
    shaped = replace(now, columns=columns, joins=joins, constants=constants, region="DE")
    derive.remap(made, shaped, world.owner, expected_version=made.mapping.version)
    story.check(made)
    return Import.objects.get(pk=made.pk)


def _odd(world):
    """It looks like another customer's file, so the customer's name is to be typed."""
    customer = world.customer
    other, _ = Customer.objects.get_or_create(
        slug=f"{customer.slug}-other",
        defaults={
            "team": customer.team,
            "mega_id": uuid.uuid4(),
            "name": f"Another than <b>{customer.name}</b> with a name that is rather long",
        },
    )
    made = story.reviewed(customer, world.owner, name="odd.csv")
    found = {"kind": "people", "customer": other.pk, "percent": 41, "own": 0}
    Traits.objects.filter(lead_import=made).update(odd=found)
    return made


def _repair(lead_import, owner):
    """A cell is corrected, with a value of many characters, and a row is dropped."""
    long = {4: "<b>" + "a budget " * 12}
    corrections.edit(lead_import, owner, 3, long, {4: corrections.seen_as("")})
    acts.drop(lead_import, owner, [4], why="A <b>test</b> row")


def _wanted(world):
    """Who must not be contacted is known; what the customer wants besides, the file does not tell.

    A manager set aside that they may not be contacted.
    """
    unlike = f"{uuid.uuid4().hex}x"  # ends in no number that a noun would follow
    strict = Customer.objects.create(
        team=world.customer.team, name=f"Strict {unlike}", slug=f"strict-{unlike}",
        mega_id=uuid.uuid4(), rule_age=18, rule_countries=["US", "CA"],
        note="Ask <b>Jane</b> " * 20,
    )  # fmt: skip
    made = story.reviewed(strict, world.owner, name="wanted.csv", content=WANTED)
    now = derive.mapping_of(made)
    answer = Consent(("no",), ("yes",))
    columns = (*now.columns[:4], replace(now.columns[4], consent=answer))
    told = replace(now, columns=columns)
    derive.remap(made, told, world.owner, expected_version=made.mapping.version)
    story.check(made)
    made = Import.objects.get(pk=made.pk)
    overrides.send_all_the_same(made, world.owner, "opt_out", "They asked us <b>to</b> " * 9)
    said = {"supplier": "Spring <b>fair</b>", "basis": "consent", "handed_over_by": "Jane " * 20}
    origins.note(made, world.owner, said)
    return Import.objects.get(pk=made.pk)


def _gathered(world):
    """Different people with one phone, one person twice; decided for all, and for one group."""
    forbids = {"consent": {"forbids": ["yes"], "allows": [""]}}
    columns = {"City": "custom_fields.city", "Opt out": forbids}
    wishes = Wishes(duplicates="ask", mapping={"columns": columns})
    made = story.reviewed(
        world.customer, world.owner, name="gathered.csv", content=GATHERED, wishes=wishes
    )
    deed = acts.Deed(acts.Kind.DECIDE, "melts", content={"choice": "leave_out"})
    acts.do(made, world.owner, deed)
    group = Gathering.objects.get(lead_import=made, kind="d", first=4)
    seen = deciding.seen_as(group)
    deciding.for_one(made, world.owner, ("d", 4), "merge_first", seen=seen)
    return made


def _ask_about(lead_import):
    """MEGA was asked about every row of it."""
    dry_run = DryRun.objects.create(
        lead_import=lead_import, mapping=lead_import.mapping, on_duplicate="skip",
        state=DryRun.State.DONE, finished_at=timezone.now(),
    )  # fmt: skip
    batch = story.a_batch(lead_import, [2, 3, 5], state=BatchState.DONE, settled_at=timezone.now())
    Batch.objects.filter(pk=batch.pk).update(kind="dry_run", dry_run=dry_run)
    leads = Lead.objects.filter(lead_import=lead_import, number__in=[2, 3, 5])
    Prediction.objects.bulk_create(
        Prediction(dry_run=dry_run, number=lead.number, status="created", errors=[],
                   ignored_custom_fields=[], digest=lead.digest)
        for lead in leads
    )  # fmt: skip


def _over(world):
    made = world.imports
    made["cancelled"] = _half(
        world, ImportState.CANCELLED, reason="Ines cancelled it. What was sent stays sent."
    )
    _put(made["cancelled"], finished_at=timezone.now())
    failed = story.uploaded(world.customer, world.owner, name="failed.csv")
    reason = "The workbook is protected with a password. Save it without one and upload it again."
    made["failed"] = _put(failed, state=ImportState.FAILED, reason=reason)


def _moving(world):
    made, customer, owner = world.imports, world.customer, world.owner
    now = timezone.now()
    made["sending"] = _half(world, ImportState.SENDING)
    _second(made["sending"], state=BatchState.UNKNOWN, first_sent_at=now, sends=2)
    made["blocked"] = _half(world, ImportState.BLOCKED, reason="MEGA refuses the token.")
    made["asked"] = _half(world, ImportState.DECISION, question="first_failures", reason=WHY)
    made["odd books"] = _half(world, ImportState.INCONSISTENT, reason="The sums differ.")
    queued = story.reviewed(customer, owner, name="queued.csv")
    soon = now + timedelta(seconds=60)
    made["queued"] = _put(queued, state=ImportState.QUEUED, send_after=soon, sent_by=owner)
    made["uploaded"] = story.uploaded(customer, owner, name="uploaded.csv")
    for state in (ImportState.READING, ImportState.CHECKING):
        made[state] = _put(story.reviewed(customer, owner, name=f"{state}.csv"), state=state)


def addresses(world):
    """An address for each name of the urls; without those that take no GET."""
    return {
        pattern.name: pattern_address(world, pattern)
        for pattern in (*urls.urlpatterns, *_account_patterns())
    }


def _account_patterns():
    return [one for one in site.urlpatterns if (getattr(one, "name", "") or "").startswith("acc")]


def pattern_address(world, pattern):
    """The address of one pattern. KeyError when it needs something that is unknown here."""
    values = _values(world, pattern.name)
    wanted = pattern.pattern.regex.groupindex
    return reverse(pattern.name, kwargs={name: values[name] for name in wanted})


def listed(customer, user, *, of_team):
    """Put some on a list; return the newest entry. A team's list holds nobody of other stories."""
    owner = Owner(customer.team, None if of_team else customer)
    typed = "ana@example.com\n(206) 555-0123\nhush-corp.com"
    if of_team:
        typed = "mute@example.com\n(206) 555-0999\nhush-corp.com"
    source = "Unsubscribed <b>in May</b>" + " again" * 9
    origin = Origin(ListAddition.Way.TYPED, source, "They asked " * 8)
    lists.add(owner, user, entries.read_lines(typed, "US"), origin)
    return lists.of(owner).entries.latest("pk")


def _of_a_list(world, name):
    of_team = name.startswith("team")
    entry = ListEntry.objects.filter(
        list__team=world.customer.team, list__customer=None if of_team else world.customer
    ).latest("pk")
    slug = world.customer.team.slug if of_team else world.customer.slug
    return {"slug": slug, "pk": entry.addition_id if name.endswith("source") else entry.pk}


def _values(world, name):
    """What the variable parts of an address stand for."""
    if "_do_not_import" in name:
        return _of_a_list(world, name)
    kinds = {
        "team_mapping": lambda: {"slug": world.customer.team.slug, "pk": _a_mapping(world).pk},
        "customers": lambda: {"pk": world.its_list},
        "customer": lambda: {"slug": world.customer.slug},
        "team": lambda: {"slug": world.customer.team.slug, "pk": world.member.pk},
        "member": lambda: {"slug": world.customer.team.slug, "pk": world.member.pk},
        "notice": lambda: {"pk": _a_notice(world).pk},
        "together": lambda: {"together": world.together},
        "account": lambda: {"uidb36": "1", "key": "used-already"},
    }
    known = next((found for kind, found in kinds.items() if name.startswith(kind)), None)
    return known() if known else _of_the_finished_import(world)


def _a_notice(world):
    return Notice.objects.filter(lead_import__customer=world.customer).first()


def _a_mapping(world):
    return SavedMapping.objects.filter(team=world.customer.team).first()


def _of_the_finished_import(world):
    request = world.finished.batches.get()
    attempt = request.attempts.get()
    return {
        "pk": world.finished.pk,
        "batch": request.pk,
        "attempt": attempt.pk,
        "column": 0,
        "act": 1,
        "saved_pk": _a_mapping(world).pk,
        "number": 2,
    }


def is_page(answer):
    """Whether the answer is a whole page."""
    return (
        answer.status_code == 200
        and not answer.streaming
        and answer.headers.get("Content-Type", "").startswith("text/html")
        and b"<html" in answer.content
    )


def pages(world, client):
    """The addresses at which a person finds a page, each once."""
    found = [*addresses(world).values(), *world.where_they_stand(), *world.its_columns()]
    found += [*world.its_repairs(), *world.its_groups()]
    answers = [client.get(address, follow=True) for address in found]
    shown = [_shown(answer) for answer in answers if is_page(answer)]
    return list(dict.fromkeys(shown))


def _shown(answer):
    query = answer.request["QUERY_STRING"]
    return answer.request["PATH_INFO"] + (f"?{query}" if query else "")
