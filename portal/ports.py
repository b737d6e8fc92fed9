"""The ports of one portal: free ones, and no two portals that start together choose the same."""

import socket
import sys
from collections.abc import Callable

TRIED = 200  # ports from the wanted one on


class Ports:
    """Ports that were taken for this portal, for as long as this object lives."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._taken: dict[int, socket.socket] = {}

    def take(self, wanted: int) -> int | None:
        """Return the wanted port or the next free one, which is said; None when there is none."""
        for port in range(wanted, min(wanted + TRIED, 65_536)):
            if port in self._taken or not _is_free(port):
                continue
            claim = _claim(port)
            if claim is None:
                continue
            if port != wanted and wanted not in self._taken:
                self._say(f"Port {wanted} is taken; using {port}.")
            self._taken[port] = claim
            return port
        return None


def _claim(port: int) -> socket.socket | None:
    """Claim a port among the portals of this machine, whosever they are; None when another has it.

    Between the choice of a port and its web server's first word pass seconds in which it still
    looks free. The name goes with the process that holds it, however that ends.
    """
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    if sys.platform != "linux":  # such names, without a file, are Linux's own
        return claim
    try:
        claim.bind(f"\0mega-portal-port-{port}")
    except OSError:
        claim.close()
        return None
    return claim


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
