"""One base, one class per thing a caller does differently. No HTTP inside; mapped to a status in one place (web)."""

from __future__ import annotations


class CampaignTrackerError(Exception):
    """Base of every error this product raises on purpose."""


class NotFound(CampaignTrackerError):
    """What was asked for does not exist."""

    def __init__(self, what: str, key: object) -> None:
        super().__init__(f"no {what} {key!r}")
        self.what = what
        self.key = key


class Invalid(CampaignTrackerError):
    """A value somebody entered can't be taken; `field` names it, the message says what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class Conflict(CampaignTrackerError):
    """Somebody else changed the same thing first; load it again and repeat."""


class CurrencyMismatch(CampaignTrackerError):
    """Two amounts of different currencies were added or compared."""


class DatabaseUnavailable(CampaignTrackerError):
    """The database can't be reached or can't keep what was given; try again later."""


class SchemaMismatch(CampaignTrackerError):
    """The database was read and its schema is not the one this release needs; run `db upgrade`."""


class MalformedFact(CampaignTrackerError):
    """A source's object lacks something the rule needs, or says something it can't mean."""

    def __init__(self, kind: str, key: str, problem: str) -> None:
        super().__init__(f"{kind} {key}: {problem}")
        self.kind = kind
        self.key = key
        self.problem = problem
