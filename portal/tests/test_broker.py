"""A worker's slots at the broker: a freeze costs none of them."""

import pytest
import redis
from kombu import Connection, Queue

from portal.celery import app


@pytest.fixture
def channel():
    with Connection(app.conf.broker_url) as connection:
        yield connection.channel()


@pytest.fixture
def queue(channel):
    queue = Queue("slots", channel=channel, routing_key="slots")
    queue.declare()
    yield queue
    queue.purge()


def take(queue, channel):
    """Take a message, as a worker does that may hold one."""
    channel.basic_qos(0, 1, False)
    channel.basic_publish(channel.prepare_message("{}"), exchange="", routing_key="slots")
    return queue.get(no_ack=False)


def test_a_slot_is_held_until_its_message_is_acknowledged(queue, channel):
    message = take(queue, channel)

    assert not channel.qos.can_consume()
    message.ack()
    assert channel.qos.can_consume()


def test_a_slot_is_free_although_the_broker_did_not_hear_the_acknowledgement(
    queue, channel, monkeypatch
):
    message = take(queue, channel)

    def frozen(*_args, **_options):
        raise redis.exceptions.TimeoutError("Timeout reading from socket")

    with monkeypatch.context() as patch:
        patch.setattr(redis.client.Pipeline, "execute", frozen)
        with pytest.raises(redis.exceptions.TimeoutError):
            message.ack()

    assert channel.qos.can_consume()


def test_a_channel_keeps_its_client_until_its_connections_are_given_up(channel):
    with channel.conn_or_acquire() as first, channel.conn_or_acquire() as second:
        assert first is second
    with channel.conn_or_acquire(client=channel.client) as given:
        assert given is channel.client

    channel._disconnect_pools()  # as Kombu does when the broker went away

    with channel.conn_or_acquire() as fresh:
        assert fresh is not first
        assert fresh.ping()
