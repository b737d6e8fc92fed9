"""The requests of an import: everything that happened to each of them, and no token."""

import csv
import hashlib
import html
import io
import json
import re
import zlib
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.utils import timezone

from imports.delivery.conclude import Code
from imports.models import Attempt, Batch, BatchState, Decision, Event, Import, ImportState, Kind
from imports.reports import requests
from imports.tests import people
from imports.tests.pages import story
from imports.views import words

LEADS = [
    {"row_ref": "2", "contact_name": "Ana Söüza"},
    {"row_ref": "3", "contact_name": "<script>alert(1)</script>"},
]
SENT = json.dumps({"leads": LEADS, "on_duplicate": "skip", "dry_run": False}).encode()
CAME = b'{"dry_run":false,  "results":[{"row_ref":"2","status":"created"}]}\r\n'
BROKEN = b"<html><h1>502 Bad Gateway</h1>\xff\x00"


def request_of(lead_import, numbers=(2, 3), content=SENT, **fields):
    made = story.a_batch(lead_import, list(numbers), **fields)
    made.body, made.body_sha256 = zlib.compress(content), hashlib.sha256(content).digest()
    made.save()
    return made


def tried(batch, conclusion, *, content=None, status=None, ago=60, **fields):
    token, now = batch.customer.token, timezone.now()
    kept = {}
    if content is not None:
        kept = {"answer": zlib.compress(content), "answer_sha256": hashlib.sha256(content).digest()}
    began = now - timedelta(seconds=ago)
    return Attempt.objects.create(
        batch=batch, quota=token.quota, token=token, kind=batch.kind, worker="there:17", fence=1,
        started_at=began, ended_at=began + timedelta(seconds=1.25), status=status,
        conclusion=conclusion, **kept, **fields,
    )  # fmt: skip


@pytest.fixture
def going(ines, acme):
    lead_import = story.reviewed(acme, ines.user)
    Import.objects.filter(pk=lead_import.pk).update(
        state=ImportState.SENDING, send_after=timezone.now(), planned_at=timezone.now()
    )
    return Import.objects.get(pk=lead_import.pk)


@pytest.fixture
def unclear(going):
    """Sent, answered with a broken gateway's page, and to be sent again."""
    soon = timezone.now() + timedelta(minutes=4)
    batch = request_of(
        going, state=BatchState.UNKNOWN, sends=3, not_before=soon,
        first_sent_at=timezone.now() - timedelta(minutes=2),
    )  # fmt: skip
    tried(batch, Code.LOST, ago=120)
    tried(batch, Code.UNCLEAR, status=502, content=BROKEN,
          headers={"content-type": "text/html", "retry-after": "7"})  # fmt: skip
    return batch


def index(client, lead_import, query=""):
    return story.text(client.get(f"/imports/{lead_import.pk}/requests/{query}"))


def page_of(client, batch):
    return story.text(client.get(f"/imports/{batch.lead_import_id}/requests/{batch.pk}/"))


def test_the_list_tells_of_each_request_how_it_stands(vera, going, unclear):
    request_of(going, [5], state=BatchState.WAITING)
    page = index(vera, going)
    assert "2 requests" in page
    assert "Unknown, asked again" in page
    assert "(2 to 3)" in page
    assert "not yet" in page
    assert "All 2" in page


@pytest.mark.parametrize(
    ("which", "numbers"),
    [("unknown", [3, 9]), ("decision", [4]), ("failed", [2]), ("open", [6, 7]), ("dry_run", [8])],
)
def test_it_can_be_narrowed_to_what_needs_a_look(ines, acme, which, numbers):
    lead_import = story.answered(acme, ines.user, ["failed"])
    now = timezone.now()
    for number, fields in (
        (3, {"state": BatchState.UNKNOWN, "first_sent_at": now}),
        (4, {"state": BatchState.DECISION}),
        (6, {"state": BatchState.WAITING}),
        (7, {"state": BatchState.SENDING}),
        (9, {"state": BatchState.DROPPED, "first_sent_at": now}),
        (10, {"state": BatchState.DROPPED}),
    ):
        request_of(lead_import, [number], **fields)
    dry = request_of(lead_import, [8], state=BatchState.DONE)
    Batch.objects.filter(pk=dry.pk).update(kind=Kind.DRY_RUN)

    found = requests.chosen(lead_import, which)

    assert sorted(one.row_numbers[0] for one in found) == numbers
    page = index(ines, lead_import, f"?which={which}")
    for one in lead_import.batches.all():
        address = f'href="/imports/{lead_import.pk}/requests/{one.pk}/"'
        assert (address in page) == (one.row_numbers[0] in numbers)


