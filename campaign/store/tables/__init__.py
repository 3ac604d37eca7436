"""The tables. Private to `store`: other rooms get frozen domain values from the module of each noun."""

from campaign.store.tables.base import Base
from campaign.store.tables.facts import (
    Account,
    InvoiceLineRow,
    InvoiceLink,
    InvoiceRow,
    MembershipRow,
    PaymentRow,
    PersonRow,
    ReductionRow,
    SetApart,
    SignUpRow,
)
from campaign.store.tables.files import ByHand, FactBefore, FileDuplicate, FileImport, FilePart, FileRefusal
from campaign.store.tables.forecasts import ForecastRow, ForecastShown, PushRow
from campaign.store.tables.goals import ComparisonRow, ConversionRow, RateRow
from campaign.store.tables.ledger import Batch, CampaignRow, CampaignVersion, EntryRow, Recheck, TotalRow
from campaign.store.tables.newsroom import AlarmRow, ApiRequest, ApiToken, OutboxRow, PendingSignUp
from campaign.store.tables.people import AccountLink, ErasedAddress, PersonDecision
from campaign.store.tables.published import PublicFile, SnapshotRow
from campaign.store.tables.shown import GhostPageRow, ShowingTotal
from campaign.store.tables.sources import InboxEvent, Price, Source, SourceCursor, SourceObject, SourceReads, Stamp
from campaign.store.tables.staff import Audit, CheckRun, Invite, JobRun, SignInAttempt, StaffRow, SweepRun

__all__ = [
    "Account",
    "AccountLink",
    "AlarmRow",
    "ApiRequest",
    "ApiToken",
    "Audit",
    "Base",
    "Batch",
    "ByHand",
    "CampaignRow",
    "CampaignVersion",
    "CheckRun",
    "ComparisonRow",
    "ConversionRow",
    "EntryRow",
    "ErasedAddress",
    "FactBefore",
    "FileDuplicate",
    "FileImport",
    "FilePart",
    "FileRefusal",
    "ForecastRow",
    "ForecastShown",
    "GhostPageRow",
    "InboxEvent",
    "Invite",
    "InvoiceLineRow",
    "InvoiceLink",
    "InvoiceRow",
    "JobRun",
    "MembershipRow",
    "OutboxRow",
    "PaymentRow",
    "PendingSignUp",
    "PersonDecision",
    "PersonRow",
    "Price",
    "PublicFile",
    "PushRow",
    "RateRow",
    "Recheck",
    "ReductionRow",
    "SetApart",
    "ShowingTotal",
    "SignInAttempt",
    "SignUpRow",
    "SnapshotRow",
    "Source",
    "SourceCursor",
    "SourceObject",
    "SourceReads",
    "StaffRow",
    "Stamp",
    "SweepRun",
    "TotalRow",
]
