"""The storage of uploads in a bucket: what it asks of the store, and how long it waits for it."""

import hashlib
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from portal import health, watch
from portal.buckets import BucketStorage
from portal.tests.bucket import KEYS, Bucket, storages
from portal.uploads import StoreError

CHECKOUT = Path(__file__).parents[2]
SHOW = """
import sys, json
from portal import settings
made = settings.STORAGES["default"]
print(json.dumps([made["BACKEND"], made.get("OPTIONS", {}), "boto3" in sys.modules]))
"""
UNSET = dict.fromkeys(
    ("S3_BUCKET", "S3_PREFIX", "S3_ENDPOINT_URL", "S3_REGION", "S3_ACCESS_KEY_ID",
     "S3_SECRET_ACCESS_KEY", "S3_ADDRESSING", "S3_ENCRYPTION", "S3_KMS_KEY_ID"), ""
)  # fmt: skip


@pytest.fixture(scope="module")
def bucket():
    made = Bucket()
    yield made
    made.stop()


@pytest.fixture
def storage(bucket, settings):
    settings.STORAGES = bucket.storages()
    bucket.requests.clear()
    bucket.headers.clear()
    return default_storage


@pytest.fixture
def silent():
    """The address of a machine that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def settings_with(tmp_path, **environment):
    own = {"DATA_DIR": str(tmp_path), "DEBUG": "on", **UNSET, **environment}
    return subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=CHECKOUT,
        env=os.environ | own,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_bucket_uploads_are_on_the_disk_and_boto3_is_not_even_loaded(tmp_path):
    assert json.loads(settings_with(tmp_path).stdout) == [
        "portal.uploads.WholeFileStorage", {}, False,
    ]  # fmt: skip


def test_the_environment_names_the_bucket_and_a_file_the_secret(tmp_path):
    (tmp_path / "key").write_text("the secret")
    environment = {
        "S3_BUCKET": "uploads", "S3_PREFIX": "/portal/", "S3_ACCESS_KEY_ID": "AKID",
        "S3_ENCRYPTION": "aws:kms", "S3_KMS_KEY_ID": "k1", "S3_ADDRESSING": "virtual",
    }  # fmt: skip
    done = settings_with(tmp_path, **environment, S3_SECRET_ACCESS_KEY_FILE=str(tmp_path / "key"))

    backend, options, is_loaded = json.loads(done.stdout)
    assert (backend, is_loaded) == ("portal.buckets.BucketStorage", False)
    assert options == {
        "bucket_name": "uploads", "location": "portal", "endpoint_url": None, "region_name": None,
        "access_key": "AKID", "secret_key": "the secret", "addressing_style": "virtual",
        "encryption": {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "k1"}, "silence": 10.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("S3_ADDRESSING", "dns", "S3_ADDRESSING is “dns”; it is one of path, virtual"),
        ("S3_ENCRYPTION", "yes", "S3_ENCRYPTION is “yes”; it is one of AES256, aws:kms"),
        ("S3_ENDPOINT_URL", "s3.example.com", "S3_ENDPOINT_URL is no address such as"),
        ("S3_ENDPOINT_URL", "https://me:hush@s3.example.com", "Keys do not belong in it"),
        ("S3_TIMEOUT", "0", "S3_TIMEOUT is 0; it is the seconds that the store may be silent"),
        ("S3_TIMEOUT", "31", "may be silent, 1 to 30"),
    ],
)
def test_what_makes_no_sense_refuses_to_start(tmp_path, name, value, sentence):
    done = settings_with(tmp_path, S3_BUCKET="uploads", **{name: value})

    assert done.returncode != 0
    assert sentence in done.stderr
    assert "hush" not in done.stderr


def test_a_file_is_one_request_that_is_signed_with_its_hash(storage, bucket):
    content = b"Name,Phone\r\n" * 1_000_000  # 12 MB: more than boto3 would send at once

    name = storage.save("0a1b", ContentFile(content))

    assert name == "0a1b"
    assert bucket.requests == [
        f"PUT /{bucket.name}/portal/0a1b",
        f"HEAD /{bucket.name}/portal/0a1b",
    ]
    sent = bucket.headers[0]
    assert sent["HTTP_X_AMZ_CONTENT_SHA256"] == hashlib.sha256(content).hexdigest()
    assert sent["HTTP_AUTHORIZATION"].startswith("AWS4-HMAC-SHA256 Credential=AKIDSTORY/")
    assert "HTTP_X_AMZ_ACL" not in sent
    assert b"".join(storage.pieces("0a1b")) == content == bucket.read("portal/0a1b")


def test_encryption_is_asked_for_each_file_and_each_copy(storage, bucket, settings):
    settings.STORAGES = bucket.storages(encryption={"ServerSideEncryption": "AES256"})

    default_storage.save("plain", ContentFile(b"Name\n"))
    default_storage.duplicate("plain", "copy")

    for key in ("portal/plain", "portal/copy"):
        head = bucket.client.head_object(Bucket=bucket.name, Key=key)
        assert head["ServerSideEncryption"] == "AES256"
    assert bucket.read("portal/copy") == b"Name\n"


def test_a_copy_that_the_store_made_without_saying_so_is_not_left(storage, bucket, monkeypatch):
    storage.save("plain", ContentFile(b"Name\n"))
    monkeypatch.setattr(bucket, "late", 3.0)  # `silence` is 2
    monkeypatch.setattr(bucket, "is_late", lambda call: "HTTP_X_AMZ_COPY_SOURCE" in call)

    with pytest.raises(StoreError, match="does not answer"):
        storage.duplicate("plain", "copy")

    assert [one for one in bucket.requests if one.startswith("PUT") and one.endswith("copy")]
    assert "portal/copy" not in bucket.objects()


def test_what_is_removed_twice_is_removed(storage, bucket):
    storage.save("once", ContentFile(b"Name\n"))
    storage.delete("once")
    storage.delete("once")

    assert not storage.exists("once")
    with pytest.raises(FileNotFoundError):
        next(storage.pieces("once"))


def test_what_the_store_keeps_otherwise_is_not_said_to_be_stored(storage, bucket, monkeypatch):
    monkeypatch.setattr(BucketStorage, "size", lambda *_: 4)

    with pytest.raises(StoreError):
        storage.save("half", ContentFile(b"Name\n"))

    assert "portal/half" not in bucket.objects()


def test_a_store_that_says_nothing_holds_nobody_for_long(silent, settings):
    settings.STORAGES = storages(silent, silence=1.0)
    began = time.monotonic()

    with pytest.raises(StoreError, match="does not answer"):
        default_storage.save("name", ContentFile(b"Name\n"))
    with pytest.raises(StoreError, match="does not answer"):
        next(default_storage.pieces("name"))

    assert time.monotonic() - began < 12


@pytest.fixture
def watched(monkeypatch):
    """As in a portal that was started with a bucket."""
    made = watch.Watch(lambda: watch.store_of(default_storage).trouble())
    monkeypatch.setitem(health._checks, "uploads", made.look)
    return made


@pytest.mark.django_db
def test_readyz_says_that_the_store_is_away(storage, bucket, watched, monkeypatch):
    assert "uploads" not in Client().get("/readyz").content.decode()

    bucket.stop()
    try:
        assert "uploads" not in Client().get("/readyz").content.decode(), "asked lately"
        monkeypatch.setattr(watch, "KEPT", 0.0)
        answer = Client().get("/readyz")
    finally:
        bucket.start()

    assert answer.status_code == 503
    assert "uploads: does not answer (EndpointConnectionError)" in answer.content.decode()
    assert "uploads" not in Client().get("/readyz").content.decode()


@pytest.mark.django_db
def test_readyz_does_not_wait_for_a_store_that_says_nothing(silent, settings, watched, monkeypatch):
    settings.STORAGES = storages(silent)
    monkeypatch.setattr(watch, "WITHIN", 0.2)
    began = time.monotonic()

    assert "uploads: does not answer within 0.2 seconds" in Client().get("/readyz").content.decode()
    assert time.monotonic() - began < 3


def test_a_bucket_that_is_not_there_is_told(storage, bucket, settings):
    assert storage.trouble() == ""
    settings.STORAGES = bucket.storages(bucket_name="nobody-has-it")
    assert default_storage.trouble() == "there is no such bucket"


def test_the_secret_is_in_no_word_of_the_storage(storage):
    assert KEYS["secret_key"] not in f"{storage!r} {storage} {storage.bucket!r}"
