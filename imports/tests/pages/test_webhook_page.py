"""The page of a team's webhook."""

import re

from imports.models import Webhook, WebhookCall
from imports.notices import webhooks
from imports.tests.pages import story

PATH = "/teams/north/webhook/"
SLACK = {"kind": "slack", "url": "https://hooks.slack.com/services/T0/B0/s3cretPath"}
SIGNED = {"kind": "signed", "url": "https://crm.example.com/in?key=s3cretPath"}


def test_max_sets_a_slack_webhook_and_the_address_is_never_seen_again(max_, acme):
    assert f'<a href="{PATH}">' in story.text(max_.get("/teams/north/"))
    assert "Set a webhook" in story.text(max_.get(PATH))

    assert max_.post(PATH, SLACK).status_code == 302

    page = story.text(max_.get(PATH))
    assert "hooks.slack.com" in page
    assert "…Path" in page
    assert "s3cret" not in page


def test_the_secret_is_shown_once(max_, acme):
    first = story.text(max_.post(PATH, SIGNED))
    secret = re.search(r"whsec_[A-Za-z0-9+/=]{40,}", first)[0]

    assert secret not in story.text(max_.get(PATH))
    assert "whsec_" not in story.text(max_.get(PATH))
    assert Webhook.objects.get().kind == "signed"


def test_a_bad_address_comes_back_with_a_sentence_and_without_itself(max_, acme):
    answer = max_.post(PATH, {"kind": "slack", "url": "https://10.0.0.1/s3cretPath"})

    assert answer.status_code == 422
    assert "public internet" in story.text(answer)
    assert "s3cret" not in story.text(answer)
    assert not Webhook.objects.exists()


def test_a_test_is_followed_on_the_page(max_, acme):
    max_.post(PATH, SLACK)
    max_.post(f"{PATH}test/")

    page = story.text(max_.get(PATH))
    assert "A test is on its way" in page
    assert 'hx-trigger="every 2s, refresh"' in page.partition('id="calls"')[2]
    max_.post(f"{PATH}test/")
    assert "on its way already" in story.text(max_.get(PATH))

    WebhookCall.objects.update(state="given_up", tries=[{"at": "x", "result": "not_public"}])
    part = story.text(max_.get(PATH, headers={"HX-Request": "true"}))
    assert part.startswith("<title>Webhook of North")
    assert part.count("<section") == 1
    assert "Given up" in part
    assert "not on the public internet" in part
    assert "hx-trigger" not in part


def test_a_call_about_an_import_leads_there(max_, acme):
    max_.post(PATH, SLACK)
    done = story.answered(acme)
    WebhookCall.objects.create(
        webhook=webhooks.in_use(acme.team), notice=done.notices.get(),
        tries=[{"at": "x", "result": "503"}],
    )  # fmt: skip

    page = story.text(max_.get(PATH))
    assert f'<a href="/imports/{done.pk}/">Import #{done.pk}</a>' in page
    assert "HTTP 503" in page


def test_max_removes_it(max_, acme):
    max_.post(PATH, SLACK)
    assert "what waits included" in story.text(max_.get(f"{PATH}remove/"))

    max_.post(f"{PATH}remove/")

    assert "Nothing is posted anywhere" in story.text(max_.get(PATH))


def test_readers_and_importers_see_nothing_of_it(ines, vera, audrey, max_, acme):
    max_.post(PATH, SLACK)
    for browser in (ines, vera, audrey):
        assert "hooks.slack.com" not in story.text(browser.get("/teams/north/"))
        assert browser.get(PATH).status_code == 403
