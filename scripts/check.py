"""`make check`: every check by its name, all of them even when one fails."""

import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

from portal.tests import engines

BIN = Path(sys.executable).parent
MANAGE: list[str | Path] = [sys.executable, "manage.py"]

CHECKS: dict[str, list[str | Path]] = {
    "format": [BIN / "ruff", "format", "--check", "--quiet", "."],
    "lint": [BIN / "ruff", "check", "--quiet", "."],
    "types": [BIN / "mypy"],
    "import contracts": [BIN / "lint-imports", "--no-logo"],
    "migrations on an empty database": [*MANAGE, "migrate", "--noinput", "--verbosity", "0"],
    "missing migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "deploy checks": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
}


def production() -> dict[str, str]:
    """Return an environment as in production, with secrets made for this one check."""
    return {
        **os.environ,
        "DEBUG": "off",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "TOKEN_KEYS": secrets.token_hex(32),
        "ALLOWED_HOSTS": "portal.example",
    }


def main() -> None:
    """Run all; exit status 1 when one failed."""
    failed = []
    engines.prepare_environment()  # an empty database of this check's own, for the migrations
    for name, command in CHECKS.items():
        print(f"== {name}", flush=True)  # noqa: T201 - that is its job
        began = time.monotonic()
        environment = production() if name == "deploy checks" else None
        status = subprocess.run(command, env=environment, check=False).returncode  # noqa: S603
        verdict = "ok" if status == 0 else f"FAILED with status {status}"
        print(f"   {verdict}, {time.monotonic() - began:.1f} s", flush=True)  # noqa: T201
        if status != 0:
            failed.append(name)
    if failed:
        sys.exit(f"make check failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
