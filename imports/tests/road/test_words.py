"""The words of a customer's CRM, learnt by real workers from leads and from refusals."""

import pytest

from imports.columns import derive
from imports.mega.sandbox.accounts import OWNERS
from imports.models import Vocabulary, Word
from imports.tests.road.engine import wait_for, wait_until

pytestmark = pytest.mark.road
ADA = next(iter(OWNERS))


def words_of(client, **asked):
    return Word.objects.filter(vocabulary__customer=client.customer, **asked)


def test_the_second_file_knows_the_owner_and_warns_of_the_stage_that_mega_refused(client_of, sheet):
    ines = client_of()
    plan = {"columns": {"Stage": "stage_slug", "Owner": "owner_id"}}
    stages = sheet(3, Stage=lambda n: "vip" if n == 3 else "won", Owner=lambda n: ADA)
    wait_for(ines.send(stages, mapping=plan))
    wait_until(lambda: words_of(ines, word="vip"), "the lesson to be learnt")
    assert words_of(ines, word="vip").get().refused_rows == 1
    account = Vocabulary.objects.get(customer=ines.customer)
    Vocabulary.objects.filter(pk=account.pk).update(read_at=None)  # it may have been read before

    ines.review(sheet(1, start=10, name="b.csv"))
    wait_until(lambda: words_of(ines, word=ADA, name="Ada Brook"), "the leads to be read")
    third = ines.review(
        sheet(2, start=20, name="c.csv", Stage=lambda n: "vip", Owner=lambda n: '"Brook, Ada"')
    )

    columns = {one.header: one for one in derive.mapping_of(third).columns}
    assert columns["Owner"].values == {"Brook, Ada": ADA}
    leads = list(third.leads.values_list("body", "problems"))
    assert [body["owner_id"] for body, _ in leads] == [ADA, ADA]
    assert [[one["c"] for one in found] for _, found in leads] == [["stage_refused"]] * 2
    assert ines.complaints() == []
