"""Asks a portal for a page and exits with 0 when it says 200: the containers' health check.

Usage: probe.py /healthz [http://host:port]
"""

import sys
from http.client import HTTPConnection
from urllib.parse import urlsplit


def main(path: str, address: str = "http://127.0.0.1:8000") -> int:
    """Return the exit status; what the portal lacks goes to stdout, for `docker inspect`."""
    server = HTTPConnection(urlsplit(address).netloc, timeout=4)
    server.request("GET", path)
    answer = server.getresponse()
    sys.stdout.write(answer.read(500).decode())
    return 0 if answer.status == 200 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
