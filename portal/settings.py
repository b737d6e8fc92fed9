"""Settings, read from the environment (and `.env`); a value that makes no sense refuses to start.

Every variable stands in `.env.example` with one line why.
"""

import hashlib
import os
import re
import sys
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from portal import embedded
from portal.generated import generated_secret

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()
environ.Env.read_env(BASE_DIR / ".env", overwrite=False)

# DEBUG in the environment means: a laptop. Django's own debug pages stay off even there, since they
# show settings and local variables, a token among them, to whoever meets an error; the log has it.
LAPTOP: bool = env.bool("DEBUG", default=False)
DEBUG = False
DATA_DIR = Path(env.str("DATA_DIR", default="") or BASE_DIR / "var").resolve()
RELEASE = "0.1.0"

# --- secrets -------------------------------------------------------------------------------------


def _secret(name: str) -> str:
    """From the environment, or on a laptop from a file under DATA_DIR that only we can read."""
    value: str = env.str(name, default="")
    if value:
        return value
    if not LAPTOP:
        raise ImproperlyConfigured(
            f"{name} is not set. Set {name} or {name}_FILE in the environment; only with DEBUG=on "
            f"is one generated. On a laptop, `make install` writes a .env with DEBUG=on."
        )
    return generated_secret(DATA_DIR, name.lower())


SECRET_KEY = _secret("SECRET_KEY")
TOKEN_KEYS = [key.strip() for key in _secret("TOKEN_KEYS").split(",") if key.strip()]

# Opens the page of the sandbox; empty: `mega_sandbox` makes one and keeps it under DATA_DIR.
SANDBOX_KEY: str = env.str("SANDBOX_KEY", default="")

# --- where and for whom --------------------------------------------------------------------------

ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
if LAPTOP and not ALLOWED_HOSTS:
    ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]


def _site_url() -> str:
    """Where people reach the site: begins the links in mails, which no request may choose."""
    url: str = env.str("SITE_URL", default="") or next(iter(CSRF_TRUSTED_ORIGINS), "")
    if url and not re.fullmatch(r"https?://[\w.:\[\]-]+/?", url, re.ASCII):
        raise ImproperlyConfigured(
            f"SITE_URL is “{url}”; it is the scheme and host of the site, such as "
            f"https://portal.example.com."
        )
    if url:
        return url.rstrip("/")
    if LAPTOP:
        host = env.str("HOST", default="")
        host = "127.0.0.1" if host in ("", "0.0.0.0", "::") else host  # noqa: S104 - not bound to
        return f"http://{host}:{env.str('PORT', default='') or '8000'}"
    named = [host for host in ALLOWED_HOSTS if host[:1] not in ("*", ".")]
    return f"https://{named[0]}" if named else ""


SITE_URL = _site_url()
MEGA_BASE_URL: str = env.str("MEGA_BASE_URL", default="https://app.gomega.ai").rstrip("/")

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
AUTH_USER_MODEL = "portal.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SITE_NAME = "MEGA Lead Import"

INSTALLED_APPS = [
    "portal",
    "imports",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "django_filters",
    "django_structlog",
    "template_partials",
]

MIDDLEWARE = [
    "portal.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "portal.middleware.TimezoneMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.site",
            ],
        },
    },
]

# --- database and broker -------------------------------------------------------------------------

DATABASE_URL: str = env.str("DATABASE_URL", default="") or embedded.database_url(DATA_DIR)
REDIS_URL: str = env.str("REDIS_URL", default="") or embedded.redis_url(DATA_DIR)
_WORKER = "worker" in sys.argv
_FORKS = _WORKER and "threads" not in sys.argv  # a forked child must not inherit a pool
DB_POOL_SIZE: int = 0 if _FORKS else env.int("DB_POOL_SIZE", default=40)

_DATABASE = environ.Env.db_url_config(DATABASE_URL)
# libpq's own words for what Django calls HOST and NAME would win over those, in the tests too.
_OPTIONS = {k: v for k, v in _DATABASE.get("OPTIONS", {}).items() if k not in ("host", "dbname")}
LEASE_MARGIN: float = env.float("LEASE_MARGIN", default=15.0)  # seconds beyond the deadline
if _WORKER:  # a frozen worker is given up after its lease, and so are the rows that it has locked
    _idle = f"-c idle_in_transaction_session_timeout={max(LEASE_MARGIN, 3):.0f}s"
    _OPTIONS["options"] = f"{_OPTIONS.get('options', '')} {_idle}".strip()
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
CELERY_TASK_ROUTES = {"imports.read": {"queue": "intake"}, "imports.check": {"queue": "intake"}}
# For the intake workers only (processes): a thread pool takes no notice of these.
CELERY_TASK_TIME_LIMIT = env.int("INTAKE_TIME_LIMIT", default=900)
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 600_000  # kB

