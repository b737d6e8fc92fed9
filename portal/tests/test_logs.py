"""What is logged names nobody and opens nothing."""

import io
import json
import logging

import pytest
import structlog
from django.db import IntegrityError, connection, transaction

from portal import logs
from portal.logs import mask

TOKEN = "mega_" + "5e" * 32


@pytest.fixture
def log():
    """A logger, and the lines that it wrote as JSON."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter(json=True))
    logger = logging.getLogger("stories")
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(logging.INFO)
    yield logger, lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.removeHandler(handler)
    logger.propagate = True


@pytest.mark.parametrize(
    "secret",
    [
        "anna.berg+test@mail.example.co.uk",
        "o'neil@example.com",
        "+12065550123",
        "(206) 555-0123",
        "206.555.0123",
        "206 555 0123",
        "+49 (0)30 555 0123",
        "030/5550123",
        "2065550123",
        TOKEN,
        "mega_0123456789",
    ],
)
def test_what_names_a_person_or_opens_a_door_is_masked(secret):
    for text in (secret, f"row 7: {secret}, twice {secret}", f"'{secret}'", f"<{secret}>"):
        masked = mask(text)
        assert secret not in masked
        assert not any(part in masked for part in ("0123", "example.co", "5e5e"))


@pytest.mark.parametrize(
    "fact",
    [
        "import 1234 finished in 12.3456789 s",
        "2026-11-23 06:14:57 tick",
        "2026-11-23T06:14:57.850523+00:00",
        "listening on 192.168.100.101",
        "batch 0b6f4d0e-1234-4234-8234-123456789012 settled",
        "sha256 " + "0a" * 32,
        'File "/srv/portal/imports/delivery/plan.py", line 123, in cut',
        "500 rows, 12 requests",
        "GET /imports/123456/rows/",
    ],
)
def test_facts_stay_readable(fact):
    assert mask(fact) == fact


def test_query_strings_and_passwords_in_addresses_are_masked():
    assert mask('"GET /history/?q=Anna+Berg HTTP/1.1" 200') == (
        '"GET /history/?[query] HTTP/1.1" 200'
    )
    assert mask("redis://:hunter2@10.0.0.7:6379/0") == "redis://[secret]@10.0.0.7:6379/0"


def test_a_line_is_one_json_object_with_time_level_and_logger(log):
    logger, lines = log
    logger.info("Settled %s rows of %s", 500, "anna@example.com", extra={"batch": 7})

    [line] = lines()
    assert line["event"] == "Settled 500 rows of [e-mail]"
    assert (line["level"], line["logger"], line["batch"]) == ("info", "stories", 7)
    assert line["timestamp"].endswith("Z")


def test_objects_and_nested_values_are_not_spelled_out(log):
    class Lead:
        def __repr__(self):
            return "Anna Berg"

    logger, lines = log
    logger.warning("odd", extra={"lead": Lead(), "cells": ["anna@example.com", {"a": TOKEN}]})

    [line] = lines()
    assert line["lead"] == "<Lead>"
    assert line["cells"] == ["[e-mail]", {"a": "[token]"}]


def test_structlog_speaks_through_the_same_formatter(log):
    _logger, lines = log
    structlog.get_logger("stories").info("request_failed", request="GET /rows/?q=anna@example.com")

    [line] = lines()
    assert line["request"] == "GET /rows/?[query]"


def test_tracebacks_show_no_local_variables_and_no_secrets(log):
    logger, lines = log
    token_in_a_local = TOKEN
    try:
        int(f"{token_in_a_local} to anna@example.com")
    except ValueError:
        logger.exception("failed")

    [line] = lines()
    assert "invalid literal for int() with base 10: '[token] to [e-mail]'" in line["exception"]
    assert "5e5e" not in json.dumps(line)


@pytest.mark.django_db
def test_values_that_postgresql_quotes_in_its_errors_are_masked(log):
    logger, lines = log
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE t (name text UNIQUE) ON COMMIT DROP")
            cursor.execute("INSERT INTO t VALUES (%s), (%s)", ["Anna Berg"] * 2)
    except IntegrityError:
        logger.exception("failed")

    [line] = lines()
    assert "DETAIL: [values]" in line["exception"]
    assert "(Anna Berg)" not in line["exception"]


def test_on_a_laptop_a_line_is_plain_text(capsys):
    record = logging.LogRecord("stories", 20, "x.py", 1, "hello %s", ("a@example.com",), None)

    line = logs.formatter(json=False).format(record)

    assert "hello [e-mail]" in line
    assert not line.startswith("{")


def test_not_being_ready_yet_is_no_error_in_the_log(client, db, caplog):
    with caplog.at_level(logging.INFO, logger="django.request"):
        assert client.get("/readyz").status_code == 503
        assert client.get("/no-such-page").status_code in (302, 404)
    assert not [line for line in caplog.messages if "readyz" in line]
