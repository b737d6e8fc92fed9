"""A stand-in for the MEGA CRM: the vendor's contract kept strictly, on loopback, told to misbehave.

What it decides where the vendor's description is silent:
- Properties that the schema does not know are ignored; a null where a string belongs is refused.
- An e-mail match goes before a phone match when they point at two leads.
- A second request with the key of one that is still in progress is a 409.
- Only the 200 of a real import is kept under its key; a 400 wrote nothing and is worked out anew.
- Every request with a trusted token counts against its quota, whatever it is answered.
- `lead_line` among the custom fields is ignored and named, as it is reserved.
"""

from imports.mega.sandbox.accounts import (
    CUSTOM_FIELDS,
    DEMO_CUSTOMER_ID,
    DEMO_TOKEN,
    OWNERS,
    STAGES,
)
from imports.mega.sandbox.faults import KINDS, Fault
from imports.mega.sandbox.local import Sandbox

__all__ = [
    "CUSTOM_FIELDS",
    "DEMO_CUSTOMER_ID",
    "DEMO_TOKEN",
    "KINDS",
    "OWNERS",
    "STAGES",
    "Fault",
    "Sandbox",
]
