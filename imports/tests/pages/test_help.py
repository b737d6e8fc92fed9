"""The help page names everything that can go wrong, and each error leads to its entry."""

import ast
import importlib
import re
import uuid
import zlib
from pathlib import Path

import pytest
from django.utils import timezone

from imports.columns import problems
from imports.delivery import checks, questions
from imports.delivery.conclude import Code
from imports.intake import detect
from imports.models import Attempt, Batch, BatchState, Import, ImportState, Token
from imports.tests.pages import story
from imports.views import words
from imports.views.handbook import contents, files, made
from imports.views.handbook.explanations import EXPLANATIONS, NO_AUTOMATION

INTAKE = Path(files.__file__).parents[2] / "intake"


def help_page(client, query=""):
    return story.text(client.get(f"/help/{query}"))


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("problem", problems.KINDS),
        ("question", [*questions.QUESTIONS, questions.BATCHES, "columns", "rights_lost"]),
        ("decision", [*questions.CASES, "never_sent", "other"]),
        ("state", ImportState.values),
        ("result", words.RESULTS),
        ("token", [*Token.Refusal.values, *(set(checks.SENTENCES) - {"ok"})]),
        ("answer", list(Code)),
        ("about", EXPLANATIONS),
    ],
)
def test_every_code_has_an_entry(kind, codes):
    assert {f"{kind}-{code}" for code in codes} <= contents.anchors()


def test_the_page_shows_each_entry_once_with_its_place(vera):
    page = help_page(vera)
    for anchor in contents.anchors():
        assert page.count(f'id="{anchor}"') == 1, anchor


def test_each_entry_says_in_whole_sentences_what_it_means():
    for section in contents.sections():
        for entry in section.entries:
            text = f"{entry.means} {entry.repair}"
            assert entry.means.endswith((".", "!")), entry.anchor
            assert not re.search(r"[{}]|  |None|\.\.", text.strip()), entry.anchor


def test_every_sentence_with_a_cell_of_its_own_has_words_for_it():
    named = {c for c, k in problems.KINDS.items() if "{detail}" in k.fault + k.repair}
    assert named == set(made.DETAILS)


def _sentences(module, tree):
    """The texts with which a module refuses files, with … for what differs."""
    named = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "UnreadableFile":
            yield from _texts(node.args[0], module, named)


