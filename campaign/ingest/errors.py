"""What can go wrong when a source is asked: one class per thing the caller does differently."""

from __future__ import annotations

from campaign.domain.errors import CampaignTrackerError


class SourceUnavailable(CampaignTrackerError):
    """The source did not answer, failed, or asks us to slow down: ask again later."""


class ChangedAtSource(SourceUnavailable):
    """What was to be written has been changed there since it was read; nothing was written."""


class UnknownAtSource(CampaignTrackerError):
    """The source knows no such object."""


class RefusedBySource(CampaignTrackerError):
    """The source refuses our key or what we asked with it: staff must look."""


class LacksPermission(RefusedBySource):
    """The key is a good one and may not do this. `permission`: the source's own name of what it lacks, where told."""

    def __init__(self, message: str, permission: str = "", account: str = "") -> None:
        super().__init__(message)
        self.permission = permission
        self.account = account


class AllowanceSpent(CampaignTrackerError):
    """So much was asked of the source that only what deliveries need is still asked; this goes on by itself later."""


class Unverified(CampaignTrackerError):
    """A delivery is not what its source signed, or is no event; the message says why."""


class TooLarge(CampaignTrackerError):
    """A delivery is over the limit."""
