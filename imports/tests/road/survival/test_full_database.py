"""The database's disk is full while a file is being read."""

import os
import subprocess
from contextlib import contextmanager

import pytest

from imports.models import ImportState, Row
from imports.tests.road.engine import wait_for
from imports.tests.road.survival.own import judge, superuser

pytestmark = [pytest.mark.road, pytest.mark.case(14)]


@pytest.fixture
def small_disk(tmp_path_factory, servers):
    """A folder on a disk of four megabytes, which the database's account owns."""
    folder = servers.data_dir / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "small", folder], check=False, capture_output=True
    )
    if mounted.returncode:
        folder.rmdir()
        pytest.skip("only root may mount a small disk")
    owner = servers.child("postgres").uids().real
    os.chown(folder, owner, -1)
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def rows_on(servers, folder):
    """Let the rows of imports lie in a folder."""
    with superuser(servers) as boss:
        boss.execute(f"CREATE TABLESPACE small LOCATION '{folder}'")
        boss.execute("TRUNCATE imports_row")
        boss.execute("ALTER TABLE imports_row SET TABLESPACE small")
        try:
            yield
        finally:
            boss.execute("TRUNCATE imports_row")
            boss.execute("ALTER TABLE imports_row SET TABLESPACE pg_default")
            boss.execute("DROP TABLESPACE small")


def test_a_file_for_which_the_database_has_no_room_is_told_so_and_the_next_try_works(
    engine, client_of, sheet, servers, small_disk
):
    engine.have()
    ines = client_of()
    path = sheet(20_000, Note=lambda n: f"{n} " + "word " * 60)
    with rows_on(servers, small_disk):
        full = wait_for(ines.upload(path), (ImportState.FAILED,))

        assert "The database has no room left" in full.reason
        assert (full.row_count, Row.objects.filter(lead_import=full).count()) == (0, 0)
        assert full.file.size == path.stat().st_size

        small = ines.send(sheet(30, name="small.csv"))
        judge(ines, small, 30)

    wait_for(ines.upload(path), (ImportState.REVIEW, ImportState.MAPPING))