def _texts(node, module, named):
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(p.value if isinstance(p, ast.Constant) else "…" for p in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from _texts(one, module, named)
            yield from _texts(other, module, named)
        case ast.Name(id=name):
            if hasattr(module, name):  # else an argument, whose value stands elsewhere
                yield getattr(module, name)
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            returned = (n for n in ast.walk(named[name]) if isinstance(n, ast.Return))
            for one in returned:
                yield from _texts(one.value, module, named)


def _refusals():
    for path in sorted(INTAKE.glob("*.py")):
        module = importlib.import_module(f"imports.intake.{path.stem}")
        for text in _sentences(module, ast.parse(path.read_text())):
            if not text.startswith("This is …"):  # of `refused_kinds`
                yield path.stem, text


def test_every_sentence_that_refuses_a_file_is_explained():
    found = list(_refusals())
    assert len(found) > 30
    assert [one for one in found if files.anchor_of(one[1]) == files.SECTION] == []


def test_every_trouble_explains_a_sentence():
    explained = {files.anchor_of(sentence) for _, sentence in _refusals()}
    elsewhere = {"file-stopped", "file-mapping"}  # said by `read` and by a mapping file
    assert {f"file-{one.slug}" for one in files.TROUBLES} - explained == elsewhere


def test_every_kind_of_file_that_is_refused_is_listed():
    for found, advice in detect.refused_kinds():
        anchor = files.anchor_of(f"This is {found}. {advice}")
        assert anchor == files.kind_slug(found)
        assert anchor in contents.anchors()


def test_a_search_shows_only_what_holds_every_word(vera):
    page = help_page(vera, "?q=Phone+LETTER")
    assert 'id="problem-phone_letters"' in page
    assert 'id="problem-email_invalid"' not in page
    assert "with “Phone LETTER”" in page
    assert 'id="keys"' not in page


def test_a_search_that_finds_nothing_says_so_and_shows_the_way_back(vera):
    page = help_page(vera, "?q=rhinoceros")
    assert "Nothing matches “rhinoceros”" in page
    assert 'href="/help/"' in page


def test_a_search_is_text_and_no_markup(vera):
    assert "<b>x" not in help_page(vera, "?q=%3Cb%3Ex")


def links(page):
    """The places of the help page to which a page leads."""
    return set(re.findall(r'href="/help/#([^"]+)"', page))


def test_problems_lead_to_their_entries(ines, acme):
    lead_import = story.reviewed(acme, ines.user)
    for step in ("review", "rows"):
        page = story.text(ines.get(f"/imports/{lead_import.pk}/{step}/"))
        assert {"problem-email_invalid", "problem-phone_letters"} <= links(page), step
        assert links(page) <= contents.anchors(), step


def test_a_file_that_could_not_be_used_leads_to_why(ines, acme):
    lead_import = story.reviewed(acme, ines.user, content="Name,Phone\r\n")
    assert lead_import.state == ImportState.FAILED
    for step in ("file", "report"):
        page = story.text(ines.get(f"/imports/{lead_import.pk}/{step}/"))
        assert "file-empty" in links(page), step


@pytest.mark.parametrize(
    ("state", "question", "anchor"),
    [
        (ImportState.DECISION, questions.FAILURES, "question-failures"),
        (ImportState.PAUSED, "rights_lost", "question-rights_lost"),
        (ImportState.BLOCKED, "", "state-blocked"),
        (ImportState.DECISION, "of_a_later_release", "waits"),
    ],
)
def test_what_an_import_waits_for_leads_to_its_entry(ines, acme, state, question, anchor):
    lead_import = story.answered(acme, ines.user)
    Import.objects.update(state=state, question=question, reason="Why.", finished_at=None)
    page = story.text(ines.get(f"/imports/{lead_import.pk}/send/"))
    assert anchor in links(page)
    assert links(page) <= contents.anchors()


@pytest.mark.parametrize(
    ("reason", "is_sent", "anchor"),
    [
        ("conflict", True, "decision-conflict"),
        ("refused", False, "decision-never_sent"),
        ("of_a_later_release", True, "decision-other"),
    ],
)
def test_a_request_that_waits_for_a_person_leads_to_its_entry(ines, acme, reason, is_sent, anchor):
    lead_import = story.answered(acme, ines.user)
    Import.objects.update(state=ImportState.DECISION, question="batches", finished_at=None)
    sent = lead_import.started_at if is_sent else None
    story.a_batch(lead_import, [2], state=BatchState.DECISION, reason=reason, first_sent_at=sent)
    page = story.text(ines.get(f"/imports/{lead_import.pk}/send/"))
    assert anchor in links(page)
    assert Batch.objects.filter(state=BatchState.DECISION).exists()


def test_an_upload_that_is_refused_leads_to_why(ines, acme):
    for content, name, anchor in (
        ("", "empty.csv", "file-empty"),
        ("%PDF-1.7 ...", "leads.pdf", "file-is-a-pdf"),
    ):
        upload = {"customer": "acme", "file": story.a_file(content, name), "together": uuid.uuid4()}
        answer = ines.post("/imports/new/", upload)
        assert answer.status_code == 422
        assert anchor in links(story.text(answer)), name


def test_a_token_that_mega_refuses_leads_to_what_to_do(ines, acme):
    Token.objects.update(refused_at=timezone.now(), refusal="forbidden")
    page = story.text(ines.get(f"/imports/{story.reviewed(acme, ines.user).pk}/review/"))
    assert "token-forbidden" in links(page)


def test_results_of_the_report_and_answers_of_a_request_lead_to_their_entries(ines, acme):
    done = story.answered(acme, ines.user)
    report = story.text(ines.get(f"/imports/{done.pk}/report/"))
    assert {"result-failed", "result-invalid"} <= links(report)
    batch = done.batches.get()
    Batch.objects.update(body=zlib.compress(b'{"leads": []}'))
    Attempt.objects.update(conclusion="refused")
    request = story.text(ines.get(f"/imports/{done.pk}/requests/{batch.pk}/"))
    assert "answer-refused" in links(request)


def test_a_file_of_columns_without_a_contact_leads_to_what_is_needed(ines, acme):
    lead_import = story.reviewed(acme, ines.user, content="Colour,Size\r\nred,4\r\n")
    page = story.text(ines.get(f"/imports/{lead_import.pk}/columns/"))
    assert "question-columns" in links(page)


def test_review_and_report_say_that_mega_starts_nothing(ines, acme):
    assert "no automation" in NO_AUTOMATION
    waiting, done = story.reviewed(acme, ines.user), story.answered(acme, ines.user)
    for address in (f"/imports/{waiting.pk}/review/", f"/imports/{done.pk}/report/"):
        assert NO_AUTOMATION in story.text(ines.get(address)), address


def test_the_choices_are_explained_beside_them(ines, acme):
    page = story.text(ines.get(f"/imports/{story.reviewed(acme, ines.user).pk}/review/"))
    for name in ("on_duplicate", "matching", "dry_run", "quota", "first_request", "held"):
        assert page.count(f'popovertarget="explain-{name}"') == 1, name
        assert page.count(f'id="explain-{name}"') == 1, name
        assert EXPLANATIONS[name].question in page, name
        assert f'href="/help/#about-{name}"' in page, name


def test_turns_are_explained_where_they_are_chosen(ines, acme):
    lead_import = story.answered(acme, ines.user)
    Import.objects.update(state=ImportState.SENDING, finished_at=None)
    page = story.text(ines.get(f"/imports/{lead_import.pk}/send/"))
    assert 'popovertarget="explain-priority"' in page
