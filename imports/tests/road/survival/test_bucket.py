"""Web and workers on different machines: all that they share is database, broker and a bucket."""

import pytest
from django.conf import settings as configured
from django.utils import timezone

from imports.errors import BadInput
from imports.models import Import, ImportState
from imports.tests.road.engine import wait_for, wait_until
from imports.tests.road.survival.own import is_ready, judge
from portal.tests.bucket import Bucket

pytestmark = pytest.mark.road


@pytest.fixture
def bucket():
    made = Bucket()
    yield made
    made.stop()


@pytest.fixture
def machines(engine, bucket, settings, tmp_path):
    """This process is the web; the worker that reads has a data folder of its own, and nothing of
    what the web would keep on its disk."""
    settings.STORAGES = bucket.storages()
    settings.MEDIA_ROOT = tmp_path / "web"
    elsewhere = tmp_path / "elsewhere"
    engine.have(intake=0)
    keys = {"SECRET_KEY": configured.SECRET_KEY, "TOKEN_KEYS": ",".join(configured.TOKEN_KEYS)}
    worker = engine.start("intake", **bucket.environment(), **keys, DATA_DIR=str(elsewhere))
    wait_until(lambda: is_ready(worker), "the worker to be ready")
    yield elsewhere
    engine.kill("intake")


def files_below(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_goes_the_whole_road_from_one_machine_to_the_other(
    engine, client_of, sheet, bucket, machines, tmp_path
):
    ines = client_of()

    made = ines.send(sheet(30))

    judge(ines, made, 30)
    assert bucket.objects() == {f"portal/{made.file.name}": sheet(30).read_bytes()}
    assert not (tmp_path / "web").exists()
    assert files_below(machines / "uploads") == files_below(machines / "tmp") == []


def test_what_was_uploaded_before_the_store_went_down_is_read_when_it_is_back(
    engine, client_of, sheet, bucket, machines
):
    ines = client_of()
    path = sheet(30)
    bucket.stop()
    try:
        with pytest.raises(BadInput, match="Nothing was kept"):
            ines.upload(path)
        bucket.start()
        engine.freeze("intake")
        made = ines.upload(path)
        bucket.stop()
        engine.thaw("intake")

        def waits():
            made.refresh_from_db()
            return made.state == ImportState.UPLOADED and made.reason

        assert "does not answer" in wait_until(waits, "the reader to say why it waits")
    finally:
        bucket.start()
    Import.objects.filter(pk=made.pk).update(work_until=timezone.now())  # half a minute later
    wait_for(made, (ImportState.REVIEW,))
    ines.hand_over(made)
    judge(ines, made, 30)
