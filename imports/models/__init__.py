"""Facts and state changes, one module for each noun of the road."""

from imports.models.batches import (
    OPEN,
    Attempt,
    Batch,
    BatchState,
    Decision,
    DryRun,
    Kind,
    Process,
)
from imports.models.customers import Customer, OnDuplicate, Quota, Token
from imports.models.events import Chain, Event
from imports.models.imports import (
    EDITABLE,
    FINAL,
    SENDABLE,
    UNDER_WAY,
    Chunk,
    Duplicates,
    Import,
    ImportState,
    MappingVersion,
    OnceChecked,
    Unchanged,
)
from imports.models.rows import Lead, Outcome, OutcomeStatus, Prediction, Row, Verdict

__all__ = [
    "EDITABLE",
    "FINAL",
    "OPEN",
    "SENDABLE",
    "UNDER_WAY",
    "Attempt",
    "Batch",
    "BatchState",
    "Chain",
    "Chunk",
    "Customer",
    "Decision",
    "DryRun",
    "Duplicates",
    "Event",
    "Import",
    "ImportState",
    "Kind",
    "Lead",
    "MappingVersion",
    "OnDuplicate",
    "OnceChecked",
    "Outcome",
    "OutcomeStatus",
    "Prediction",
    "Process",
    "Quota",
    "Row",
    "Token",
    "Unchanged",
    "Verdict",
]
