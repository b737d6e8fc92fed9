"""Whose tokens the sandbox knows, and what each customer's CRM has set up."""

import hashlib
import threading
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from imports.mega.contract import SCOPE_READ, SCOPE_WRITE, looks_like_token
from imports.mega.sandbox.replies import Refusal
from imports.mega.sandbox.validation import is_uuid

DEMO_TOKEN = "mega_" + "d3" * 32
DEMO_CUSTOMER_ID = "5a2d0b0e-7c1f-4e8a-9a3b-0c6f1d2e3f40"
STAGES = ("new", "contacted", "qualified", "won", "lost")
OWNERS = {
    "0f6c1d52-3b7e-4c55-8a54-6d1b0e9f7a01": "Ada Brook",
    "0f6c1d52-3b7e-4c55-8a54-6d1b0e9f7a02": "Ben Castle",
    "0f6c1d52-3b7e-4c55-8a54-6d1b0e9f7a03": "Cleo Drake",
}
CUSTOM_FIELDS = ("budget", "city", "notes", "move_in_date")
BOTH_SCOPES = (SCOPE_READ, SCOPE_WRITE)


@dataclass
class Customer:
    """A customer's CRM: stage slugs in their order, owners by id, custom-field slugs."""

    customer_id: str
    stages: tuple[str, ...] = STAGES
    owners: Mapping[str, str] = field(default_factory=lambda: dict(OWNERS))
    custom_fields: frozenset[str] = frozenset(CUSTOM_FIELDS)

    def stage_id(self, slug: str) -> str:
        """Return the id that a stage has with this customer."""
        return str(uuid.uuid5(uuid.UUID(self.customer_id), slug))


@dataclass
class Key:
    """A token as the sandbox remembers it: never the text itself."""

    fingerprint: str
    last_four: str
    customer_id: str
    scopes: frozenset[str]
    requests_per_minute: int | None = None  # None: the sandbox's usual number
    revoked: bool = False

    @property
    def masked(self) -> str:
        """Return what may be shown."""
        return f"mega_…{self.last_four}"


def fingerprint(token: str) -> str:
    """Return what a token is remembered by."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


class Accounts:
    """The keys and customers of one sandbox; may be used from several threads."""

    def __init__(self, *, accept_any: bool = False) -> None:
        self.accept_any = accept_any
        self.keys: dict[str, Key] = {}
        self.customers: dict[str, Customer] = {}
        self._lock = threading.RLock()
        self.register(DEMO_TOKEN, DEMO_CUSTOMER_ID)

    def register(
        self,
        token: str,
        customer_id: str,
        *,
        scopes: Iterable[str] = BOTH_SCOPES,
        requests_per_minute: int | None = None,
    ) -> Key:
        """Make a token known, or change what it may do; a revoked one is good again."""
        print_ = fingerprint(token)
        customer_id = customer_id.lower()
        with self._lock:
            self.customer(customer_id)
            self.keys[print_] = Key(
                print_,
                token[-4:],
                customer_id,
                frozenset(scopes),
                requests_per_minute,
            )
            return self.keys[print_]

    def customer(self, customer_id: str) -> Customer:
        """Return the customer, with the usual stages, owners and fields when it is new."""
        with self._lock:
            return self.customers.setdefault(customer_id.lower(), Customer(customer_id.lower()))

    def set_up(
        self,
        customer_id: str,
        *,
        stages: Iterable[str] | None = None,
        owners: Mapping[str, str] | None = None,
        custom_fields: Iterable[str] | None = None,
    ) -> Customer:
        """Change what a customer's CRM has; None leaves a part as it is."""
        customer = self.customer(customer_id)
        if stages is not None:
            customer.stages = tuple(stages)
        if owners is not None:
            customer.owners = {owner.lower(): name for owner, name in owners.items()}
        if custom_fields is not None:
            customer.custom_fields = frozenset(custom_fields)
        return customer

    def authenticate(self, authorization: str, customer_id: str) -> Key:
        """Return the key of a request; raise Refusal (401) when there is none to trust."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Refusal(401, "Missing bearer token.")
        if not customer_id:
            raise Refusal(401, "Missing x-customer-id header.")
        if not is_uuid(customer_id):
            raise Refusal(401, "The x-customer-id header is not a UUID.")
        with self._lock:
            key = self.keys.get(fingerprint(token.strip()))
            if key is None and self.accept_any and looks_like_token(token.strip()):
                key = self.register(token.strip(), customer_id)
        if key is None or key.revoked:
            raise Refusal(401, "The token is unknown or revoked.")
        return key

    @staticmethod
    def authorize(key: Key, customer_id: str, scope: str) -> None:
        """Raise Refusal (403) unless the key is of this customer and carries the scope."""
        if key.customer_id != customer_id.lower():
            raise Refusal(403, "The token is locked to a different customer.")
        if scope not in key.scopes:
            raise Refusal(403, f"The token lacks the scope {scope}.")

    def known(self, token: str) -> Key:
        """Return the key of a token; raise KeyError when it was never seen."""
        return self.keys[fingerprint(token)]
