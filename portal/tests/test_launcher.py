"""`make run`: everything starts, is watched, and stops in order; the parts here are small ones."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from portal import logfiles
from portal.launcher import plan
from portal.ports import Ports
from portal.processes import LaunchError
from portal.tests.running_servers import CHECKOUT, gone, open_folder, remove, until

PART = """
import os, signal, socket, sys, time
name, port = sys.argv[1], sys.argv[2:]
def note(what):
    with open("notes", "a") as file:
        file.write(f"{name} {what}\\n")
def stop(*_):
    note("stops")
    if os.path.exists(f"{name}.hangs"):
        return
    time.sleep(0.1)
    note("stopped")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
note(f"starts with HOST={os.environ['HOST']} MEGA_BASE_URL={os.environ['MEGA_BASE_URL']}")
print(f"{name} says hello")
print(f"[warning  ] {name} is worried")
if os.path.exists(f"{name}.falls"):
    sys.exit(7)
listener = socket.create_server(("127.0.0.1", int(port[0]))) if port else None
while True:
    if listener is None:
        signal.pause()
    else:
        guest, _ = listener.accept()
        guest.recv(1000)
        words = open("lacking").read() if os.path.exists("lacking") else ""
        status = "503 Service Unavailable" if words else "200 OK"
        head = f"HTTP/1.1 {status}\\r\\nContent-Length: {len(words)}\\r\\n\\r\\n"
        guest.sendall((head + words).encode())
        guest.close()
"""

MANAGE = """
import sys
import os, pathlib, time
if sys.argv[1] == "migrate":
    if os.path.exists("slow"):
        pathlib.Path("migrating").touch()
        time.sleep(60)
    sys.exit("no such table" if __import__("os").path.exists("broken") else 0)
print("Sign in as demo@example.org. Samples: var/samples")
"""

PROCFILE = """
web: python part.py web $PORT
delivery: python part.py delivery
intake: python part.py intake
clock: python part.py clock
sandbox: python part.py sandbox ${SANDBOX_PORT:-8001}
"""

DRIVER = """
import sys
from pathlib import Path
from portal import launcher
from portal.launcher import launch, plan
from portal.processes import LaunchError
launcher.UP_WITHIN = float(sys.argv[1])
def say(line):
    print(line, flush=True)
try:
    launch(plan(Path.cwd(), Path("var").resolve(), say), say)
except LaunchError as error:
    sys.exit(str(error))
