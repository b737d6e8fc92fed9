"""The acts of the audit trail: a code that is stored for ever, and its label in words."""

SIGNED_IN = "signed_in"
SIGN_IN_FAILED = "sign_in_failed"
SIGNED_OUT = "signed_out"
PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a code, not a password

USER_ADDED = "user_added"
USER_CHANGED = "user_changed"
USER_DEACTIVATED = "user_deactivated"
TEAM_ADDED = "team_added"
TEAM_CHANGED = "team_changed"
MEMBER_ADDED = "member_added"
MEMBER_CHANGED = "member_changed"
MEMBER_REMOVED = "member_removed"
STRANGER = "stranger"

CUSTOMER_CREATED = "customer_added"
CUSTOMER_CHANGED = "customer_changed"
TOKEN_SET = "token_set"  # noqa: S105 - a code, not a password
TOKEN_CHECKED = "token_checked"  # noqa: S105 - a code, not a password
TOKEN_JUDGED = "token_judged"  # noqa: S105 - a code, not a password
TOKEN_REFUSED = "token_refused"  # noqa: S105 - a code, not a password
TOKENS_RESEALED = "tokens_resealed"
SETTINGS_CHANGED = "settings_changed"
WORDS_ASKED = "words_asked"
WORDS_READ = "words_read"
WORDS_MISSED = "words_missed"
WEBHOOK_SET = "webhook_set"
WEBHOOK_REMOVED = "webhook_removed"
WEBHOOK_TESTED = "webhook_tested"

LISTED = "listed"
UNLISTED = "unlisted"
LISTED_CUT = "listed_cut"

UPLOADED = "uploaded"
DERIVED = "derived"
FOLLOWED = "followed"
CAME_BACK = "came_back"
MAPPED = "mapped"
MAPPING_ACCEPTED = "mapping_accepted"
MAPPING_SAVED = "mapping_saved"
MAPPING_RENAMED = "mapping_renamed"
MAPPING_REMOVED = "mapping_removed"
OPTIONS_SET = "options_set"
REREAD = "reread"
COLUMN_KEPT = "column_kept"
COLUMN_MASKED = "column_masked"
CORRECTED = "corrected"
CUSTOMER_CONFIRMED = "customer_confirmed"
REPLACED = "replaced"
VALUE_SET = "value_set"
ROWS_DROPPED = "rows_dropped"
REVIEW_DECIDED = "review_decided"
REVIEW_UNDONE = "review_undone"
PROVENANCE_NOTED = "provenance_noted"
DRY_RUN = "dry_run"
DRY_RUN_STOPPED = "dry_run_stopped"
SENT = "sent"
SCHEDULED = "scheduled"
SCHEDULE_TAKEN_BACK = "schedule_taken_back"
NOT_STARTED = "not_started"
HANDED_OVER = "handed_over"
SEND_UNDONE = "send_undone"
PAUSED = "paused"
RESUMED = "resumed"
CANCELLED = "cancelled"
PRIORITY_SET = "priority_set"
BLOCKED = "blocked"
UNBLOCKED = "unblocked"
ASKED = "asked"
DECIDED = "decided"
OLD_VALUES_READ = "old_values_read"
OLD_VALUES_MISSED = "old_values_missed"
FINISHED = "finished"
ENDED = "ended"
FAILED = "failed"
INCONSISTENT = "inconsistent"
DOWNLOADED = "downloaded"

LABELS: dict[str, str] = {
    SIGNED_IN: "Signed in",
    SIGN_IN_FAILED: "Sign-in failed",
    SIGNED_OUT: "Signed out",
    PASSWORD_CHANGED: "Password changed",
    USER_ADDED: "User added",
    USER_CHANGED: "User changed",
    USER_DEACTIVATED: "User deactivated",
    TEAM_ADDED: "Team added",
    TEAM_CHANGED: "Team changed",
    MEMBER_ADDED: "Member added",
    MEMBER_CHANGED: "Member's role changed",
    MEMBER_REMOVED: "Member removed",
    STRANGER: "Asked for another team's data",
    CUSTOMER_CREATED: "Customer added",
    CUSTOMER_CHANGED: "Customer changed",
    TOKEN_SET: "Token set",
    TOKEN_CHECKED: "Token check asked for",
    TOKEN_JUDGED: "Token check answered",
    TOKEN_REFUSED: "Token refused by MEGA",
    TOKENS_RESEALED: "Tokens sealed anew",
    SETTINGS_CHANGED: "Settings changed",
    WORDS_ASKED: "MEGA's words asked for",
    WORDS_READ: "MEGA's words read",
    WORDS_MISSED: "MEGA's words not read",
    WEBHOOK_SET: "Webhook set",
    WEBHOOK_REMOVED: "Webhook removed",
    WEBHOOK_TESTED: "Webhook tested",
    LISTED: "Put on a do-not-import list",
    UNLISTED: "Taken off a do-not-import list",
    LISTED_CUT: "Rows left out of a request by a do-not-import list",
    UPLOADED: "File uploaded",
    DERIVED: "Made of another import's rows",
    FOLLOWED: "Rows taken into a follow-up",
    CAME_BACK: "Rows came back in a file",
    MAPPED: "Columns mapped",
    MAPPING_ACCEPTED: "Sure columns accepted",
    MAPPING_SAVED: "Mapping saved by name",
    MAPPING_RENAMED: "Saved mapping renamed",
    MAPPING_REMOVED: "Saved mapping removed",
    OPTIONS_SET: "Options changed",
    REREAD: "File read in another way",
    COLUMN_KEPT: "Sensitive column kept",
    COLUMN_MASKED: "Sensitive column masked again",
    CUSTOMER_CONFIRMED: "Customer confirmed by name",
    CORRECTED: "Cells of a row corrected",
    REPLACED: "Found and replaced in a column",
    VALUE_SET: "Value set for a group of rows",
    ROWS_DROPPED: "Rows dropped",
    REVIEW_DECIDED: "Decided in review",
    REVIEW_UNDONE: "Change in review undone",
    PROVENANCE_NOTED: "Noted where leads come from",
    DRY_RUN: "Dry run started",
    DRY_RUN_STOPPED: "Dry run stopped",
    SENT: "Sending confirmed",
    SCHEDULED: "Sending scheduled",
    SCHEDULE_TAKEN_BACK: "Time to send taken back",
    NOT_STARTED: "Not started at its time",
    HANDED_OVER: "Review handed over",
    SEND_UNDONE: "Sending undone",
    PAUSED: "Paused",
    RESUMED: "Resumed",
    CANCELLED: "Cancelled",
    PRIORITY_SET: "Priority changed",
    BLOCKED: "Blocked",
    UNBLOCKED: "Unblocked",
    ASKED: "Waits for a decision",
    DECIDED: "Decision made",
    OLD_VALUES_READ: "Old values read",
    OLD_VALUES_MISSED: "Old values not kept",
    FINISHED: "Finished",
    ENDED: "Ended after a cancel",
    FAILED: "Failed",
    INCONSISTENT: "Books do not balance",
    DOWNLOADED: "Downloaded",
}


def label(code: str) -> str:
    """The words for an act; the code itself for one that a later release wrote."""
    return LABELS.get(code, code)
