"""Celery's Redis transport, whose slots outlive an acknowledgement that the broker did not hear.

A worker takes at most as many messages as it has slots, and counts a message as taken until it is
acknowledged. Kombu's transport leaves it counted when the broker does not answer in time, and
Celery never acknowledges twice: a worker would lose a slot with each freeze of the broker, and with
the last of them stand still while it gives signs of life. Here the slot is free either way. The
broker hands such a message out again after its visibility timeout; its task finds nothing to do.

And a channel keeps its client: Kombu's makes one for each command, which takes as long as the
command, twice for every message that a worker takes.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kombu.transport import redis, virtual


class QoS(redis.QoS):
    """Counts what was taken and is not acknowledged."""

    def ack(self, delivery_tag: Any) -> None:
        """Acknowledge a message; whatever comes of that, it is no longer counted."""
        try:
            super().ack(delivery_tag)
        except Exception:
            virtual.QoS.ack(self, delivery_tag)
            raise


class Channel(redis.Channel):
    """A channel with these slots, and with one client for all its short commands."""

    QoS = QoS
    _create_client: Callable[[], Any]
    _kept: Any = None

    @contextmanager
    def conn_or_acquire(self, client: Any = None) -> Iterator[Any]:
        """Give the client in hand, or else the one of this channel's pool, made anew with it."""
        if client is None and (kept := self._kept) is not None:
            client = kept if kept.connection_pool is self.pool else None
        if client is None:
            client = self._kept = self._create_client()
        yield client


class Transport(redis.Transport):
    """What `redis://` stands for in this portal, see `portal.celery`."""

    Channel = Channel
