"""The one join form: a reader asks, a payment page opens at the source; who has not paid is not counted."""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue

from campaign.banner import joining, notices
from campaign.banner.notice_words import notice_words
from campaign.domain.campaign import Campaign
from campaign.domain.errors import CampaignTrackerError, NotFound
from campaign.ingest.accounts import Accounts
from campaign.ingest.errors import RefusedBySource, SourceUnavailable, UnknownAtSource
from campaign.ingest.stripe import checkout
from campaign.runtime import Runtime
from campaign.web.limits import RateLimit
from campaign.web.public import passed_on

MOST_IN_WINDOW = 10
WINDOW = timedelta(minutes=10)
"""From one network address: enough for a family behind one, too few for testing cards."""

_log = logging.getLogger(__name__)


def blueprint(runtime: Runtime) -> Blueprint:
    """`POST /g/<slug>/join`."""
    bp = Blueprint("join", __name__)
    limit = RateLimit(MOST_IN_WINDOW, WINDOW)
    accounts = Accounts(runtime.db, runtime.settings)

    @bp.post("/g/<slug>/join")
    def join(slug: str) -> ResponseReturnValue:
        """303 to the payment page; a page that says why where there is none."""
        now = runtime.now()
        page = f"/g/{slug}/"
        offer = joining.offer(runtime.db, slug, now)
        if offer.closed is not None:
            return _closed(offer.closed, offer.campaign, 409)
        if not limit.allows(request.remote_addr or "", now):
            return _closed(notice_words(offer.campaign.languages[0]).too_many, offer.campaign, 429)
        passed = passed_on()
        try:
            address = checkout.open_checkout(
                runtime.db,
                accounts,
                offer.campaign,
                # The page is the same bytes for everybody, so that it carries no number of its own.
                nonce=secrets.token_hex(16),
                success_url=f"{runtime.settings.public_url}{page}thanks",
                cancel_url=f"{runtime.settings.public_url}{page}",
                now=now,
                variant=passed.get("v"),
                article=passed.get("a"),
            )
        except (SourceUnavailable, RefusedBySource, UnknownAtSource, NotFound) as error:
            return _unavailable(error, offer.campaign)
        answer = redirect(address, 303)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return bp


def _unavailable(error: CampaignTrackerError, campaign: Campaign) -> Response:
    _log.error("joining %s: %s", campaign.slug, error)
    return _closed(notice_words(campaign.languages[0]).unavailable, campaign, 503)


def _closed(text: str, campaign: Campaign, status: int) -> Response:
    slug = campaign.slug
    page = notices.closed_html(text, slug, back_href=f"/g/{slug}/", language=campaign.languages[0])
    answer = Response(page, status, mimetype="text/html")
    answer.headers["Cache-Control"] = "no-store"
    return answer
