"""Mail on a laptop: kept in files that only their owner can read, never in a log."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.filebased import EmailBackend

from portal.uploads import private_folder


class PrivateFileBackend(EmailBackend):
    """Django's mail in files, one a mail, in a folder that nobody else can enter.

    A link for a new password is a way in, so it must not be readable by others of the machine.
    """

    stream: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        private_folder(Path(settings.EMAIL_FILE_PATH))
        super().__init__(*args, **kwargs)

    def open(self) -> bool:
        """Create the file as its owner's alone; returns whether there was none yet."""
        if self.stream is not None:
            return False
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        name = self._get_filename()  # type: ignore[attr-defined] # the stubs leave it out
        self.stream = os.fdopen(os.open(name, flags, 0o600), "ab")
        return True
