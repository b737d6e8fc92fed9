"""What every command does before and after its own work, as a script sees it."""

import os
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def manage(*arguments, **environment):
    return subprocess.run(  # noqa: PLW1510 - the status is what is looked at
        [sys.executable, "manage.py", *arguments],
        cwd=CHECKOUT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_wrong_command_line_is_not_taken_for_an_import_with_bad_rows():
    done = manage("import_leads", "leads.csv", "--on-duplicate", "merge")

    assert done.returncode == 1
    assert "argument --on-duplicate: invalid choice: 'merge'" in done.stderr
    assert manage("import_leads", "--help").returncode == 0


def test_without_servers_it_says_at_once_how_to_start_them(tmp_path):
    where = {"DATABASE_URL": "", "REDIS_URL": "", "DATA_DIR": str(tmp_path / "var")}
    done = manage("import_leads", "leads.csv", "--customer", "nobody", **where)

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        f"Problem: The embedded PostgreSQL and Valkey of {tmp_path / 'var'} are not running. Start "
        "the portal with `make run`, or only them with `.venv/bin/python manage.py servers`, or "
        "set DATABASE_URL and REDIS_URL to servers of your own.\n"
    )


def test_a_database_that_does_not_answer_is_one_sentence():
    done = manage(
        "verify_audit", DATABASE_URL="postgres://portal@127.0.0.1:9/portal", DB_POOL_SIZE="0"
    )

    assert done.returncode == 1
    assert "Problem: The database does not answer or broke off;" in done.stderr
    assert "Traceback" not in done.stderr
