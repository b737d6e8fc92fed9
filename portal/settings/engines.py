"""Database, cache, broker and Celery."""

import sys

import environ

from portal import embedded
from portal.settings.environment import DATA_DIR, env

DATABASE_URL: str = env.str("DATABASE_URL", default="") or embedded.database_url(DATA_DIR)
REDIS_URL: str = env.str("REDIS_URL", default="") or embedded.redis_url(DATA_DIR)
_WORKER = "worker" in sys.argv
_FORKS = _WORKER and "threads" not in sys.argv  # a forked child must not inherit a pool
DB_POOL_SIZE: int = 0 if _FORKS else env.int("DB_POOL_SIZE", default=40)

_DATABASE = environ.Env.db_url_config(DATABASE_URL)
# A network that swallows everything is noticed in half a minute: by itself a machine waits for two
# hours, and so would the clock. DATABASE_URL may say otherwise (`?keepalives_idle=60`).
_ALERT = {
    "connect_timeout": 10,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds
    "prepare_threshold": 5,  # executions until a statement is prepared, see `portal.prepared`
}
# libpq's own words for what Django calls HOST and NAME would win over those, in the tests too.
_GIVEN = {k: v for k, v in _DATABASE.get("OPTIONS", {}).items() if k not in ("host", "dbname")}
_OPTIONS = _ALERT | _GIVEN
LEASE_MARGIN: float = env.float("LEASE_MARGIN", default=15.0)  # seconds beyond the deadline
if _WORKER:  # a frozen worker is given up after its lease, and so are the rows that it has locked
    _ends = f"-c idle_in_transaction_session_timeout={max(LEASE_MARGIN, 3):.0f}s"
    # PostgreSQL notices a vanished machine as soon as the machine would notice PostgreSQL.
    _ends += " -c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
    _OPTIONS["options"] = f"{_OPTIONS.get('options', '')} {_ends}".strip()
_POOL = {"min_size": 0, "max_size": DB_POOL_SIZE, "timeout": 10, "max_idle": 60}
DATABASES = {
    "default": {
        **_DATABASE,
        "ENGINE": "django.db.backends.postgresql",
        # Threads share a pool; processes that fork have one connection each.
        "CONN_MAX_AGE": 0 if DB_POOL_SIZE else 60,
        "CONN_HEALTH_CHECKS": True,  # after an immediate stop the pool hands out dead connections
        "OPTIONS": {**_OPTIONS, **({"pool": _POOL} if DB_POOL_SIZE else {})},
    }
}

CACHES = {
    "default": {
        "BACKEND": "portal.cache.PatientRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "portal",
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"  # a lost broker signs nobody out

# --- Celery: a nudge, not a memory (PostgreSQL is the truth, so nothing here may matter) ----------

CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_POOL_ACQUIRE_TIMEOUT = 5
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# Whoever only publishes (web, clock, commands) gives a frozen broker one second, a worker three.
_BROKER_TIMEOUT = 3 if _WORKER else 1
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": _BROKER_TIMEOUT,
    "socket_connect_timeout": _BROKER_TIMEOUT,
    "socket_keepalive": True,
    "health_check_interval": 25,
    "global_keyprefix": env.str("BROKER_PREFIX", default=""),
    # Kombu would try for six seconds to reach a broker that is down, while a person waits.
    **({} if _WORKER else {"max_retries": 0}),
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_SEND_TASK_EVENTS = False
# Its subscription makes a worker end ("Unrecoverable error") when the broker goes away.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "delivery"
CELERY_TASK_ROUTES = {
    task: {"queue": "intake"}
    for task in (
        "imports.read",
        "imports.check",
        "imports.check_all",
        "imports.learn",
        "imports.count_columns",
        "imports.look_again",
    )
}
# For the intake workers only (processes): a thread pool takes no notice of these.
CELERY_TASK_TIME_LIMIT = env.int("INTAKE_TIME_LIMIT", default=900)
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 600_000  # kB
