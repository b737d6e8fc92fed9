"""Uploads in a bucket of an S3-compatible store.

Imported only where a bucket is configured: boto3 is large. Nothing that boto3 says leaves this
module, because its errors name addresses and answers of the store: only what kind of error it was.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cached_property
from typing import Any, Final, NoReturn

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

from portal.uploads import StoreError

log = logging.getLogger(__name__)

CHUNK: Final = 256 * 1024
CONNECT: Final = 5.0  # seconds; a send may be stuck for as long, too
HASTE: Final = 1.0  # seconds for a question that somebody waits for
_GONE = {"NoSuchKey", "404"}
# One request for a file of up to 5 GiB: it is there as a whole or not at all, and no parts of an
# upload that broke off are left in the bucket, unseen and paid for.
_AT_ONCE = TransferConfig(multipart_threshold=5 * 1024**3, use_threads=False)


class BucketStorage(S3Storage):  # type: ignore[misc]  # it has no types
    """See `portal.uploads.Store`. No address of a file is ever given to a browser.

    silence     seconds that the store may say nothing, before it counts as away
    encryption  what is asked of the store for each file, in boto3's words

    No access list is sent: without one a file is private, and buckets of today refuse them.
    """

    on_this_machine = False

    def __init__(
        self, *, silence: float, encryption: dict[str, str], addressing_style: str, **options: Any
    ) -> None:
        self._encryption = encryption
        # The store compares each body with the SHA-256 that is signed with it; newer checksums are
        # not understood by every store.
        self._patient = Config(
            signature_version="s3v4",
            s3={"addressing_style": addressing_style, "payload_signing_enabled": True},
            connect_timeout=CONNECT,
            read_timeout=silence,
            retries={"mode": "standard", "total_max_attempts": 2},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(
            client_config=self._patient,
            transfer_config=_AT_ONCE,
            file_overwrite=True,  # names are random: nobody needs to ask whether one is taken
            object_parameters={"ContentType": "application/octet-stream", **encryption},
            default_acl=None,
            gzip=False,
            **options,
        )

    def _save(self, name: str, content: "File[bytes]") -> str:
        try:
            with _spoken("take a file"):
                stored = str(super()._save(name, content))
            self._compare(stored, content.size)
        except StoreError:
            self._not_left(name)
            raise
        return stored

    def _not_left(self, name: str) -> None:
        """Remove what the store may have got, or made, without saying so."""
        with suppress(OSError), _spoken("remove what it did not take"):
            self._hasty.delete_object(**self._place(name))

    def _compare(self, name: str, size: int) -> None:
        """The store has said yes; it is asked once more before the portal says so to a person."""
        try:
            if self.size(name) == size:
                return
        except FileNotFoundError:
            pass
        raise StoreError("keeps other bytes than it was given")

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        with _spoken("open a file"):
            opened: File[bytes] = super()._open(name, mode)
            return opened

    def size(self, name: str) -> int:
        with _spoken("tell a size"):
            return int(super().size(name))

    def exists(self, name: str) -> bool:
        with _spoken("tell whether it has a file"):
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        """Remove a file; one that is not there is as good as removed."""
        with suppress(FileNotFoundError), _spoken("remove a file"):
            super().delete(name)

    def url(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Files are read by the portal alone."""
        raise NotImplementedError("An upload has no address.")

    def path(self, name: str) -> NoReturn:
        """Nothing is on this machine."""
        raise NotImplementedError("An upload in a bucket has no path.")

    def pieces(self, name: str) -> Iterator[bytes]:
        """Stream the bytes of a file; FileNotFoundError before the first when there is none."""
        with _spoken("give a file"):
            answer = self._client.get_object(**self._place(name))
            with closing(answer["Body"]) as body:
                yield from body.iter_chunks(CHUNK)

    def duplicate(self, name: str, new_name: str) -> None:
        """Have the store copy a file within the bucket."""
        source, target = self._place(name), self._place(new_name)
        try:
            with _spoken("copy a file"):
                self._client.copy_object(CopySource=source, **target, **self._encryption)
        except StoreError:
            self._not_left(new_name)
            raise

    def trouble(self) -> str:
        """'' when the bucket can be reached, else what is wrong, in a few words."""
        try:
            with _spoken("answer"):
                self._hasty.head_bucket(Bucket=self.bucket_name)
        except FileNotFoundError:
            return "there is no such bucket"
        except StoreError as error:
            return str(error)
        return ""

    @property
    def _client(self) -> Any:
        return self.bucket.meta.client  # one for all threads

    @cached_property
    def _hasty(self) -> Any:
        """A client that neither waits nor tries again."""
        times = {"connect_timeout": HASTE, "read_timeout": HASTE}
        config = self._patient.merge(Config(retries={"total_max_attempts": 1}, **times))
        address = {"region_name": self.region_name, "endpoint_url": self.endpoint_url}
        return self._create_session().client("s3", config=config, **address)

    def _place(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket_name, "Key": self._normalize_name(clean_name(name))}


@contextmanager
def _spoken(wish: str) -> Iterator[None]:
    """Turn what boto3 raises into StoreError or FileNotFoundError; the log says what was wanted."""
    try:
        yield
    except ClientError as problem:
        code = str(problem.response.get("Error", {}).get("Code", ""))
        if code in _GONE:
            raise FileNotFoundError("The store has no such file.") from None
        code = code if re.fullmatch(r"\w{1,40}", code) else "no known reason"
        log.warning("uploads: the store refused to %s (%s)", wish, code)
        raise StoreError(f"refuses ({code})") from None
    except (BotoCoreError, Boto3Error) as problem:
        log.warning("uploads: the store did not %s (%s)", wish, type(problem).__name__)
        raise StoreError(f"does not answer ({type(problem).__name__})") from None
