"""The PostgreSQL and Valkey of one machine: started, used, stopped, started again."""

import os
import shutil
import socket
import stat
import time

import environ
import psutil
import psycopg
import pytest
import redis

from portal import embedded
from portal.embedded import child, record
from portal.tests.running_servers import Servers, gone, open_folder, remove, until


@pytest.fixture
def data_dir(tmp_path):
    folder = open_folder(tmp_path) / "var"
    yield folder
    remove(folder)


@pytest.fixture
def start(data_dir):
    started = []

    def starter(folder=data_dir, *options):
        started.append(Servers(folder, *options))
        return started[-1]

    yield starter
    for servers in started:
        servers.clean_up()


def test_one_command_brings_both_servers_and_says_where_they_are(start, data_dir):
    servers = start().wait_until_ready()
    assert servers.sql("SHOW server_version_num")[0][0].startswith("18")
    assert servers.sql("SELECT current_user, current_database()") == [("portal", "portal")]
    assert servers.broker().ping()
    assert servers.database_url == embedded.database_url(data_dir)
    assert servers.redis_url == embedded.redis_url(data_dir)
    assert embedded.running(data_dir)


def test_sigterm_stops_both_and_nothing_is_left(start, data_dir):
    servers = start().wait_until_ready()
    assert servers.stop() == ""
    assert servers.process.returncode == 0
    assert gone(servers.children)
    assert not embedded.running(data_dir)
    assert "make run" in embedded.why_not_running(data_dir)


def test_valkey_stops_before_postgresql(start):
    servers = start().wait_until_ready()
    valkey, postgres = servers.child("valkey"), servers.child("postgres")
    valkey.suspend()
    servers.process.terminate()
    time.sleep(0.3)
    assert postgres.is_running()
    assert servers.sql("SELECT 1") == [(1,)]
    valkey.resume()
    assert gone([valkey, postgres])


def test_data_is_there_at_the_next_start_which_is_quick(start):
    first = start().wait_until_ready()
    first.sql("CREATE TABLE kept (fact text)")
    first.sql("INSERT INTO kept VALUES ('Zoë ☂')")
    first.broker().set("nudge", "once")
    time.sleep(0)
    first.stop()
    began = time.monotonic()
    second = start().wait_until_ready()
    assert time.monotonic() - began < 3
    assert second.line == first.line
    assert second.sql("SELECT fact FROM kept") == [("Zoë ☂",)]
    assert second.broker().get("nudge") == "once"


def test_the_address_says_the_same_to_django_to_libpq_and_before_the_start(data_dir):
    url = embedded.database_url(data_dir)
    known = record.load(data_dir)
    settings = environ.Env.db_url_config(url)
    assert settings["HOST"] == str(known.socket_dir)
    assert (settings["NAME"], settings["USER"], settings["PORT"]) == ("portal", "portal", 5432)
    libpq = psycopg.conninfo.conninfo_to_dict(url)
    assert (libpq["host"], libpq["dbname"]) == (str(known.socket_dir), "portal")
    assert libpq["password"] == settings["PASSWORD"] == known.password("portal")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_the_portals_role_owns_its_database_and_is_no_superuser(start):
    servers = start().wait_until_ready()
    role = "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    assert servers.sql(role) == [(False, True)]
    locale = "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) FROM pg_database"
    assert servers.sql(f"{locale} WHERE datname = 'portal'") == [("b", "C.UTF-8", "UTF8")]
    assert servers.sql("SHOW max_connections") == [("200",)]


def test_a_second_start_reports_the_same_and_takes_over_when_the_first_ends(start):
    first = start().wait_until_ready()
    second = start().wait_until_ready()
    assert second.line == first.line
    assert second.children == []
    first.stop()
    assert until(lambda: second.sql("SELECT 1") == [(1,)] and second.broker().ping())
    assert "waiting beside it" in second.stop()


def test_a_second_start_leaves_the_servers_alone_when_it_ends(start):
    first = start().wait_until_ready()
    start().wait_until_ready().stop()
    assert first.sql("SELECT 1") == [(1,)]
    assert first.broker().ping()


def test_two_data_folders_run_side_by_side(start, data_dir):
    other = data_dir.with_name("other")
    ours, theirs = start().wait_until_ready(), start(other).wait_until_ready()
    ours.broker().set("whose", "ours")
    assert theirs.broker().get("whose") is None
    ours.sql("CREATE TABLE ours ()")
    with pytest.raises(psycopg.errors.UndefinedTable):
        theirs.sql("TABLE ours")
    theirs.stop()
    remove(other)
    assert ours.sql("SELECT 1") == [(1,)]


@pytest.mark.parametrize("name", ["a folder, with \"quotes\", 100 % + 'odd'", "long/" * 50])
def test_a_long_or_odd_path_is_served_through_a_short_socket(start, data_dir, name):
    folder = data_dir / name
    servers = start(folder).wait_until_ready()
    assert servers.sql("SELECT 1") == [(1,)]
    assert servers.broker().ping()
    known = record.load(folder)
    assert len(os.fsencode(known.socket)) < 104
    assert stat.S_IMODE(known.socket_dir.stat().st_mode) == 0o700
    servers.stop()
    assert not known.socket_dir.exists() or known.socket_dir.is_relative_to(known.place)
    remove(folder)


def test_a_port_that_a_stranger_took_is_replaced(start, data_dir):
    before = record.load(data_dir).port
    with socket.create_server(("127.0.0.1", before)):
        servers = start().wait_until_ready()
        assert servers.broker().ping()
    assert record.load(data_dir).port != before
    assert embedded.redis_url(data_dir) == servers.redis_url


def test_a_copied_data_folder_gets_addresses_of_its_own(start, data_dir):
    first = start().wait_until_ready()
    copy = data_dir.with_name("copy")
    copy.mkdir(mode=0o711)
    for name in ("servers.json", "secrets"):
        source = data_dir / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, copy / name)
    second = start(copy).wait_until_ready()
    assert second.redis_url != first.redis_url
    assert second.database_url != first.database_url
    second.stop()
    remove(copy)


def test_a_data_folder_that_cannot_be_used_is_one_sentence(start, data_dir):
    data_dir.write_text("a file")
    servers = start()
    _, said = servers.process.communicate(timeout=20)
    assert servers.process.returncode == 1
    assert said.startswith(f"The data folder {data_dir} cannot be used")
    assert said.count("\n") == 1


def test_a_temporary_data_folder_is_removed_at_the_end(start, data_dir):
    servers = start(data_dir, "--temporary").wait_until_ready()
    place = record.load(data_dir).place
    servers.stop()
    assert not data_dir.exists()
    assert not place.exists()


def test_the_logs_hold_no_rows(start, data_dir):
    servers = start().wait_until_ready()
    servers.sql("CREATE TABLE people (email text PRIMARY KEY)")
    servers.sql("INSERT INTO people VALUES ('ada@example.org')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        servers.sql("INSERT INTO people VALUES ('ada@example.org')")
    servers.stop()
    log = (data_dir / "logs" / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "ada@" not in log


def test_the_tests_themselves_run_on_servers_of_their_own():
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        assert connection.info.server_version >= 150000
    assert redis.Redis.from_url(os.environ["REDIS_URL"]).ping()


def test_leftovers_are_only_what_works_in_the_folder(tmp_path):
    before = {process.pid for process in psutil.process_iter()}
    child.end_leftovers(tmp_path, [])
    assert os.getpid() in before
