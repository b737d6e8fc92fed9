"""Requests as the sandbox's parts see them, what it answers, and its ways of refusing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "authorization_error",
    404: "not_found_error",
    405: "invalid_request_error",
    413: "invalid_request_error",
    422: "invalid_request_error",
    429: "rate_limit_error",
}


@dataclass(frozen=True, slots=True)
class Request:
    """A request that was read: header names in lower case, the last of equal query names."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    is_too_large: bool = False  # the body was over the limit and left unread


@dataclass
class Reply:
    """An answer before it goes out. `cut` breaks the body off after so many bytes, `drip` is the
    pause in seconds between its bytes.
    """

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    drip: float | None = None


class Refusal(Exception):  # noqa: N818 - an answer, not a fault of ours
    """An error that is answered in the vendor's envelope."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message

    def reply(self) -> Reply:
        """Return the envelope: type, code (the HTTP status) and message."""
        kind = TYPES.get(self.status, "api_error")
        error = {"type": kind, "code": self.status, "message": self.message}
        return json_reply({"error": error}, self.status)


class Dropped(Exception):  # noqa: N818 - told to, not a fault of ours
    """The connection is to be reset instead of answered."""


def json_reply(content: object, status: int = 200) -> Reply:
    """Return a JSON answer."""
    return Reply(status, json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())