def test_a_request_is_found_by_its_number_a_row_or_the_beginning_of_its_key(vera, going):
    first, second, third = (request_of(going, rows) for rows in ([2, 3], [5, 1200], [7]))
    keys = ("aaaa1111-0000-4000-8000-000000000001", "bbbb2222-0000-4000-8000-000000000002",
            "12345678-0000-4000-8000-000000000003")  # fmt: skip
    for number, (one, key) in enumerate(zip((first, second, third), keys, strict=True), start=1):
        Batch.objects.filter(pk=one.pk).update(number=number, key=key)

    for typed, found in (
        ("2", [first, second]),  # row 2 went in the first, and the second is number 2
        ("#3", [first, third]),
        ("1,200", [second]),
        ("BBBB2222-0000", [second]),
        (keys[2], [third]),
        ("123", []),  # a row, and no key's beginning
        ("99999999999999999999", []),
        ("%", []),
    ):
        page = index(vera, going, f"?q={quote(typed)}")
        listed = [one for one in (first, second, third) if f"/requests/{one.pk}/" in page]
        assert listed == found, typed
        assert ("No request matches" in page) is not bool(found)
        assert f'value="{typed}"' in page


def test_words_and_filters_go_together_on_the_page_and_in_its_file(vera, going):
    request_of(going, [2], state=BatchState.WAITING)
    unknown = request_of(going, [2], state=BatchState.UNKNOWN)

    page = index(vera, going, "?q=2&which=unknown")
    assert "1 request<" in page
    assert 'href="?which=unknown" aria-label="No longer search for 2"' in page
    assert 'href="?q=2&amp;which=open"' in page
    assert f'href="/imports/{going.pk}/requests.csv?q=2&amp;which=unknown"' in page
    answer = vera.get(f"/imports/{going.pk}/requests.csv?q=2&which=unknown")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert [line.split(",")[1] for line in lines[1:]] == [str(unknown.pk)]


def test_two_thousand_requests_come_in_pages_and_without_their_bodies(
    ines, going, django_assert_max_num_queries
):
    one = story.a_batch(going, [2], state=BatchState.WAITING)
    Batch.objects.bulk_create(
        Batch(customer=one.customer, lead_import=going, number=number, row_numbers=[number],
              rows=1, mega_id=one.mega_id, body=b"", body_sha256=b"")
        for number in range(2, 251)
    )  # fmt: skip
    with django_assert_max_num_queries(20):
        page = index(ines, going)
    assert "100 of 250 requests shown" in page
    assert "250 requests" in index(ines, going, "?which=nonsense&after=x")


def test_a_part_that_is_made_meanwhile_shifts_no_page(ines, going):
    """Parts have the number of what they were made of: the key tells them apart."""
    whole = story.a_batch(going, [2], state=BatchState.WAITING)
    made = Batch.objects.bulk_create(
        Batch(customer=whole.customer, lead_import=going, number=1 + n // 3, row_numbers=[n],
              rows=1, mega_id=whole.mega_id, body=b"", body_sha256=b"")
        for n in range(2, 250)
    )  # fmt: skip
    in_order = [whole.pk, *(one.pk for one in made)]
    first = index(ines, going)
    part = story.a_batch(going, [2], state=BatchState.WAITING, parent=whole)
    second = index(ines, going, following(first))
    third = index(ines, going, following(second))
    assert ids(first) + ids(second) + ids(third) == in_order
    assert part.pk in ids(index(ines, going))
    assert ids(index(ines, going, following(third, "prev"))) == ids(second)


def following(page, rel="next"):
    return html.unescape(re.search(rf'rel="{rel}" href="(\?[^"]+)"', page)[1])


def ids(page):
    return [int(pk) for pk in re.findall(r'/requests/(\d+)/">', page)]


