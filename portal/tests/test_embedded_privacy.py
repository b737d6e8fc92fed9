"""Nobody else on the machine reaches the embedded servers or reads their secrets."""

import os
import socket
import stat
import subprocess
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest
import redis

from portal.embedded import account, programs, record
from portal.tests.running_servers import Servers, open_folder, remove

ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not ROOT, reason="only root can act as another user")
STRANGERS = (65_534, 54_321)  # nobody, and somebody


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    data_dir = open_folder(tmp_path_factory.mktemp("portal")) / "var"
    running = Servers(data_dir).wait_until_ready()
    yield running
    running.clean_up()
    remove(data_dir)


def as_stranger(uid, shell):
    """Run a line of shell as another user of the machine; its exit status and what it said."""
    done = subprocess.run(
        ["/bin/sh", "-c", shell],
        user=uid,
        group=uid,
        extra_groups=[],
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_postgresql_listens_on_no_network(servers):
    assert servers.sql("SHOW listen_addresses") == [("",)]
    kinds = {connection.family for connection in servers.child("postgres").net_connections("all")}
    assert kinds <= {socket.AF_UNIX}


def test_valkey_listens_on_loopback_only(servers):
    listening = [
        connection.laddr.ip
        for connection in servers.child("valkey").net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert listening == ["127.0.0.1"]


def test_postgresql_asks_for_the_password_even_of_its_own_account(servers):
    url = servers.database_url
    password = urlsplit(url).password
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(url.replace(f":{password}@", "@"))
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(password, "guess"))
    with pytest.raises(psycopg.OperationalError, match=r"authentication failed|no password"):
        psycopg.connect(url, user="postgres")


def test_valkey_asks_for_the_password(servers):
    port = urlsplit(servers.redis_url).port
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=port).ping()
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=port, password="guess").llen("delivery")


@as_root
@pytest.mark.parametrize("uid", STRANGERS)
def test_another_user_cannot_come_to_the_socket_the_data_or_the_secrets(servers, uid):
    known = record.load(servers.data_dir)
    for path in (
        known.socket,
        known.place / "postgres" / "PG_VERSION",
        known.place / "valkey",
        known.data_dir / "secrets" / "portal_password",
        known.data_dir / "secrets" / "valkey_password",
        known.data_dir / "servers.json",
        known.data_dir / "servers.lock",
        known.data_dir / "logs" / "postgres.log",
    ):
        assert path.exists()
        status, said = as_stranger(uid, f"test -r '{path}' || ls '{path}' && cat '{path}'")
        assert status != 0, path
        assert "denied" in said, path


@as_root
@pytest.mark.parametrize("uid", STRANGERS)
def test_another_user_cannot_signal_or_look_into_the_servers(servers, uid):
    for child in servers.children:
        status, _ = as_stranger(uid, f"kill -0 {child.pid}")
        assert status != 0
        assert as_stranger(uid, f"cat /proc/{child.pid}/environ")[0] != 0


@as_root
def test_no_other_process_of_the_machine_shares_the_servers_account(servers):
    owners = {child.uids().real for child in servers.children}
    assert len(owners) == 1
    (owner,) = owners
    assert owner not in {0, *STRANGERS}
    with pytest.raises(KeyError):
        account.pwd.getpwuid(owner)


def test_no_password_stands_in_an_argument_or_environment(servers):
    known = record.load(servers.data_dir)
    passwords = [known.password(name) for name in ("postgres", "portal", "valkey")]
    for process in [*servers.children, psutil.Process(servers.process.pid)]:
        text = " ".join([*process.cmdline(), *process.environ().values()])
        assert not [password for password in passwords if password in text]


def test_files_of_the_servers_are_their_owners_only(servers):
    known = record.load(servers.data_dir)
    for folder in (known.place, known.socket_dir, known.data_dir / "secrets"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for file in (known.data_dir / "secrets").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


@as_root
def test_under_a_folder_that_only_root_enters_the_data_lies_elsewhere(tmp_path):
    data_dir = tmp_path / "checkout" / "var"
    data_dir.parent.mkdir(mode=0o700)
    running = Servers(data_dir).wait_until_ready()
    try:
        assert running.sql("SELECT 1") == [(1,)]
        place = record.load(data_dir).place
        assert not place.is_relative_to(data_dir)
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
        assert f"their data is in {place}" in running.stop()
        again = Servers(data_dir).wait_until_ready()
        assert record.load(data_dir).place == place
        assert again.stop() == ""
    finally:
        running.clean_up()
        remove(data_dir)
    assert not place.exists()


@as_root
def test_programs_that_the_account_cannot_read_are_copied_once(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(record, "STORES", [open_folder(tmp_path) / "store"])
    monkeypatch.setattr(programs, "_all_may_read", lambda *_: False)
    stranger = account.Account(60_999, 60_999)
    found = programs.programs_for(stranger)
    assert "copying the programs" in capsys.readouterr().err
    for program in (found.postgres, found.initdb, found.valkey):
        assert program.is_relative_to(tmp_path)
        status, said = as_stranger(stranger.uid, f"{program} --version")
        assert status == 0, said
    assert programs.programs_for(stranger) == found
    assert capsys.readouterr().err == ""


def test_a_machine_without_the_wheels_programs_gets_a_sentence(monkeypatch):
    monkeypatch.setattr(programs, "PG_VERSION", 99)
    with pytest.raises(programs.EmbeddedError, match="set DATABASE_URL and REDIS_URL"):
        programs.programs_for(account.Account())
