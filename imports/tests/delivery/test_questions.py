"""The words for what only a person may decide."""

from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from imports.delivery import bodies, questions
from imports.delivery.conclude import MAYBE_DONE, Code
from imports.models import Batch

DOCS = Path(settings.BASE_DIR) / "docs" / "decisions.md"


def batch(**fields):
    return Batch(**{"reason": "conflict", "first_sent_at": timezone.now()} | fields)


def test_every_way_to_a_persons_decision_has_its_own_words():
    maybe_done = {*MAYBE_DONE} - {Code.LOST}  # a lost worker leaves it unknown, not decided
    codes = {*maybe_done, Code.REFUSED, Code.TOO_LARGE}
    codes |= {"too_old", "name_only", "poison", "lost_often"}

    assert set(questions.CASES) == codes
    assert len({case.happened for case in questions.CASES.values()}) == len(codes)


@pytest.mark.parametrize(
    ("on_duplicate", "matchless", "says", "is_safe"),
    [
        ("update", False, questions.FORGOTTEN_UPDATE, True),
        ("skip", False, questions.FORGOTTEN_SKIP, False),
        ("update", True, questions.FORGOTTEN_NAMES, False),
        ("skip", True, questions.FORGOTTEN_NAMES, False),
    ],
)
def test_repeating_is_called_safe_only_where_nobody_can_be_doubled(
    on_duplicate, matchless, says, is_safe
):
    case = questions.explain(batch(matchless=matchless), on_duplicate)

    assert case.repeat.endswith(says)
    assert case.is_safe == is_safe


def test_an_unknown_reason_has_words_too():
    case = questions.explain(batch(reason="of a later release"), "update")
    assert case.happened == "The portal could not conclude what became of this request."


def test_what_never_arrived_is_said_to_be_so():
    assert questions.explain(batch(first_sent_at=None), "skip") == questions.NEVER_SENT


def test_a_lead_with_a_name_only_makes_its_request_matchless():
    named, known = {"contact_name": "Ann"}, {"contact_name": "Bo", "contact_phone": "2065550123"}
    assert bodies.is_matchless([known, named])
    assert not bodies.is_matchless([known, {"contact_email": "c@example.com"}])


def test_the_documents_say_the_same():
    told = " ".join(DOCS.read_text().split())
    sentences = [questions.CANCEL, *_texts(questions.NEVER_SENT)]
    for entry in (*questions.CASES.values(), *questions.QUESTIONS.values()):
        sentences += _texts(entry)
    sentences += [getattr(questions, f"FORGOTTEN_{what}") for what in ("NAMES", "UPDATE", "SKIP")]

    assert [one for one in sentences if one not in told] == []


def _texts(entry):
    values = (getattr(entry, name) for name in entry.__slots__ if name != "rows")
    return [value for value in values if isinstance(value, str)]
