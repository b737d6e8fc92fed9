"""Mails on a laptop are files of their owner; the links in them are the site's own."""

import stat

import pytest
from django.core import mail
from django.test import Client

from portal.models import User

OURS = "portal.mail.PrivateFileBackend"


def ask_for_a_new_password(**headers):
    User.objects.create_user("anna@example.com", "a password of some length")
    client = Client(headers=headers)
    return client.post("/password/reset/", {"email": "anna@example.com"})


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.django_db
def test_a_mail_on_a_laptop_is_a_file_that_only_its_owner_can_read(
    settings, tmp_path, caplog, capfd
):
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = OURS, str(tmp_path / "mail")

    ask_for_a_new_password()

    [file] = (tmp_path / "mail").iterdir()
    assert (mode(tmp_path / "mail"), mode(file)) == (0o700, 0o600)
    text = file.read_text()
    assert "To: anna@example.com" in text
    assert "http://127.0.0.1:8000/password/reset/key/" in text
    said = capfd.readouterr()
    assert "anna@" not in caplog.text + said.out + said.err
    assert "/reset/key/" not in caplog.text + said.out + said.err


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["localhost:6666", "127.0.0.1:6666", "localhost"])
def test_the_link_for_a_new_password_is_the_sites_whatever_host_was_asked_for(settings, host):
    settings.SITE_URL = "https://portal.example.com"

    ask_for_a_new_password(host=host)

    [message] = mail.outbox
    assert "https://portal.example.com/password/reset/key/" in message.body
    assert message.subject.startswith("portal.example.com")
    assert host not in message.body + message.subject
