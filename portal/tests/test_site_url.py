"""Where people reach the site, as far as the environment tells."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
SHOW = "from portal import settings; print(settings.SITE_URL, settings.EMAIL_BACKEND)"
SERVER = {"DEBUG": "off", "SECRET_KEY": "s" * 50, "TOKEN_KEYS": "t" * 40}
UNSET = dict.fromkeys(("CSRF_TRUSTED_ORIGINS", "ALLOWED_HOSTS", "SITE_URL", "EMAIL_URL"), "")


def settings_with(tmp_path, **environment):
    own = {"DATA_DIR": str(tmp_path), "HOST": "", "PORT": "", **UNSET, **environment}
    return subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=CHECKOUT,
        env=os.environ | own,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("environment", "shown"),
    [
        ({"DEBUG": "on"}, "http://127.0.0.1:8000 portal.mail.PrivateFileBackend"),
        ({"DEBUG": "on", "HOST": "0.0.0.0", "PORT": "8123"}, "http://127.0.0.1:8123 portal.mail"),
        (
            {**SERVER, "ALLOWED_HOSTS": ".example.com,portal.example.com"},
            "https://portal.example.com django.core.mail.backends.smtp",
        ),
        ({**SERVER, "CSRF_TRUSTED_ORIGINS": "https://a.example/"}, "https://a.example "),
        ({**SERVER, "SITE_URL": "https://b.example:8443"}, "https://b.example:8443 "),
    ],
)
def test_it_follows_from_what_is_set(tmp_path, environment, shown):
    assert settings_with(tmp_path, **environment).stdout.startswith(shown)


def test_one_that_makes_no_sense_refuses_to_start(tmp_path):
    done = settings_with(tmp_path, DEBUG="on", SITE_URL="portal.example.com")
    assert done.returncode != 0
    assert "SITE_URL is “portal.example.com”; it is the scheme and host" in done.stderr
