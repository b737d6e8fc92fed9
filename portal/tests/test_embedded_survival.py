"""What happened to the servers of one machine, and how the next start copes."""

import os
import signal
import subprocess
import sys

import psutil
import pytest

from portal.embedded import record
from portal.tests.running_servers import MODULE, Servers, gone, open_folder, remove, until

# As on a system whose kernel does not end children with their parent.
WITHOUT_PDEATHSIG = [
    sys.executable,
    "-c",
    """
from portal.embedded import child
child.die_with_parent = lambda signal: None
from portal.embedded.__main__ import main
main()
""",
]


@pytest.fixture
def data_dir(tmp_path):
    folder = open_folder(tmp_path) / "var"
    yield folder
    remove(folder)


@pytest.fixture
def start(data_dir):
    started = []

    def starter(argv=MODULE):
        started.append(Servers(data_dir, argv=argv))
        return started[-1].wait_until_ready()

    yield starter
    for servers in started:
        servers.clean_up()


def test_kill_9_leaves_no_orphan_and_the_next_start_has_the_data(start):
    first = start()
    first.sql("CREATE TABLE kept AS SELECT 7 AS number")
    first.kill()
    assert gone(first.children)
    assert start().sql("TABLE kept") == [(7,)]


def test_a_start_right_after_kill_9_need_not_wait(start):
    first = start()
    first.sql("CREATE TABLE kept AS SELECT 7 AS number")
    first.kill()
    second = start()
    assert second.sql("TABLE kept") == [(7,)]
    assert gone(first.children)


def test_orphans_where_the_kernel_does_not_help_are_ended_by_the_next_start(start):
    first = start(WITHOUT_PDEATHSIG)
    first.sql("CREATE TABLE kept AS SELECT 7 AS number")
    first.kill()
    assert not gone(first.children, within=0.5)
    second = start()
    assert gone(first.children)
    assert second.sql("TABLE kept") == [(7,)]
    assert second.broker().ping()


def test_a_pid_file_that_now_names_an_unrelated_process_is_ignored(start, data_dir):
    start().stop()
    bystander = subprocess.Popen(["sleep", "60"])
    known = record.load(data_dir)
    pid_file = known.place / "postgres" / "postmaster.pid"
    pid_file.write_text(f"{bystander.pid}\n{pid_file.parent}\n1700000000\n5432\n\n\n")
    lock = known.socket.with_name(f"{known.socket.name}.lock")
    lock.write_text(f"{bystander.pid}\n{pid_file.parent}\n1700000000\n5432\n\n\n")
    try:
        assert start().sql("SELECT 1") == [(1,)]
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_server_that_falls_is_started_again(start):
    servers = start()
    servers.sql("CREATE TABLE kept AS SELECT 7 AS number")
    servers.broker().set("nudge", "once")
    for child in servers.children:
        child.send_signal(signal.SIGKILL)
    assert gone(servers.children)
    assert until(lambda: servers.sql("TABLE kept") == [(7,)])
    assert until(lambda: servers.broker().ping())
    said = servers.stop()
    assert "PostgreSQL ended with status -9; starting it again." in said
    assert "Valkey ended with status -9; starting it again." in said


def test_a_queue_torn_by_a_crash_is_set_aside(start, data_dir):
    first = start()
    first.broker().set("nudge", "once")
    first.stop()
    folder = record.load(data_dir).place / "valkey"
    for file in folder.rglob("*.manifest"):
        file.write_text("nonsense\n")
    second = start()
    assert second.broker().get("nudge") is None
    assert list(folder.parent.glob("valkey.refused-*"))


def test_a_cluster_that_was_never_finished_is_made_anew(start, data_dir):
    half = record.load(data_dir).place / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert start().sql("SELECT 1") == [(1,)]
    assert not half.exists()


def test_ctrl_c_stops_in_order_and_a_second_one_hurries(start):
    servers = start()
    valkey = servers.child("valkey")
    valkey.suspend()  # does not take part in a clean stop
    servers.process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        servers.process.wait(timeout=0.5)
    servers.process.send_signal(signal.SIGINT)
    assert servers.process.wait(timeout=5) == 0
    assert gone(servers.children)


def test_pytest_killed_leaves_neither_servers_nor_their_folder(tmp_path):
    script = (
        "import os, sys\nfrom portal.tests import engines\nengines.prepare_environment()\n"
        "print(os.environ['DATA_DIR'], flush=True)\n"
        "sys.stdin.read()"
    )
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "REDIS_URL", "PYTEST_XDIST_WORKER"}
    }
    with subprocess.Popen(
        [sys.executable, "-c", script],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as pytest_like:
        folder = pytest_like.stdout.readline().strip()
        family = psutil.Process(pytest_like.pid).children(recursive=True)
        assert len(family) > 2
        pytest_like.kill()
    assert gone(family, within=20)
    assert until(lambda: not os.path.exists(folder))  # noqa: PTH110
