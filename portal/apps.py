from contextlib import suppress

from django.apps import AppConfig
from django.conf import settings


class PortalConfig(AppConfig):
    """The site and its people."""

    name = "portal"

    def ready(self) -> None:
        from portal import (  # noqa: PLC0415 - need the settings
            health,
            warm,  # noqa: F401 - registers a check
            watch,
        )
        from portal.uploads import private_folder  # noqa: PLC0415 - likewise

        if settings.S3_BUCKET:
            health.register_check("uploads", watch.STORE.look)
        with suppress(OSError):  # Django's check files.E001 says so in words
            private_folder(settings.FILE_UPLOAD_TEMP_DIR)
            # One that an earlier release made was open to look into.
            private_folder(settings.MEDIA_ROOT).chmod(0o700)