"""


class Portal:
    """A launcher of small parts in a folder of its own."""

    def __init__(self, folder, up_within=60, **environment):
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, str(up_within)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT), "MEGA_BASE_URL": "", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
        )
        self.said = []

    def wait_until_up(self):
        for line in self.process.stdout:
            self.said.append(line.rstrip("\n"))
            if "Ctrl-C stops it." in line:
                break
        self.family = psutil.Process(self.process.pid).children(recursive=True)
        return self

    def part(self, name):
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if f"part.py {name}" in " ".join(child.cmdline()))

    def notes(self):
        return (self.folder / "notes").read_text().splitlines()

    def finish(self, within=30):
        out, err = self.process.communicate(timeout=within)
        self.said += out.splitlines()
        return err


@pytest.fixture
def folder(tmp_path):
    open_folder(tmp_path)
    for name, text in {"part.py": PART, "manage.py": MANAGE, "Procfile": PROCFILE}.items():
        (tmp_path / name).write_text(text)
    yield tmp_path
    remove(tmp_path / "var")


@pytest.fixture
def start(folder):
    started = []

    def starter(**wishes):
        started.append(Portal(folder, **wishes))
        return started[-1]

    yield starter
    for portal in started:
        if portal.process.poll() is None:
            portal.process.kill()
        portal.process.communicate()


def test_it_says_where_the_portal_is_and_who_may_sign_in(start):
    portal = start().wait_until_up()
    address = next(line for line in portal.said if line.startswith("The portal is at "))
    with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2]))):
        pass
    assert "Sign in as demo@example.org. Samples: var/samples" in portal.said
    assert portal.said[-1] == "Ctrl-C stops it."


def test_the_sandboxs_page_and_the_logs_are_named(start, folder):
    portal = start(SANDBOX_PORT="18735").wait_until_up()
    key = (folder / "var/secrets/sandbox_key").read_text()
    page = f"http://127.0.0.1:18735/?key={key}"
    assert f"MEGA is played by the sandbox: {page} shows the leads that arrive" in portal.said
    assert f"Logs: {folder / 'var/logs'}" in portal.said


def test_the_sandboxs_page_is_opened_with_a_key_of_ones_own(start):
    portal = start(SANDBOX_PORT="18745", SANDBOX_KEY="chosen-by-myself").wait_until_up()
    assert any("http://127.0.0.1:18745/?key=chosen-by-myself shows" in line for line in portal.said)


def test_what_the_parts_say_is_in_files_and_only_warnings_are_on_the_terminal(start, folder):
    portal = start().wait_until_up()
    portal.process.terminate()
    assert portal.finish() == ""
    log = folder / "var" / "logs" / "web.log"
    assert log.read_text() == "web says hello\n[warning  ] web is worried\n"
    assert (log.parent.stat().st_mode & 0o777, log.stat().st_mode & 0o777) == (0o700, 0o600)
    assert any(line.endswith("web      | [warning  ] web is worried") for line in portal.said)
    assert not any("hello" in line for line in portal.said)


def test_the_logs_of_the_run_before_are_kept_once(start, folder):
    for _ in range(3):
        portal = start().wait_until_up()
        portal.process.terminate()
        portal.finish()
    logs = folder / "var" / "logs"
    assert (logs / "clock.log").read_text().count("hello") == 1
    assert (logs / "clock.old.log").read_text().count("hello") == 1


def test_a_log_that_has_grown_large_begins_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(logfiles, "LARGEST", 100)
    log = logfiles.LogFile(tmp_path / "logs", "web")
    for number in range(30):
        log.write(b"line %02d" % number)
    log.close()
    old, new = (tmp_path / "logs" / name for name in ("web.old.log", "web.log"))
    assert old.stat().st_size <= 100
    assert new.read_bytes().endswith(b"line 28\nline 29\n")
    assert log.tail(2) == "    line 28\n    line 29"


def test_what_is_not_ready_in_time_is_named_with_the_end_of_its_log(start, folder):
    (folder / "lacking").write_text("clock: has never run: start `manage.py clock`\n")
    portal = start(up_within=3)
    said = portal.finish()
    assert portal.process.returncode == 1
    assert "Not ready within 3 seconds: clock has never run: start `manage.py clock`." in said
    assert f"The end of {folder / 'var/logs/clock.log'}:\n    clock says hello\n" in said
    assert "Ctrl-C stops it." not in portal.said
    assert "sandbox stopped" in portal.notes()


def test_the_parts_are_bound_to_loopback_and_send_to_the_sandbox(start):
    portal = start(HOST="0.0.0.0", SANDBOX_PORT="18733").wait_until_up()
    sandbox = [line for line in portal.notes() if line.startswith("sandbox starts")]
    assert sandbox == ["sandbox starts with HOST=127.0.0.1 MEGA_BASE_URL=http://127.0.0.1:18733"]


def test_a_mega_that_the_environment_names_is_kept(start):
    portal = start(MEGA_BASE_URL="https://mega.example").wait_until_up()
    assert "MEGA_BASE_URL=https://mega.example" in portal.notes()[0]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_stops_everything_in_order(start, number):
    portal = start().wait_until_up()
    portal.process.send_signal(number)
    assert portal.finish() == ""
    assert portal.process.returncode == 0
    ends = [line.split() for line in portal.notes() if "starts" not in line]
    assert next(name for name, what in ends if what == "stopped") == "web"
    assert ends.index(["web", "stopped"]) < ends.index(["delivery", "stops"])
    assert ends.index(["delivery", "stopped"]) < ends.index(["clock", "stops"])
    assert ends.index(["intake", "stopped"]) < ends.index(["clock", "stops"])
    assert ends.index(["clock", "stopped"]) < ends.index(["sandbox", "stops"])
    assert gone(portal.family)


def test_ctrl_c_while_the_database_is_prepared_stops_in_silence(start, folder):
    (folder / "slow").touch()
    portal = start()
    assert until((folder / "migrating").exists)
    family = psutil.Process(portal.process.pid).children(recursive=True)
    os.killpg(portal.process.pid, signal.SIGINT)
    assert portal.finish() == ""
    assert portal.process.returncode == 0
    assert gone(family)
    assert not (folder / "notes").exists()


def test_ctrl_c_while_the_servers_start_leaves_none_of_them(start, folder):
    portal = start(DATABASE_URL="", REDIS_URL="")
    assert until((folder / "var" / "servers.json").exists)
    family = psutil.Process(portal.process.pid).children(recursive=True)
    os.killpg(portal.process.pid, signal.SIGINT)
    assert portal.finish() == ""
    assert gone(family)


def test_a_second_ctrl_c_does_not_wait_for_a_worker_that_hangs(start, folder):
    (folder / "delivery.hangs").touch()
    portal = start().wait_until_up()
    portal.process.send_signal(signal.SIGINT)
    assert until(lambda: "delivery stops" in portal.notes())
    portal.process.send_signal(signal.SIGINT)
    portal.finish(within=10)
    assert "sandbox stopped" in portal.notes()
    assert gone(portal.family)


def test_kill_9_of_the_launcher_leaves_nothing(start):
    portal = start().wait_until_up()
    portal.process.kill()
    assert gone(portal.family)


def test_a_part_that_falls_is_started_again(start):
    portal = start().wait_until_up()
    portal.part("delivery").kill()
    assert until(lambda: len([n for n in portal.notes() if n.startswith("delivery starts")]) == 2)
    assert portal.part("delivery").is_running()
    portal.process.terminate()
    assert "delivery ended with status -9; starting it again." in portal.finish()


def test_a_part_that_falls_again_and_again_stops_everything_with_a_sentence(start, folder):
    (folder / "intake.falls").touch()
    portal = start()
    said = portal.finish()
    assert portal.process.returncode == 1
    assert "The process `intake` ended 6 times within 60 seconds, last with status 7" in said
    assert f"The end of its log, {folder / 'var/logs/intake.log'}:\n    intake says hello" in said
    assert "sandbox stopped" in portal.notes()


def test_a_failed_migration_is_a_sentence(start, folder):
    (folder / "broken").touch()
    portal = start()
    said = portal.finish()
    assert portal.process.returncode == 1
    assert "no such table" in said
    assert "`manage.py migrate --noinput --verbosity 0` failed with status 1" in said
    assert not (folder / "notes").exists()


def test_with_servers_of_its_own_they_stop_last_and_leave_nothing(start, folder):
    portal = start(DATABASE_URL="", REDIS_URL="").wait_until_up()
    assert {child.name() for child in portal.family} >= {"postgres", "valkey-server"}
    portal.process.terminate()
    assert portal.finish() == ""
    assert gone(portal.family)
    log = (folder / "var" / "logs" / "postgres.log").read_text()
    assert "database system is shut down" in log


def test_kill_9_with_servers_of_its_own_leaves_nothing(start):
    portal = start(DATABASE_URL="", REDIS_URL="").wait_until_up()
    portal.process.kill()
    assert gone(portal.family, within=20)


def test_a_port_that_is_taken_is_replaced_and_said():
    said = []
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = Ports(said.append).take(port)
    assert found > port
    assert said == [f"Port {port} is taken; using {found}."]


@pytest.mark.skipif(sys.platform != "linux", reason="claims are names that only Linux has")
def test_two_portals_that_start_together_take_different_ports():
    said = []
    first, second = Ports(print), Ports(said.append)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert first.take(port) == port
    found = second.take(port)
    assert found > port
    assert said == [f"Port {port} is taken; using {found}."]


def test_the_sandbox_moves_on_in_silence_when_the_portal_got_its_port():
    said = []
    with socket.create_server(("127.0.0.1", 0)) as taken:
        wanted = taken.getsockname()[1]
        ports = Ports(said.append)
        first = ports.take(wanted)
        assert ports.take(first) > first
    assert said == [f"Port {wanted} is taken; using {first}."]


def test_no_port_at_all_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("PORT", "65535")
    with (
        socket.create_server(("127.0.0.1", 65_535)),
        pytest.raises(LaunchError, match="set PORT and SANDBOX_PORT"),
    ):
        plan(tmp_path, tmp_path, print)


@pytest.mark.parametrize("port", ["web", "0", "65536", "-1", "8000.5"])
def test_a_port_that_is_none_is_a_sentence(tmp_path, monkeypatch, port):
    monkeypatch.setenv("PORT", port)
    with pytest.raises(LaunchError, match=f"PORT is “{port}”; it must be a port"):
        plan(tmp_path, tmp_path, print)


def test_containers_run_the_very_commands_of_the_procfile():
    lines = (CHECKOUT / "Procfile").read_text().splitlines()
    procfile = dict(line.split(": ", 1) for line in lines)
    assert list(procfile) == ["web", "delivery", "intake", "clock", "sandbox"]
    services = _commands(CHECKOUT / "docker-compose.yml")
    del procfile["sandbox"]
    assert {name: services[name] for name in procfile} == procfile


def test_containers_have_no_secret_by_default():
    text = (CHECKOUT / "docker-compose.yml").read_text()
    for name in ("SECRET_KEY", "SECRET_KEY_FILE", "TOKEN_KEYS", "TOKEN_KEYS_FILE"):
        assert f"    {name}:\n" in text
    for name in ("POSTGRES_PASSWORD", "VALKEY_PASSWORD"):
        assert f"${{{name}:?" in text
        assert f"${{{name}:-" not in text


def _commands(path: Path):
    """The one-line commands of a compose file's services, by service."""
    service, commands = "", {}
    for line in path.read_text().splitlines():
        if line.startswith("  ") and line[2] != " " and line.endswith(":"):
            service = line.strip(" :")
        elif line.startswith("    command: "):
            commands[service] = line.removeprefix("    command: ")
    return commands
