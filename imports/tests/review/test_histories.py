"""The guard on a generated history: what `python -m bench guard` measures, of a smaller agency."""

import pytest

from imports.tests.review import played

pytestmark = pytest.mark.django_db


@pytest.mark.timeout(300)  # 200 looks, on a machine that may be busy
def test_ordinary_files_are_hardly_ever_asked_about_and_mixed_up_ones_nearly_always():
    ordinary, swapped = played.play(clients=20, seed=5, months=8)

    assert ordinary.files.total() > 60
    assert ordinary.percent <= 2
    assert swapped.percent >= 95
