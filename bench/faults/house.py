"""A portal that lives behind cuttable wires: servers, proxies, MEGA, processes, people's folder."""

import atexit
import os
import secrets
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

from bench.servers import NOWHERE
from imports.tests.road.proxy import Proxy
from portal.embedded import record
from portal.tests.running_servers import Servers

# As in production but for the time in which a request must be answered and its worker given up.
PRODUCTION_BUT = {
    "REQUEST_DEADLINE": "10",
    "LEASE_MARGIN": "5",
    "LOG_LEVEL": "WARNING",
}


FAR = 0.2  # seconds that a piece of data is on its way to MEGA: requests last, so faults hit them


class House:
    """Everything that one seed strikes at. `prepare` comes before Django's settings are read."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="portal-faults-")).resolve()
        self.keep = False  # the folder, with the logs, after the end
        atexit.register(self._clean_up)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        self.folder.chmod(0o711)  # as root, the servers run under another account
        self.servers = Servers(self.folder / "data", "--temporary").wait_until_ready()
        known = record.load(self.folder / "data")
        self.database = Proxy(str(known.socket))
        self.broker = Proxy(f"127.0.0.1:{known.port}")
        self._urls = _through(known, self.database, self.broker)

    def prepare(self) -> None:
        """Set what the settings read: this process, the people, reaches the servers directly."""
        os.environ |= {
            **PRODUCTION_BUT,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "DATA_DIR": str(self.folder / "data"),
            "DATABASE_URL": self.servers.database_url,
            "REDIS_URL": self.servers.redis_url,
            "DEBUG": "off",
            "SECRET_KEY": secrets.token_urlsafe(64),
            "TOKEN_KEYS": secrets.token_hex(32),
            "ALLOWED_HOSTS": "127.0.0.1",
            "MEGA_BASE_URL": NOWHERE,
        }

    def move_in(self, quota: str) -> None:
        """Start MEGA and the portal's processes; Django is set up."""
        from bench.faults.processes import Processes  # noqa: PLC0415 - reads the settings
        from imports.mega.sandbox import Sandbox  # noqa: PLC0415 - likewise

        self.mega: Sandbox = Sandbox(quota=quota).start()
        self.network = Proxy(self.mega.url.removeprefix("http://"), latency=FAR)
        self.log = (self.folder / "processes.log").open("ab")
        self.processes: Processes = Processes(
            {**self._urls, "MEGA_BASE_URL": self.network.url}, self.log
        )
        self.processes.move_in()

    def calm(self) -> None:
        """End every trouble: from here on nothing goes wrong any more."""
        self.mega.calm()
        for wire in (self.network, self.database, self.broker):
            wire.heal()
        self.processes.all_well()

    def _clean_up(self) -> None:
        if hasattr(self, "processes"):
            self.calm()
            self.processes.stop()
            self.mega.stop()
        if hasattr(self, "servers"):
            self.servers.clean_up()
        if not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)


def _through(known: record.Record, database: Proxy, broker: Proxy) -> dict[str, str]:
    passwords = {name: quote(known.password(name)) for name in ("portal", "valkey")}
    return {
        "DATABASE_URL": f"postgres://portal:{passwords['portal']}@127.0.0.1:{database.port}/portal"
        "?sslmode=disable&gssencmode=disable",
        "REDIS_URL": f"redis://:{passwords['valkey']}@127.0.0.1:{broker.port}/0",
    }
