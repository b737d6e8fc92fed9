"""`manage.py mega_sandbox` as a person starts it."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from imports.mega import contract
from imports.tests.mega.conftest import send

ROOT = Path(__file__).parents[3]
ANYBODY = {"token": "mega_" + "7e" * 32, "mega_id": "11111111-2222-4333-8444-555555555555"}


def start(data, *options):
    command = [sys.executable, "manage.py", "mega_sandbox", "--data", str(data), *options]
    environment = os.environ | {"DEBUG": "on", "DATA_DIR": str(data.parent)}
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_serves_any_token_keeps_its_leads_and_stops_on_sigterm(client, tmp_path):
    body = contract.encode_body([{"row_ref": "1", "contact_email": "a@example.com"}], "skip", False)
    answers = []
    for _ in range(2):
        process = start(tmp_path / "kept.sqlite3", "--port", "0", "--requests-per-minute", "3")
        try:
            line = process.stdout.readline()
            assert line.startswith("MEGA sandbox ready at http://127.0.0.1:")
            page = process.stdout.readline().split()[-1]
            key = (tmp_path / "secrets/sandbox_key").read_text()
            assert page == f"{line.split()[-1]}/?key={key}"
            assert (tmp_path / "secrets/sandbox_key").stat().st_mode & 0o777 == 0o600
            answers.append(send(client, line.split()[-1], body, **ANYBODY))
        finally:
            process.send_signal(signal.SIGTERM)
            started = time.monotonic()
            process.communicate(timeout=10)
        assert process.returncode == 0
        assert time.monotonic() - started < 5
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].headers["ratelimit-limit"] == "3"
    assert answers[1].body == answers[0].body


def test_what_cannot_be_started_is_one_sentence(tmp_path):
    process = start(tmp_path / "kept.sqlite3", "--host", "0.0.0.0")
    _out, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert err == (
        "CommandError: The sandbox listens on this machine only, not on 0.0.0.0. Use 127.0.0.1.\n"
    )


def test_a_key_of_ones_own_comes_from_a_file_and_stays_out_of_logs(tmp_path):
    (tmp_path / "key").write_text("k" * 32 + "\n")
    options = ["--port", "0", "--key-file", str(tmp_path / "key"), "--verbosity", "0"]
    process = start(tmp_path / "kept.sqlite3", *options)
    url = process.stdout.readline().split()[-1]
    asked = urllib.request.Request(f"{url}/_sandbox/leads", headers={"X-Sandbox-Key": "k" * 32})
    with urllib.request.urlopen(asked) as answer:
        assert answer.status == 200
    process.terminate()
    out, err = process.communicate(timeout=10)
    assert out + err == ""


def test_a_file_without_a_key_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "key").write_text("short")
    process = start(tmp_path / "kept.sqlite3", "--key-file", str(tmp_path / "key"))
    _out, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert err.startswith(f"CommandError: --key-file names {tmp_path / 'key'}, which holds no key.")
