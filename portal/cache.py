"""A cache whose loss nobody notices: a broker that is down or frozen is a miss, never an error."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import redis
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

logger = logging.getLogger(__name__)

REST = 5.0  # seconds without asking a broker that has just failed: a page pays one timeout, not ten
QUIET = 60.0  # seconds between two log lines about it


class _Patience:
    """Remembers, for all threads of this process, that the broker failed and when it was said."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rest_until = 0.0
        self._quiet_until = 0.0

    def is_resting(self) -> bool:
        return time.monotonic() < self._rest_until

    def failed(self, error: Exception) -> None:
        now = time.monotonic()
        with self._lock:
            self._rest_until = now + REST
            speak = now >= self._quiet_until
            if speak:
                self._quiet_until = now + QUIET
        if speak:
            logger.warning(
                "The cache does not answer (%s); going on without.", type(error).__name__
            )


_patience = _Patience()


class PatientClient(RedisCacheClient):
    """Answers as an empty cache would while the broker is away.

    `add` says that it added: locks and first-come counters must let people in, not shut them out.
    So rate limits do not hold while the broker is down; the audit trail still names each failure.
    """

    def _try(self, call: Callable[..., Any], args: Any, kwargs: Any, instead: Any) -> Any:
        if _patience.is_resting():
            return instead
        try:
            return call(*args, **kwargs)
        except (redis.RedisError, OSError) as error:
            _patience.failed(error)
            return instead

    def add(self, *args: Any, **kwargs: Any) -> Any:
        return self._try(super().add, args, kwargs, True)

    def get(self, key: Any, default: Any) -> Any:
        return self._try(super().get, (key, default), {}, default)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        return self._try(super().set, args, kwargs, None)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        return self._try(super().touch, args, kwargs, False)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        return self._try(super().delete, args, kwargs, False)

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._try(super().get_many, args, kwargs, {})

    def has_key(self, *args: Any, **kwargs: Any) -> Any:
        return self._try(super().has_key, args, kwargs, False)

    def incr(self, key: Any, delta: int) -> Any:
        return self._try(super().incr, (key, delta), {}, delta)

    def set_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._try(super().set_many, args, kwargs, None)

    def delete_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._try(super().delete_many, args, kwargs, None)

    def clear(self, *args: Any, **kwargs: Any) -> Any:
        return self._try(super().clear, args, kwargs, False)


class PatientRedisCache(RedisCache):
    """Django's Redis cache with the patient client (see `PatientClient`)."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = PatientClient
