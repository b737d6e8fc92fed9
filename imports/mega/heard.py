"""What was heard of an answer, fit to be kept: also of one that broke off, and without the token.

Whoever is asked may repeat the token, whole or without its beginning, in the body or in a header.
What is kept of an answer must not hold it; the status text is not kept at all.
"""

import re
from dataclasses import replace

from imports.errors import MegaError, OutcomeUnknown
from imports.mega.contract import Answer

MASK = b"[token]"
_PREFIX = b"mega_"
_ANY = re.compile(rb"mega_[0-9a-f]{64}", re.IGNORECASE)
_CUT = re.compile(rb"mega_[0-9a-f]{1,63}\Z", re.IGNORECASE)
_SHORTEST = 8  # characters of a token's secret part that are taken for it at a broken end


class BrokenOff(OutcomeUnknown):
    """An answer began and did not come to its end; `part` is what came, its headers whole."""

    def __init__(self, sentence: str, *, code: str, part: Answer) -> None:
        super().__init__(sentence, code=code)
        self.part = part


def of(reply: Answer | MegaError) -> Answer | None:
    """Return what was heard: the answer, or its part; None when not even its head came."""
    if isinstance(reply, BrokenOff):
        return reply.part
    return reply if isinstance(reply, Answer) else None


def without_tokens(reply: Answer | MegaError, token: str = "") -> Answer | MegaError:
    """Return the reply without this token, and without anything else that looks like one."""
    if isinstance(reply, BrokenOff):
        part = _without(reply.part, token, is_cut=True)
        return BrokenOff(reply.sentence, code=reply.code, part=part)
    return _without(reply, token, is_cut=False) if isinstance(reply, Answer) else reply


def _without(answer: Answer, token: str, *, is_cut: bool) -> Answer:
    secret = _secret(token)
    known = [(_PREFIX, _ANY)]
    if len(secret) >= _SHORTEST:
        own = re.compile(rb"(?:mega_)?" + re.escape(secret), re.IGNORECASE)
        known.insert(0, (secret.lower(), own))
    headers = {_text(name, known): _text(text, known) for name, text in answer.headers.items()}
    body = _masked(answer.body, known)
    if is_cut:
        body = _without_beginning(_CUT.sub(MASK, body), secret)
    return replace(answer, headers=headers, body=body)


def _secret(token: str) -> bytes:
    return token.encode(errors="replace").removeprefix(_PREFIX)


def _text(text: str, known: list[tuple[bytes, re.Pattern[bytes]]]) -> str:
    return _masked(text.encode(), known).decode()


def _masked(content: bytes, known: list[tuple[bytes, re.Pattern[bytes]]]) -> bytes:
    """Mask each pattern where its sign is found: looking for that is a hundred times as fast."""
    lower = content.lower()
    for sign, pattern in known:
        if sign in lower:
            content = pattern.sub(MASK, content)
    return content


def _without_beginning(content: bytes, secret: bytes) -> bytes:
    """Take out the beginning of the secret at which an answer broke off."""
    for length in range(len(secret) - 1, _SHORTEST - 1, -1):
        if content.lower().endswith(secret[:length].lower()):
            return content[:-length] + MASK
    return content
