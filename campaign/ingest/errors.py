"""What can go wrong when a source is asked: one class per thing the caller does differently."""

from __future__ import annotations

from campaign.domain.errors import CampaignTrackerError


class SourceUnavailable(CampaignTrackerError):
    """The source did not answer, failed, or asks us to slow down: ask again later."""


class UnknownAtSource(CampaignTrackerError):
    """The source knows no such object."""


class RefusedBySource(CampaignTrackerError):
    """The source refuses our key or what we asked with it: staff must look."""


class Unverified(CampaignTrackerError):
    """A delivery is not what its source signed, or is no event; the message says why."""


class TooLarge(CampaignTrackerError):
    """A delivery is over the limit."""