def test_the_list_is_exported_as_it_is_narrowed(vera, going, unclear):
    request_of(going, [5], state=BatchState.WAITING)
    answer = vera.get(f"/imports/{going.pk}/requests.csv?which=unknown")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (line,) = csv.DictReader(io.StringIO(text))
    assert (line["Request"], line["Rows"], line["State"]) == ("1", "2", "unknown")
    assert (line["Attempts"], line["Request key"]) == ("2", str(unclear.key))
    assert "Ana" not in text
    assert Event.objects.get(act="downloaded").facts == {"rows": "requests", "kind": "csv"}
    assert 'requests.csv?which=unknown"' in index(vera, going, "?which=unknown")


def test_an_unknown_request_is_shown_as_what_it_is(vera, unclear):
    page = page_of(vera, unclear)
    assert "What became of it is unknown since" in page
    assert "The identical request is sent again <time" in page
    assert "3 of 8 sends brought no clear answer" in page
    assert "Attempt 1: no answer" in page
    assert words.CONCLUSIONS[Code.LOST].replace("'", "&#x27;") in page
    assert "Attempt 2: HTTP 502" in page
    assert "after 1.25 s" in page
    assert "there:17" in page
    assert "retry-after" in page


def test_it_says_so_when_the_repetition_waits_for_a_token(vera, unclear):
    unclear.customer.tokens.update(refused_at=timezone.now())
    assert "as soon as the customer has a token that works" in page_of(vera, unclear)


def test_bodies_are_shown_harmless_and_downloaded_byte_for_byte(vera, unclear):
    page = page_of(vera, unclear)
    assert "Ana Söüza" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "&lt;h1&gt;502 Bad Gateway" in page
    assert hashlib.sha256(SENT).hexdigest() in page
    assert "were changed since" not in page

    address = f"/imports/{unclear.lead_import_id}/requests/{unclear.pk}/"
    attempt = unclear.attempts.last()
    for path, content in ((f"{address}body/", SENT), (f"{address}answers/{attempt.pk}/", BROKEN)):
        answer = vera.get(path)
        assert b"".join(answer.streaming_content) == content
        assert answer["Content-Disposition"].startswith("attachment; filename=")
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer["Cache-Control"]


def test_who_took_a_body_is_written_down(audrey, unclear):
    address = f"/imports/{unclear.lead_import_id}/requests/{unclear.pk}/"
    attempt = unclear.attempts.last()
    audrey.get(f"{address}body/")
    audrey.get(f"{address}answers/{attempt.pk}/")
    told = Event.objects.filter(act="downloaded").order_by("pk")
    assert [(event.actor, event.facts) for event in told] == [
        (audrey.user, {"kind": "request", "batch": unclear.pk}),
        (audrey.user, {"kind": "answer", "batch": unclear.pk, "attempt": attempt.pk}),
    ]


def test_an_attempt_without_an_answer_has_nothing_to_download(vera, unclear):
    lost = unclear.attempts.first()
    path = f"/imports/{unclear.lead_import_id}/requests/{unclear.pk}/answers/{lost.pk}/"
    assert vera.get(path).status_code == 404
    assert not Event.objects.filter(act="downloaded").exists()


def test_bytes_that_were_changed_since_are_said_to_be(vera, unclear):
    Batch.objects.filter(pk=unclear.pk).update(body=zlib.compress(SENT.replace(b"skip", b"drop")))
    assert "they were changed since" in page_of(vera, unclear)


def test_a_long_body_is_cut_on_the_page_only(vera, going):
    long = json.dumps({"leads": [{"row_ref": str(n), "x": "y" * 50} for n in range(500)]}).encode()
    batch = request_of(going, content=long, state=BatchState.WAITING)
    page = page_of(vera, batch)
    assert "This is its beginning" in page
    assert len(page) < 60_000
    answer = vera.get(f"/imports/{going.pk}/requests/{batch.pk}/body/")
    assert b"".join(answer.streaming_content) == long


def test_halves_and_what_they_were_cut_from_are_linked(vera, going):
    whole = request_of(going, state=BatchState.REPLACED, detail="leads[0]: bad")
    half = request_of(going, [2], state=BatchState.DONE, parent=whole)
    path = f"/imports/{going.pk}/requests"
    assert f'href="{path}/{half.pk}/"' in page_of(vera, whole)
    assert f'href="{path}/{whole.pk}/"' in page_of(vera, half)


