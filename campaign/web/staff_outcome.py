"""What came of the banner: one page of a campaign, which changes nothing."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from campaign.dashboard import campaigns, outcomes
from campaign.domain.lasting import LASTING_DAYS
from campaign.domain.staff import Role
from campaign.runtime import Runtime
from campaign.web.staff_page import page
from campaign.web.staff_sessions import needs, route


def add_pages(bp: Blueprint, runtime: Runtime) -> None:
    """`/campaigns/<slug>/outcome`."""

    @needs(Role.VIEWER)
    def outcome(slug: str) -> ResponseReturnValue:
        campaign = campaigns.find(runtime.db, slug)
        found = outcomes.outcomes(runtime.db, campaign, runtime.now())
        return page("outcome.html", campaign=campaign, found=found, days=LASTING_DAYS)

    route(bp, "/campaigns/<slug>/outcome", outcome)
