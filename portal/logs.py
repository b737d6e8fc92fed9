"""Logs: facts and ids, one line each; JSON on servers, plain on a laptop.

Whatever comes in, what goes out holds no e-mail address, phone number, token, password in a URL,
query string or row value that PostgreSQL quotes in its errors. Tracebacks show no local variables.
"""

import logging
import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

_PASSWORD_IN_URL = re.compile(r"://[^/\s@]*@")
_TOKEN = re.compile(r"mega_[0-9a-fA-F]{8,}")
_QUERY = re.compile(r"(/[^\s?\"'<>]*)\?[^\s\"'<>]+")
_EMAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_DIGITS = re.compile(r"(?<![\w-])[+(]*\d[\d ().\-/]*\d(?![\w-])")
# PostgreSQL quotes values in these lines of its errors: "DETAIL:  Key (email)=(…) already exists."
_QUOTED_BY_POSTGRES = re.compile(r"^(DETAIL|CONTEXT|LINE \d+):.*(\n[ \t]+.*)*", re.MULTILINE)
_HARMLESS = re.compile(
    r"\d{4}-\d{2}-\d{2}.*"  # a date
    r"|\d{1,3}(?:\.\d{1,3}){3}"  # an address of a machine
    r"|\d{1,2}\.\d+"  # seconds
)


def _mask_digits(match: re.Match[str]) -> str:
    run = match.group()
    count = sum(character.isdigit() for character in run)
    if not 7 <= count <= 15 or _HARMLESS.fullmatch(run):
        return run
    return "[number]"


def mask(text: str) -> str:
    """The text without anything that names a person or opens a door."""
    text = _PASSWORD_IN_URL.sub("://[secret]@", text)
    text = _TOKEN.sub("[token]", text)
    text = _QUERY.sub(r"\1?[query]", text)
    text = _EMAIL.sub("[e-mail]", text)
    text = _QUOTED_BY_POSTGRES.sub(r"\1: [values]", text)
    return _DIGITS.sub(_mask_digits, text)


def _clean(value: Any) -> Any:
    """A value fit for a log: plain values stay, text is masked, anything else is only its kind."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {mask(str(key)): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(item) for item in value]
    return f"<{type(value).__name__}>"


def mask_event(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Processor: mask every value, the message and the text of an exception among them."""
    kept = {key: value for key, value in event.items() if key.startswith("_")}
    cleaned = {key: _clean(value) for key, value in event.items() if key not in kept}
    return {**cleaned, **kept}


_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
]


class WithoutReadyz(logging.Filter):
    """For `django.request`: a 503 of /readyz is an answer, and watchers ask all the time."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether the line is about another address."""
        return getattr(getattr(record, "request", None), "path", "") != "/readyz"


def formatter(*, json: bool) -> logging.Formatter:
    """The formatter of every handler; also teaches structlog to speak through `logging`."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: Processor = structlog.processors.JSONRenderer()
    if not json:
        renderer = structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_SHARED, structlog.stdlib.ExtraAdder()],
        processors=[
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            mask_event,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
    )
