"""Whether the portal that was just started can be used, and what of it cannot yet."""

from http.client import HTTPConnection, HTTPException

SECONDS = 2.0  # for one question


def lacking(port: int, sandbox_port: int) -> dict[str, str]:
    """Return what is missing, by the name of the process or server; empty when all is ready.

    The web server tells about the others at /readyz?workers, once it answers itself.
    """
    found = {}
    status, words = _ask(port, "/readyz?workers")
    if status != 200:
        lines = (line.partition(": ") for line in words.splitlines())
        told = {name: what for name, colon, what in lines if colon and name.isidentifier()}
        found = told if status == 503 and told else {"web": words or f"answers with {status}"}
    if _ask(sandbox_port, "/")[0] == 0:
        found["sandbox"] = "does not answer"
    return found


def _ask(port: int, path: str) -> tuple[int, str]:
    """Return the status and the text; 0 when nobody answers."""
    server = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        server.request("GET", path)
        answer = server.getresponse()
        return answer.status, answer.read(2_000).decode(errors="replace")
    except (OSError, HTTPException):
        return 0, "does not answer"
    finally:
        server.close()
