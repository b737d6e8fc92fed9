"""The account which the servers run under, and the folders which it can enter.

PostgreSQL refuses to run as root. As root, the servers run under a number that belongs to nobody
else on the machine, not even to `nobody`, whose other processes could then read the data.
"""

import os
import pwd
import stat
import zlib
from dataclasses import dataclass
from pathlib import Path

from portal.embedded.errors import EmbeddedError

# Debian and systemd hand out no number between these; small enough for containers' id maps.
FIRST_FREE, FREE = 60_100, 900


@dataclass(frozen=True)
class Account:
    """The user and group number of the servers; None: as we are."""

    uid: int | None = None
    gid: int | None = None

    def own(self, path: Path) -> None:
        """Give the file or folder to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def own_tree(self, folder: Path) -> None:
        """Give the folder and all that is in it to the account."""
        self.own(folder)
        for parent, folders, files in os.walk(folder):
            for name in [*folders, *files]:
                self.own(Path(parent, name))


def is_root() -> bool:
    """Tell whether we are root."""
    return os.geteuid() == 0


def account_for(place: Path) -> Account:
    """Return the account for the servers whose files lie in `place`.

    1. An ordinary user runs them itself.
    2. Root goes on with the owner of files that are there already.
    3. Otherwise root takes a number that nobody has.
    """
    if not is_root():
        return Account()
    if place.exists() and (owner := place.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    wanted = zlib.crc32(os.fsencode(place))
    for step in range(FREE):
        number = FIRST_FREE + (wanted + step) % FREE
        try:
            pwd.getpwuid(number)
        except KeyError:
            return Account(number, number)
    raise EmbeddedError(
        f"All user numbers from {FIRST_FREE} to {FIRST_FREE + FREE - 1} are taken; run the portal "
        f"as an ordinary user instead of root, or set DATABASE_URL and REDIS_URL."
    )


def account_with_name(account: Account) -> Account:
    """Return an account that /etc/passwd knows: `initdb` insists on a name, the server does not."""
    if account.uid is None:
        return account
    try:
        pwd.getpwuid(account.uid)
    except KeyError:
        pass
    else:
        return account
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise EmbeddedError(
            "As root, PostgreSQL needs the user `nobody`, which /etc/passwd does not have; run "
            "the portal as an ordinary user, or set DATABASE_URL and REDIS_URL."
        ) from None
    return Account(nobody.pw_uid, nobody.pw_gid)


def open_to_all(path: Path) -> bool:
    """Tell whether any account may pass through all folders above `path`."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents if folder.exists())
