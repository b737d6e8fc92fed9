"""Where uploads are kept: on the disk of this machine, or in a bucket of an S3-compatible store."""

from typing import Any, Final
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from portal.settings.environment import env


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in ("", *known):
        raise ImproperlyConfigured(
            f"{name} is “{value}”; it is one of {', '.join(known)}, or left empty."
        )
    return value


def _endpoint() -> str:
    """The address of the store; empty for AWS, which has one for each region."""
    url: str = env.str("S3_ENDPOINT_URL", default="")
    parts = urlsplit(url)
    fits = parts.scheme in ("https", "http") and parts.hostname and not parts.query
    if url and (not fits or parts.username is not None or parts.password is not None):
        raise ImproperlyConfigured(  # without the value: somebody may have put a password there
            "S3_ENDPOINT_URL is no address such as https://s3.example.com. Keys do not belong in "
            "it: they are S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY."
        )
    return url


def _seconds() -> float:
    """Two tries of so long, with their connecting, stay below the lease of a reader (120 s)."""
    value: float = env.float("S3_TIMEOUT", default=10.0)
    if not 1 <= value <= 30:
        raise ImproperlyConfigured(
            f"S3_TIMEOUT is {value:g}; it is the seconds that the store may be silent, 1 to 30."
        )
    return value


S3_BUCKET: str = env.str("S3_BUCKET", default="")
S3_PREFIX: str = env.str("S3_PREFIX", default="").strip("/")
S3_ENDPOINT_URL = _endpoint()
S3_REGION: str = env.str("S3_REGION", default="")
S3_ACCESS_KEY_ID: str = env.str("S3_ACCESS_KEY_ID", default="")
S3_SECRET_ACCESS_KEY: str = env.str("S3_SECRET_ACCESS_KEY", default="")
S3_ADDRESSING = _one_of("S3_ADDRESSING", env.str("S3_ADDRESSING", default=""), ("path", "virtual"))
S3_ENCRYPTION = _one_of(
    "S3_ENCRYPTION", env.str("S3_ENCRYPTION", default=""), ("AES256", "aws:kms")
)
S3_KMS_KEY_ID: str = env.str("S3_KMS_KEY_ID", default="")
S3_TIMEOUT = _seconds()

_ENCRYPTION = {"ServerSideEncryption": S3_ENCRYPTION, "SSEKMSKeyId": S3_KMS_KEY_ID}
_BUCKET: Final[dict[str, Any]] = {
    "BACKEND": "portal.buckets.BucketStorage",
    "OPTIONS": {
        "bucket_name": S3_BUCKET,
        "location": S3_PREFIX,
        "endpoint_url": S3_ENDPOINT_URL or None,
        "region_name": S3_REGION or None,
        "access_key": S3_ACCESS_KEY_ID or None,
        "secret_key": S3_SECRET_ACCESS_KEY or None,
        "addressing_style": S3_ADDRESSING or "auto",
        "encryption": {name: value for name, value in _ENCRYPTION.items() if value},
        "silence": S3_TIMEOUT,
    },
}
UPLOADS: dict[str, Any] = _BUCKET if S3_BUCKET else {"BACKEND": "portal.uploads.WholeFileStorage"}
