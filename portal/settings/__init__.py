"""Settings, read from the environment (and `.env`); a value that makes no sense refuses to start.

Every variable stands in `.env.example` with one line why.
"""

import os
import re
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from portal.settings.browsers import *
from portal.settings.engines import *
from portal.settings.environment import BASE_DIR, DATA_DIR, LAPTOP, env, secret
from portal.settings.store import *
from portal.settings.store import UPLOADS

DEBUG = False  # also on a laptop: see LAPTOP
RELEASE = "0.1.0"

# --- secrets -------------------------------------------------------------------------------------

SECRET_KEY = secret("SECRET_KEY")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
TOKEN_KEYS = [key.strip() for key in secret("TOKEN_KEYS").split(",") if key.strip()]

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
    "portal.middleware.SignInMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "portal.middleware.TimezoneMiddleware",
    "portal.marks.MarksMiddleware",
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

# --- intake --------------------------------------------------------------------------------------

MEDIA_ROOT = DATA_DIR / "uploads"
MAX_UPLOAD_BYTES: int = env.int("MAX_UPLOAD_MB", default=200) * 1024 * 1024
MAX_ROWS: int = env.int("MAX_ROWS", default=1_048_576)
FILE_UPLOAD_HANDLERS = [
    "portal.uploads.SizeLimitHandler",
    "portal.uploads.DiskFileHandler",
]
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "tmp"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_NUMBER_FIELDS = 40_000  # a mapping form of 16,384 columns

# --- delivery ------------------------------------------------------------------------------------

REQUEST_CONNECT_TIMEOUT: float = env.float("REQUEST_CONNECT_TIMEOUT", default=5.0)  # seconds
REQUEST_DEADLINE: float = env.float("REQUEST_DEADLINE", default=60.0)  # seconds, in all
KEY_TRUST_HOURS: float = env.float("KEY_TRUST_HOURS", default=20.0)
NAME_ONLY_TRUST_HOURS: float = env.float("NAME_ONLY_TRUST_HOURS", default=1.0)
BLOCKED_TRUST_HOURS: float = env.float("BLOCKED_TRUST_HOURS", default=72.0)
REPLAY_BACKOFF_BASE: float = env.float("REPLAY_BACKOFF_BASE", default=2.0)  # seconds
REPLAY_LIMIT: int = env.int(
    "REPLAY_LIMIT", default=8
)  # sends of one batch, before a person decides
SPLIT_BUDGET: int = env.int(
    "SPLIT_BUDGET", default=40
)  # requests an import may spend on refused ones
CLOCK_INTERVAL: float = env.float("CLOCK_INTERVAL", default=1.0)  # seconds
DELIVERY_SLOTS: int = env.int("DELIVERY_SLOTS", default=32)  # threads of one delivery worker

# --- audit ---------------------------------------------------------------------------------------

AUDIT_HEADS_DIR = Path(env.str("AUDIT_HEADS_DIR", default="") or DATA_DIR / "audit")

# --- people --------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["portal.accounts.PeopleBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "portal.accounts.ClosedAccountAdapter"
ACCOUNT_FORMS = {"login": "portal.sign_in.SignInForm"}
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
EMAIL_TIMEOUT = 10  # seconds for each word with the mail server: nobody waits for one that hangs
NOTICE_DAYS: int = env.int("NOTICE_DAYS", default=90)  # that notices are kept, once told
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
    "default": UPLOADS,
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LAPTOP
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = LAPTOP
WHITENOISE_AUTOREFRESH = False

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
        "boto3": {"level": "WARNING"},  # with LOG_LEVEL=DEBUG they would tell signatures
        "botocore": {"level": "WARNING"},
        "s3transfer": {"level": "WARNING"},
        "urllib3": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "django_structlog": {"level": "WARNING"},
    },
}

METRICS_ALLOWED: bool = env.bool("METRICS_ALLOWED", default=False)
os.environ.setdefault("PGAPPNAME", "portal")
