"""Facts and state changes, one module for each noun of the road."""

from imports.models.batches import (
    OPEN,
    Attempt,
    Batch,
    BatchState,
    Decision,
    DryRun,
    Exchange,
    Kind,
    Process,
    RefusedValue,
)
from imports.models.before import BeforeImage, BeforeRead, Held, ReadAttempt, ReadQuota
from imports.models.customers import Customer, FieldFound, OnDuplicate, Quota, Token
from imports.models.do_not_import import DoNotImportList, ListAddition, ListEntry, ListKey
from imports.models.drafts import Draft
from imports.models.events import Chain, Event
from imports.models.imports import (
    EDITABLE,
    FINAL,
    SENDABLE,
    UNDER_WAY,
    Again,
    Duplicates,
    Import,
    ImportState,
    Melting,
    NameOnly,
    OnceChecked,
    Origin,
    Priority,
    Unchanged,
)
from imports.models.mappings import Chunk, MappingVersion
from imports.models.notices import (
    MailWish,
    Notice,
    NoticeKind,
    Recipient,
    Sending,
    Webhook,
    WebhookCall,
)
from imports.models.planned import HandOver, Schedule
from imports.models.profiles import ColumnProfile
from imports.models.provenance import LawfulBasis, Provenance
from imports.models.review import Correction, Gathering, ReviewAct, Traits
from imports.models.rows import Lead, Outcome, OutcomeStatus, Prediction, Row, Verdict
from imports.models.saved import SavedMapping
from imports.models.vocabulary import Lesson, Vocabulary, Word

__all__ = [
    "EDITABLE",
    "FINAL",
    "OPEN",
    "SENDABLE",
    "UNDER_WAY",
    "Again",
    "Attempt",
    "Batch",
    "BatchState",
    "BeforeImage",
    "BeforeRead",
    "Chain",
    "Chunk",
    "ColumnProfile",
    "Correction",
    "Customer",
    "Decision",
    "DoNotImportList",
    "Draft",
    "DryRun",
    "Duplicates",
    "Event",
    "Exchange",
    "FieldFound",
    "Gathering",
    "HandOver",
    "Held",
    "Import",
    "ImportState",
    "Kind",
    "LawfulBasis",
    "Lead",
    "Lesson",
    "ListAddition",
    "ListEntry",
    "ListKey",
    "MailWish",
    "MappingVersion",
    "Melting",
    "NameOnly",
    "Notice",
    "NoticeKind",
    "OnDuplicate",
    "OnceChecked",
    "Origin",
    "Outcome",
    "OutcomeStatus",
    "Prediction",
    "Priority",
    "Process",
    "Provenance",
    "Quota",
    "ReadAttempt",
    "ReadQuota",
    "Recipient",
    "RefusedValue",
    "ReviewAct",
    "Row",
    "SavedMapping",
    "Schedule",
    "Sending",
    "Token",
    "Traits",
    "Unchanged",
    "Verdict",
    "Vocabulary",
    "Webhook",
    "WebhookCall",
    "Word",
]
