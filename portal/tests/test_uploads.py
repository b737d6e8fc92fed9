"""An upload ends where the limit is, with a sentence and without a trace."""

import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from portal.models import User
from portal.urls import handler400, handler403, handler404, handler500  # noqa: F401 - used by name
from portal.urls import urlpatterns as portal_patterns

pytestmark = pytest.mark.django_db


def keep(request):
    return HttpResponse(f"kept {request.FILES['file'].size}")


urlpatterns = [path("keep/", keep), *portal_patterns]


@pytest.fixture(autouse=True)
def small_limit(settings, tmp_path):
    settings.ROOT_URLCONF = "portal.tests.test_uploads"
    settings.MAX_UPLOAD_BYTES = 2 * 1024 * 1024
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "tmp"


@pytest.fixture
def vera(client):
    client.force_login(User.objects.create(email="vera@example.com"))
    return client


def send(client, size, **extra):
    return client.post("/keep/", {"file": SimpleUploadedFile("a.csv", b"x" * size)}, **extra)


def test_a_file_of_the_largest_size_is_kept(vera, settings):
    answer = send(vera, 2 * 1024 * 1024)

    assert answer.content == b"kept 2097152"
    assert settings.FILE_UPLOAD_TEMP_DIR.stat().st_mode & 0o777 == 0o700


def test_one_byte_more_is_refused_with_a_sentence_and_leaves_nothing(vera, settings):
    answer = send(vera, 2 * 1024 * 1024 + 1)

    assert answer.status_code == 413
    assert "The file is larger than 2 MB" in answer.content.decode()
    assert list(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir()) == []


def test_two_files_that_are_too_much_together_are_refused(vera):
    half = [SimpleUploadedFile(f"{n}.csv", b"x" * 1_200_000) for n in range(2)]

    assert vera.post("/keep/", {"file": half[0], "other": half[1]}).status_code == 413


def test_a_length_over_the_limit_is_refused_before_the_body_is_read(vera):
    answer = vera.generic(
        "POST", "/keep/", b"--b", "multipart/form-data; boundary=b", CONTENT_LENGTH=str(10**12)
    )

    assert answer.status_code == 413


def test_the_refusal_is_the_same_with_debug_on(vera, settings):
    settings.DEBUG = True

    assert "The file is larger than 2 MB" in send(vera, 3 * 1024 * 1024).content.decode()


def test_a_script_that_asked_gets_the_sentence_alone(vera):
    answer = send(vera, 3 * 1024 * 1024, HTTP_HX_REQUEST="true")

    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().startswith("The file is larger than 2 MB")


def test_strangers_upload_next_to_nothing():
    strict = Client(enforce_csrf_checks=True)  # the body is read for the token in it
    strict.get("/sign-in/")

    assert send(strict, 100_000).status_code == 413


def test_a_full_disk_is_told_before_the_upload(vera, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage(100, 99, 1))

    answer = send(vera, 1000)

    assert answer.status_code == 507
    assert "disk is full" in answer.content.decode()


def test_without_a_csrf_token_nothing_is_kept():
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create(email="vera@example.com"))

    answer = send(strict, 10)

    assert answer.status_code == 403
    assert "reload the page" in answer.content.decode()


def test_folders_of_uploads_are_their_owners_alone(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.MEDIA_ROOT.mkdir(mode=0o755)  # as an earlier release made it
    apps.get_app_config("portal").ready()
    default_storage.save("2026/11/leads", ContentFile(b"Name\n"))

    for folder in (settings.MEDIA_ROOT, *settings.MEDIA_ROOT.glob("2026/**")):
        assert folder.stat().st_mode & 0o777 == 0o700, folder
