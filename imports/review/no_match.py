"""Rows with neither phone nor e-mail: MEGA never finds them again.

Each import of such a row makes one more lead, and so does an answer that is lost.
"""

from typing import Final

from imports import whole_file
from imports.models import Import, NameOnly
from imports.review import decided
from imports.review.scope import Scope

CODE: Final = "no_match"
REASON: Final = (
    "Has neither a phone nor an e-mail, so MEGA matches it to nobody and makes a new lead of it "
    "each time."
)
_HOLD = """
    UPDATE imports_lead SET verdict = 'excluded', code = %(code)s, reason = %(reason)s
    WHERE import_id = %(import)s AND mapping_id = %(mapping)s AND verdict = 'ok'
      AND email_key IS NULL AND phone_key IS NULL AND {among}
"""


def hold(locked: Import, scope: Scope) -> None:
    """Keep them back unless somebody chose that they are sent."""
    if decided.of(locked).for_all[CODE] == NameOnly.SEND:
        return
    with whole_file.cursor() as cursor:
        parameters = scope.parameters | {"code": CODE, "reason": REASON}
        cursor.execute(_HOLD.format(among=scope.among()), parameters)
