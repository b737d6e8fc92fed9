"""After each import the portal knows which words MEGA took, and which it refused or ignored."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from imports.delivery import finish, lessons, words
from imports.intake.upload import Wishes
from imports.mega.sandbox.accounts import OWNERS
from imports.models import Import, ImportState, Lesson, Vocabulary, Word
from imports.tests.pages import story
from imports.tests.thawed import thawed
from imports.tests.vocabulary.sent import CREATED, ended, ignoring, learnt, refused

pytestmark = pytest.mark.django_db
ADA, BEN, _CLEO = OWNERS
STAGES = "Email,Stage\r\na@example.com,new\r\nb@example.com,vip\r\nc@example.com,vip\r\n"
OWNED = f"Email,Owner\r\na@example.com,{ADA}\r\nb@example.com,{BEN}\r\n"
BUDGETS = (
    "Email,custom_fields.budget,custom_fields.colour\r\na@example.com,5,red\r\nb@example.com,7,\r\n"
)
NO_STAGE = refused("stage_slug: 'vip' is not a stage of this customer's pipeline")
NO_OWNER = refused("owner_id: is not one of this customer's team members")


def word(kind, of):
    return Word.objects.get(kind=kind, word=of)


def test_a_stage_that_mega_refuses_is_known_with_the_import_and_its_rows(acme):
    made = learnt(acme, STAGES, [CREATED, NO_STAGE, NO_STAGE])

    vip = word("stage", "vip")
    assert (vip.is_refused, vip.refused_in, vip.refused_rows) == (True, made, 2)
    new = word("stage", "new")
    assert (new.is_known, new.accepted_in) == (True, made)
    assert not Lesson.objects.exists()


def test_an_owner_whom_mega_refuses_is_known(acme):
    learnt(acme, OWNED, [CREATED, NO_OWNER])
    assert word("owner", ADA).is_known
    assert word("owner", BEN).is_refused


def test_an_ignored_custom_field_is_known_with_its_rows(acme):
    learnt(acme, BUDGETS, [ignoring("colour"), CREATED])
    assert (word("field", "colour").is_refused, word("field", "colour").refused_rows) == (True, 1)
    assert word("field", "budget").is_known


@pytest.mark.parametrize(
    ("head", "rows", "how"),
    [
        pytest.param(
            "Email,Paint", ["a@example.com,red / dark", "b@example.com,blue / light"],
            {"columns": {"Paint": {"split": {
                "by": "/", "fields": ["custom_fields.colour", "custom_fields.shade"]}}}},
            id="split",
        ),
        pytest.param(
            "Email", ["a@example.com; a@example.org", "b@example.com; b@example.org"],
            {"columns": {"Email": {"field": "contact_email", "others": "custom_fields.shade"}}},
            id="kept others",
        ),
        pytest.param(
            "Email,Light,Dark", ["a@example.com,1,2", "b@example.com,3,4"],
            {"columns": {"Light": None, "Dark": None},
             "joins": {"custom_fields.shade": "{Light} to {Dark}"}},
            id="join",
        ),
    ],
)  # fmt: skip
def test_an_ignored_custom_field_is_known_also_where_it_is_made_of_a_part_or_of_several_columns(
    acme, head, rows, how
):
    content = "\r\n".join([head, *rows, ""])
    made = learnt(acme, content, [ignoring("shade"), ignoring("shade")], wishes=Wishes(mapping=how))
    assert made.leads.filter(body__custom_fields__has_key="shade").count() == 2
    assert (word("field", "shade").is_refused, word("field", "shade").refused_rows) == (True, 2)


def test_a_stage_that_is_only_a_part_of_a_cell_is_known_as_refused(acme):
    split = {"by": "/", "fields": ["custom_fields.colour", "stage_slug"]}
    content = "Email,Told\r\na@example.com,red / new\r\nb@example.com,blue / vip\r\n"
    plan = Wishes(mapping={"columns": {"Told": {"split": split}}})
    learnt(acme, content, [CREATED, NO_STAGE], wishes=plan)
    assert (word("stage", "new").is_known, word("stage", "vip").is_refused) == (True, True)


def test_what_mega_names_as_unknown_only_for_the_whole_request_is_known_too(acme):
    learnt(acme, BUDGETS, [CREATED, CREATED], unknown=["colour", "never sent"])
    assert (word("field", "colour").is_refused, word("field", "colour").refused_rows) == (True, 0)
    assert set(Word.objects.values_list("word", flat=True)) == {"budget", "colour"}


def test_what_mega_takes_later_is_no_longer_refused(acme):
    learnt(acme, STAGES, [CREATED, NO_STAGE, NO_STAGE])
    learnt(acme, STAGES, [CREATED, CREATED, CREATED])
    assert word("stage", "vip").is_known


def test_what_mega_took_later_in_the_same_import_is_known(acme):
    learnt(acme, STAGES, [CREATED, NO_STAGE, CREATED])
    assert word("stage", "vip").is_known


def test_lessons_may_come_in_any_order(acme):
    early = ended(acme, STAGES, [CREATED, NO_STAGE, NO_STAGE])
    learnt(acme, STAGES, [CREATED, CREATED, CREATED])
    Lesson.objects.create(lead_import=early)
    lessons.learn(early.pk)
    assert word("stage", "vip").is_known


@pytest.mark.parametrize("error", ["contact_email: is blocked", "Something went wrong", ""])
def test_a_row_that_failed_for_another_reason_says_nothing_of_its_stage(acme, error):
    learnt(acme, STAGES, [CREATED, refused(error), refused(error)])
    assert not Word.objects.filter(word="vip").exists()


def test_the_words_belong_to_the_account_that_the_import_went_to(acme):
    made = ended(acme, STAGES, [CREATED, NO_STAGE])
    with thawed():
        Import.objects.filter(pk=made.pk).update(mega_id="00000000-0000-4000-8000-000000000009")
    Lesson.objects.create(lead_import=made)

    lessons.learn(made.pk)

    assert str(word("stage", "vip").vocabulary.mega_id).endswith("9")


def test_an_import_without_such_columns_teaches_nothing(acme):
    learnt(acme, "Email,Full name\r\na@example.com,Ana\r\n", [CREATED])
    assert not Word.objects.exists()


def test_a_column_of_names_that_was_taken_for_stages_leaves_none_of_them_behind(acme):
    known = Vocabulary.objects.create(customer=acme, mega_id=acme.mega_id)
    Word.objects.create(vocabulary=known, kind="stage", word="vip", read_at=timezone.now())
    cells = "".join(f"p{n}@example.com,Ana Souza {n}\r\n" for n in range(60))
    content = f"Email,Stage\r\n{cells}z@example.com,vip\r\n"
    plan = Wishes(mapping={"columns": {"Stage": "stage_slug"}})
    made = learnt(acme, content, [refused("stage: unknown")] * 61, wishes=plan)

    assert made.leads.filter(body__stage_slug="ana_souza_3").exists()
    assert [(one.word, one.is_refused) for one in Word.objects.all()] == [("vip", True)]


def test_a_few_refused_stages_are_kept_and_no_more_than_that_of_all_imports(acme, monkeypatch):
    monkeypatch.setattr(words, "MOST_REFUSED", 3)
    learnt(acme, "Email,Stage\r\na@example.com,old\r\n", [refused("stage: unknown")])
    cells = "".join(f"p{n}@example.com,s{n}\r\n" for n in range(3))
    learnt(acme, f"Email,Stage\r\n{cells}", [refused("stage: unknown")] * 3)
    assert {one.word for one in Word.objects.all()} == {"s0", "s1", "s2"}


def test_the_clock_writes_the_lesson_down_as_it_ends_an_import(acme):
    made = story.answered(acme)
    Import.objects.filter(pk=made.pk).update(state=ImportState.SENDING, finished_at=None)

    assert finish.finish_imports() == [made.pk]

    assert lessons.waiting() == [made.pk]


def test_a_lesson_is_learnt_by_one_worker_and_left_alone_after_three_deaths(acme):
    made = ended(acme, STAGES, [CREATED])
    Lesson.objects.create(lead_import=made)
    for _ in range(3):
        Lesson.objects.update(work_until=None)
        soon = timezone.now() + timedelta(minutes=1)  # a worker takes it, and dies
        Lesson.objects.update(tries=F("tries") + 1, work_until=soon)
        lessons.learn(made.pk)
        assert not Word.objects.exists()
    Lesson.objects.update(work_until=None)
    assert lessons.waiting() == []
