"""What a script may say about fields that an update overwrites; without it everything is sent."""

import pytest

from imports.errors import BadInput
from imports.management import overwrite_options
from imports.models import Unforeseen

NOTHING = {"only_new": None, "never": "", "unforeseen": None}


def read(**said):
    found = overwrite_options.read(NOTHING | said)
    return found["only_new"], found["never"], found["unforeseen"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, (None, [], Unforeseen.OVERWRITE)),
        ({"unforeseen": "leave_out"}, (None, [], Unforeseen.LEAVE_OUT)),
        ({"only_new": "owner_id, stage_slug"}, (["owner_id", "stage_slug"], [], "")),
        ({"only_new": ""}, ([], [], "")),
        (
            {"never": "custom_fields.budget", "only_new": "owner_id", "unforeseen": "overwrite"},
            (["owner_id"], ["custom_fields.budget"], Unforeseen.OVERWRITE),
        ),
    ],
)
def test_nothing_is_left_out_or_asked_unless_it_was_said(said, expected):
    assert read(**said) == expected


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"only_new": "owner"}, "--only-new: there is no field “owner”. Fields are contact_name"),
        ({"never": "first_name"}, "--never: there is no field “first_name”"),
        ({"never": "contact_email"}, "MEGA finds leads by contact_email, so it always goes"),
    ],
)
def test_a_field_that_cannot_have_a_rule_is_named(said, sentence):
    with pytest.raises(BadInput) as refused:
        read(**said)
    assert sentence in refused.value.sentence