def test_a_request_that_went_without_some_rows_says_so(vera, going):
    whole = request_of(going, state=BatchState.REPLACED, reason="alike")
    part = request_of(going, [2], state=BatchState.WAITING, parent=whole)
    assert "Sent without some rows" in page_of(vera, whole)
    assert "It was never sent" in page_of(vera, whole)
    assert "held back before it was sent" in page_of(vera, part)


def test_a_decision_is_made_on_the_page_and_stands_in_the_timeline(ines, vera, going):
    batch = request_of(
        going, state=BatchState.DECISION, detail="key used", first_sent_at=timezone.now()
    )
    tried(batch, Code.CONFLICT, status=409, content=b'{"error": {"message": "key used"}}')
    assert "Send the identical request once more" in page_of(ines, batch)
    assert "Send the identical request once more" not in page_of(vera, batch)

    path = f"/imports/{going.pk}/send/decide/{batch.pk}/"
    answer = ines.post(path, {"on_request": "on"}, follow=True)
    assert answer.status_code == 422
    assert "Choose what is to become of it." in story.text(answer)
    wish = {"choice": "leave", "why": "Looked in MEGA: they are there.", "on_request": "on"}
    answer = ines.post(path, wish, follow=True)

    page = story.text(answer)
    assert answer.redirect_chain[-1][0] == f"/imports/{going.pk}/requests/{batch.pk}/"
    assert "Ines Iversen decided: leave it as it is" in page
    assert "Looked in MEGA: they are there." in page
    assert page.index("Attempt 1") < page.index("Ines Iversen decided")
    assert "Left unknown" in page
    assert Decision.objects.get().made_by == ines.user


def test_requests_of_another_import_and_token_checks_are_not_found_here(vera, acme, going, unclear):
    other = story.reviewed(acme, content="Name,E-mail\r\nZoe,zoe@example.com\r\n")
    check = story.a_batch(going, [2], state=BatchState.DONE)
    Batch.objects.filter(pk=check.pk).update(kind=Kind.CHECK)
    for lead_import, batch in ((other, unclear), (going, check)):
        for path in ("", "body/"):
            address = f"/imports/{lead_import.pk}/requests/{batch.pk}/{path}"
            assert vera.get(address).status_code == 404


def test_the_token_is_nowhere(max_, unclear):
    unclear.body = zlib.compress(SENT)
    page = page_of(max_, unclear)
    assert people.TOKEN not in page
    assert f"token …{people.TOKEN[-4:]}" in page
    assert "not kept: the token stays sealed" in page
    for attempt in Attempt.objects.all():
        assert "authorization" not in {name.lower() for name in attempt.headers}


def test_the_pages_of_an_import_lead_here(ines, unclear, acme):
    path = f"/imports/{unclear.lead_import_id}"
    assert f'href="{path}/requests/"' in story.text(ines.get(f"{path}/send/"))
    assert f'href="{path}/requests/?which=unknown"' in story.text(ines.get(f"{path}/send/"))
    done = story.answered(acme, ines.user, name="b.csv")
    (batch,) = done.batches.all()
    path = f"/imports/{done.pk}"
    assert f'href="{path}/requests/"' in story.text(ines.get(f"{path}/report/"))
    assert f'href="{path}/requests/{batch.pk}/"' in story.text(ines.get(f"{path}/rows/"))


@pytest.mark.parametrize("code", [*Code, ""])
def test_every_conclusion_has_words(code):
    assert words.CONCLUSIONS[code].endswith(".")


@pytest.mark.parametrize("state", BatchState.values)
def test_every_state_of_a_request_has_words(state):
    assert words.request(Batch(state=state)).word


def test_a_row_with_only_a_name_is_repeated_for_an_hour_only_and_a_persons_word_counts_anew(
    ines, unclear
):
    sent = unclear.first_sent_at
    assert requests.trusted_until(unclear) == sent + timedelta(hours=20)
    unclear.matchless = True
    assert requests.trusted_until(unclear) == sent + timedelta(hours=1)
    said = Decision.objects.create(batch=unclear, choice="repeat", made_by=ines.user)
    assert requests.trusted_until(unclear) == said.made_at + timedelta(hours=1)
