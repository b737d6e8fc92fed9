"""Misconfiguration is found before it does harm, with an id and a way out."""

import pytest

from imports import checks
from imports.delivery import tokens
from imports.models import Webhook
from imports.notices import webhooks
from imports.tests import people

KEY = "1" * 64


def ids(messages):
    return [message.id for message in messages]


@pytest.mark.parametrize("keys", [[], ["xyz"], [KEY, "xyz"], [KEY, KEY]])
def test_token_keys_that_are_no_keys(settings, keys):
    settings.TOKEN_KEYS = keys
    [error] = checks.token_keys()

    assert error.id == "imports.E001"
    assert "openssl rand -hex 32" in error.hint
    assert not any(key in f"{error.msg}{error.hint}" for key in keys)


def test_good_token_keys(settings):
    settings.TOKEN_KEYS = [KEY, "2" * 32]

    assert checks.token_keys() == []


@pytest.mark.django_db
def test_a_stored_token_that_no_longer_opens_is_named_by_its_customer(settings):
    settings.TOKEN_KEYS = [KEY]
    acme = people.customer()
    tokens.set_token(acme, people.TOKEN, None)
    assert checks.tokens_open(databases=["default"]) == []

    settings.TOKEN_KEYS = ["2" * 64]
    [error] = checks.tokens_open(databases=["default"])

    assert error.id == "imports.E002"
    assert f"customer {acme.pk} " in error.msg
    assert "TOKEN_KEYS" in error.hint
    assert checks.tokens_open() == [], "only asked with --database"


@pytest.mark.django_db
def test_a_webhook_that_no_key_opens_is_found_before_it_is_called(settings):
    settings.TOKEN_KEYS = [KEY]
    anna = people.anna()
    webhooks.put(people.team(), Webhook.Kind.SLACK, "https://hooks.example.com/a", anna)
    assert checks.webhooks_open(databases=["default"]) == []

    settings.TOKEN_KEYS = ["2" * 64]
    [error] = checks.webhooks_open(databases=["default"])

    assert (error.id, "team" in error.msg) == ("imports.E002", True)
    assert checks.webhooks_open() == [], "only asked with --database"


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://app.gomega.ai", []),
        ("http://127.0.0.1:8001", []),
        ("http://localhost:8001", []),
        ("http://[::1]:8001", []),
        ("http://app.gomega.ai", ["imports.E003"]),
        ("http://127.0.0.1.example.com", ["imports.E003"]),
        ("http://localhost@example.com", ["imports.E003"]),
        ("ftp://app.gomega.ai", ["imports.E003"]),
        ("app.gomega.ai", ["imports.E003"]),
        ("", ["imports.E003"]),
    ],
)
def test_tokens_travel_encrypted_or_not_at_all(settings, url, found):
    settings.MEGA_BASE_URL = url

    assert ids(checks.mega_base_url()) == found


@pytest.mark.django_db
def test_a_demo_login_is_no_part_of_a_real_site(settings):
    demo = people.person("demo@example.com", is_demo=True)
    settings.LAPTOP = False
    assert ids(checks.no_demo_login(databases=["default"])) == ["imports.E004"]

    settings.LAPTOP = True
    assert checks.no_demo_login(databases=["default"]) == []

    settings.LAPTOP = False
    demo.is_active = False
    demo.save()
    assert checks.no_demo_login(databases=["default"]) == []


def test_every_thread_of_a_worker_has_a_connection(settings):
    settings.DELIVERY_SLOTS, settings.DB_POOL_SIZE = 32, 33
    assert ids(checks.pool_size()) == ["imports.W005"]

    for enough in (34, 0):  # 0: no pool
        settings.DB_POOL_SIZE = enough
        assert checks.pool_size() == []


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"S3_REGION": "eu-west-1"}, "S3_BUCKET is not set, but S3_REGION is."),
        ({"S3_BUCKET": "b", "S3_ACCESS_KEY_ID": "AKID"}, "only S3_ACCESS_KEY_ID is set"),
        ({"S3_BUCKET": "b", "S3_SECRET_ACCESS_KEY": "hush"}, "only S3_SECRET_ACCESS_KEY is"),
        ({"S3_BUCKET": "b", "S3_KMS_KEY_ID": "k"}, "S3_ENCRYPTION is not aws:kms"),
    ],
)
def test_half_a_configuration_is_found_by_the_checks(settings, given, what):
    for name in checks._STORE:
        setattr(settings, name, given.get(name, ""))

    [error] = checks.store_of_uploads()

    assert error.id == "imports.E008"
    assert what in error.msg
    assert error.hint
    assert "hush" not in f"{error.msg}{error.hint}"


def test_a_whole_configuration_passes_and_a_way_in_the_clear_is_warned_of(settings):
    settings.S3_BUCKET, settings.S3_ENDPOINT_URL = "uploads", "http://minio:9000"

    assert checks.store_of_uploads() == []
    assert [one.id for one in checks.way_to_the_store()] == ["imports.W009"]
    settings.S3_ENDPOINT_URL = "https://s3.example.com"
    assert checks.way_to_the_store() == []
