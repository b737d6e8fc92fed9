"""The errors of the domain, named for what the caller should do.

PortalError                 a sentence for a person: where, what, what was expected, how to repair
├── BadInput                the person gave something that cannot be used; change it and try again
│   ├── UnreadableFile      the spreadsheet cannot be opened or holds no rows
│   └── BadMapping          the mapping file or form names what does not exist
├── WrongState              the import is not in a state that allows this
│   └── LookAgain           somebody changed what was seen; nothing was done, look at it again
├── StoreUnavailable        uploads cannot be reached now: nothing is lost, try again later
├── VaultError              a token cannot be opened with the keys that are configured
└── MegaError               an exchange with MEGA that brought no HTTP answer
    ├── NotSent             nothing left this machine: it did not happen, try again later
    └── OutcomeUnknown      it may have happened: repeat the identical bytes under the same key
                            (`mega.heard.BrokenOff`: with what came of an answer that broke off)

An HTTP answer of any status is not an error but an answer (`mega.contract.Answer`); what follows
from it is decided by `delivery.conclude`.
"""


class PortalError(Exception):
    """Carries one sentence that may be shown to the person who caused it."""

    def __init__(self, sentence: str, *, code: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code or type(self).__name__


class BadInput(PortalError):
    """The person gave something that cannot be used."""


class UnreadableFile(BadInput):
    """The spreadsheet cannot be opened, or holds no rows."""


class BadMapping(BadInput):
    """The mapping names a field or a column that does not exist."""


class WrongState(PortalError):
    """The import is not in a state that allows this."""


class LookAgain(WrongState):
    """Somebody changed in the meantime what the person saw: nothing was done."""


class StoreUnavailable(PortalError):
    """The place where uploads are kept does not answer: what is there is still there.

    `what` says so without advice, for where it is tried again by itself.
    """

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} Nothing is lost: try again in some minutes, and tell your administrator if it "
            "goes on."
        )
        self.what = what


class VaultError(PortalError):
    """A sealed token cannot be opened with the configured keys."""


class MegaError(PortalError):
    """An exchange with MEGA that brought no HTTP answer."""


class NotSent(MegaError):
    """Nothing left this machine: the request did not happen."""


class OutcomeUnknown(MegaError):
    """The request may have reached MEGA: its outcome is unknown."""