# --- intake --------------------------------------------------------------------------------------

MEDIA_ROOT = DATA_DIR / "uploads"
MAX_UPLOAD_BYTES: int = env.int("MAX_UPLOAD_MB", default=200) * 1024 * 1024
MAX_ROWS: int = env.int("MAX_ROWS", default=1_048_576)
FILE_UPLOAD_HANDLERS = [
    "portal.uploads.SizeLimitHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "tmp"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_NUMBER_FIELDS = 40_000  # a mapping form of 16,384 columns

# --- delivery ------------------------------------------------------------------------------------

REQUEST_CONNECT_TIMEOUT: float = env.float("REQUEST_CONNECT_TIMEOUT", default=5.0)  # seconds
REQUEST_DEADLINE: float = env.float("REQUEST_DEADLINE", default=60.0)  # seconds, in all
KEY_TRUST_HOURS: float = env.float("KEY_TRUST_HOURS", default=20.0)
REPLAY_BACKOFF_BASE: float = env.float("REPLAY_BACKOFF_BASE", default=2.0)  # seconds
REPLAY_LIMIT: int = env.int(
    "REPLAY_LIMIT", default=8
)  # sends of one batch, before a person decides
SPLIT_BUDGET: int = env.int(
    "SPLIT_BUDGET", default=40
)  # requests an import may spend on refused ones
CLOCK_INTERVAL: float = env.float("CLOCK_INTERVAL", default=1.0)  # seconds
DELIVERY_SLOTS: int = env.int("DELIVERY_SLOTS", default=32)  # threads of one delivery worker

# --- people --------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["portal.accounts.PeopleBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "portal.accounts.ClosedAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by administrators, sign-up is closed
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to people who have no account
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Failed sign-ins are counted (10 a minute per address, 5 in five minutes per account); counting
# all of them per address as well would lock out an office while one machine in it guesses.
ACCOUNT_RATE_LIMITS = {"login": None}
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
ALLAUTH_TRUSTED_PROXY_COUNT: int = env.int("TRUSTED_PROXY_COUNT", default=0)
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
_MAIL: str = env.str("EMAIL_URL", default="") or ("" if LAPTOP else "smtp://localhost:25")
EMAIL_BACKEND = "portal.mail.PrivateFileBackend"
vars().update(env.email_url_config(_MAIL) if _MAIL else {})
EMAIL_FILE_PATH = vars().get("EMAIL_FILE_PATH") or DATA_DIR / "mail"
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="portal@localhost")

# --- time and language ---------------------------------------------------------------------------

LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# --- static files --------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = None if LAPTOP else BASE_DIR / "staticfiles"  # on a laptop, read where they are
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LAPTOP
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = LAPTOP
WHITENOISE_AUTOREFRESH = False

# --- browsers ------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT: bool = env.bool("SECURE_SSL_REDIRECT", default=not LAPTOP)
SECURE_HSTS_SECONDS: int = env.int("SECURE_HSTS_SECONDS", default=0 if LAPTOP else 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_HSTS_SECONDS > 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool("SECURE_COOKIES", default=not LAPTOP)
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
# Two portals on one laptop (other ports) share a host, and so would share its cookies.
_OURS = hashlib.sha256(str(DATA_DIR).encode()).hexdigest()[:8] if LAPTOP else "portal"
SESSION_COOKIE_NAME = f"session_{_OURS}"
CSRF_COOKIE_NAME = f"csrf_{_OURS}"
CSRF_FAILURE_VIEW = "portal.views.csrf_failure"
if env.bool("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- logs: facts and ids, never a name, an e-mail, a phone or a token ----------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"()": "portal.logs.formatter", "json": not LAPTOP},
    },
    "filters": {
        "no readyz": {"()": "portal.logs.WithoutReadyz"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "plain"},
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.request": {"filters": ["no readyz"]},
        "django.server": {"handlers": [], "propagate": True},
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "django_structlog": {"level": "WARNING"},
    },
}

METRICS_ALLOWED: bool = env.bool("METRICS_ALLOWED", default=False)
os.environ.setdefault("PGAPPNAME", "portal")
