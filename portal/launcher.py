"""`manage.py run`: the whole portal on one machine, from an empty folder to a page to look at."""

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from environ import FileAwareEnv
from honcho.environ import parse_procfile

from portal.embedded.child import die_with_parent
from portal.generated import generated_secret
from portal.ports import TRIED, Ports
from portal.processes import LaunchError, Processes
from portal.readiness import lacking
from portal.stopping import Stopped, Wish

# Who stops together, and how many seconds each may take: a delivery worker ends its requests.
STOP_ORDER = ((("web",), 25.0), (("delivery", "intake"), 75.0), (("clock",), 10.0))
STOP_LAST = (("sandbox",), 10.0)
UP_WITHIN = 60.0  # seconds
ASK_EVERY = 0.25  # seconds
Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What is to be run and where."""

    folder: Path  # of the checkout
    data_dir: Path
    environment: dict[str, str]
    ports: Ports  # held until the end
    embedded: bool  # with servers of our own

    @property
    def address(self) -> str:
        """Where the portal will be."""
        return f"http://127.0.0.1:{self.environment['PORT']}"

    @property
    def sandbox(self) -> str:
        """Where the stand-in of the MEGA API will be."""
        return f"http://127.0.0.1:{self.environment['SANDBOX_PORT']}"

    @property
    def logs(self) -> Path:
        """Where everything goes that the processes say."""
        return self.data_dir / "logs"


def plan(folder: Path, data_dir: Path, say: Say) -> Plan:
    """Choose the ports and the environment of all processes, from our own environment."""
    environment = dict(os.environ)
    ports = Ports(say)
    port, sandbox = _port(ports, "PORT", 8000), _port(ports, "SANDBOX_PORT", 8001)
    programs = Path(sys.executable).parent
    environment |= {
        "DATA_DIR": str(data_dir),
        "HOST": "127.0.0.1",  # the demo's login is known to everybody
        "PORT": str(port),
        "SANDBOX_PORT": str(sandbox),
        "MEGA_BASE_URL": environment.get("MEGA_BASE_URL") or f"http://127.0.0.1:{sandbox}",
        "PATH": f"{programs}{os.pathsep}{environment.get('PATH', os.defpath)}",
        "PYTHONUNBUFFERED": "1",
    }
    embedded = not (environment.get("DATABASE_URL") and environment.get("REDIS_URL"))
    return Plan(folder, data_dir, environment, ports, embedded)


def _port(ports: Ports, name: str, usual: int) -> int:
    """Take the port that the environment names, or the next free one."""
    text = os.environ.get(name) or str(usual)
    wanted = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= wanted <= 65_535:
        raise LaunchError(f"{name} is “{text}”; it must be a port, a number from 1 to 65535.")
    port = ports.take(wanted)
    if port is None:
        raise LaunchError(
            f"No port from {wanted} to {wanted + TRIED - 1} is free; set PORT and SANDBOX_PORT to "
            f"others."
        )
    return port


def launch(what: Plan, say: Say) -> None:
    """Run the portal until SIGTERM, SIGINT or SIGHUP; a second one hurries.

    1. PostgreSQL and Valkey, unless the environment names others.
    2. Migrations.
    3. The processes of the Procfile, started again when they fall; the demo if there is none.
    4. The address, the login and the samples, last and only when all is ready.
    5. At the end web, workers, clock, sandbox, broker and PostgreSQL stop, in this order.

    Raises LaunchError with a sentence.
    """
    wish = Wish()
    wish.listen()
    wish.starting = True
    servers: subprocess.Popen[str] | None = None
    processes: Processes | None = None
    try:
        if what.embedded:
            say("Starting PostgreSQL and Valkey.")
            servers = _start_servers(what)
            _await_servers(what, servers)
        say("Preparing the database.")
        _manage(what, "migrate", "--noinput", "--verbosity", "0")
        say("Starting the portal, and preparing the demo.")
        processes = Processes(what.folder, what.environment, what.logs, sys.stdout)
        _start_all(what, processes)
        demo = _manage(what, "demo")  # while they start
        wish.starting = False
        _watch(what, processes, wish, lambda: _welcome(what, demo, say))
    except Stopped:
        pass
    finally:
        wish.starting = False
        _stop(processes, servers, wish, say)


def _start_servers(what: Plan) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "portal.embedded", "--data-dir", str(what.data_dir)]
    return subprocess.Popen(  # noqa: S603 - our own module
        command,
        cwd=what.folder,
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
        preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one system call
    )


def _await_servers(what: Plan, servers: subprocess.Popen[str]) -> None:
    """Put the addresses of PostgreSQL and Valkey into the environment, once they answer."""
    ready = servers.stdout.readline() if servers.stdout else ""
    if not ready.startswith("ready "):
        raise LaunchError("PostgreSQL and Valkey did not start; the reason stands above.")
    for assignment in ready.split()[1:]:
        name, _, value = assignment.partition("=")
        what.environment[name] = what.environment.get(name) or value


def _manage(what: Plan, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "manage.py", *arguments],
        cwd=what.folder,
        env=what.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        process_group=0,  # Ctrl-C reaches us only, and we end it
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
    if done.returncode != 0:
        raise LaunchError(
            f"`manage.py {shlex.join(arguments)}` failed with status {done.returncode}; the "
            f"reason stands above. {done.stdout}".rstrip()
        )
    return done.stdout


def _start_all(what: Plan, processes: Processes) -> None:
    lines = parse_procfile((what.folder / "Procfile").read_text()).processes
    for name, command in lines.items():
        processes.start(name, command)


def _watch(what: Plan, processes: Processes, wish: Wish, welcome: Callable[[], None]) -> None:
    began, asked, welcomed = time.monotonic(), 0.0, False
    ports = int(what.environment["PORT"]), int(what.environment["SANDBOX_PORT"])
    while not wish.stop.is_set():
        processes.watch(0.2)
        if welcomed or time.monotonic() - asked < ASK_EVERY:
            continue
        asked, missing = time.monotonic(), lacking(*ports)
        if not missing:
            welcome()
            welcomed = True
        elif time.monotonic() - began > UP_WITHIN:
            raise LaunchError(_not_ready(what, processes, missing))


def _not_ready(what: Plan, processes: Processes, missing: dict[str, str]) -> str:
    """Return the sentence, and what those that are missing said last."""
    sentence = (
        f"Not ready within {UP_WITHIN:.0f} seconds: "
        f"{'; '.join(f'{name} {words}' for name, words in missing.items())}. All logs are in "
        f"{what.logs}."
    )
    logs = filter(None, map(processes.log, missing))
    return "\n".join([sentence, *(f"The end of {log.path}:\n{log.tail()}" for log in logs)])


def _welcome(what: Plan, demo: str, say: Say) -> None:
    mega = what.environment["MEGA_BASE_URL"]
    key = FileAwareEnv().str("SANDBOX_KEY", default="")
    key = key or generated_secret(what.data_dir, "sandbox_key")
    page = f"{what.sandbox}/?{urlencode({'key': key})}"
    played = f"MEGA is played by the sandbox: {page} shows the leads that arrive"
    lines = [
        f"\nThe portal is at {what.address}",
        demo.rstrip(),
        played if mega == what.sandbox else f"MEGA is at {mega}, as MEGA_BASE_URL says",
        f"Logs: {what.logs}",
        "Ctrl-C stops it.",
    ]
    say("\n".join(lines))


def _stop(
    processes: Processes | None, servers: subprocess.Popen[str] | None, wish: Wish, say: Say
) -> None:
    if processes:
        say("Stopping; requests that are under way end first. Ctrl-C again hurries.")
        for names, seconds in (*STOP_ORDER, STOP_LAST):
            processes.stop(names, seconds, wish.hurry.is_set)
    if not servers:
        return
    servers.terminate()
    hurried = False
    while servers.poll() is None:
        if wish.hurry.is_set() and not hurried:
            servers.terminate()
            hurried = True
        time.sleep(0.05)
