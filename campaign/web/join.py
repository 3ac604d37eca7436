"""The one join form: a reader asks, a payment page opens at the source; who has not paid is not counted."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue

from campaign.banner import joining, notices
from campaign.banner.formats import Formats
from campaign.banner.notice_words import notice_words
from campaign.domain.campaign import Campaign
from campaign.domain.errors import CampaignTrackerError, Invalid, NotFound
from campaign.domain.money import Money
from campaign.domain.offers import Chosen, choose
from campaign.domain.wording import fill
from campaign.ingest.accounts import Accounts
from campaign.ingest.errors import RefusedBySource, SourceUnavailable, UnknownAtSource
from campaign.ingest.stripe import checkout
from campaign.runtime import Runtime
from campaign.web.limits import RateLimit
from campaign.web.public import TOKEN, new_token, passed_on

MOST_IN_WINDOW = 10
WINDOW = timedelta(minutes=10)
"""From one network address: enough for a family behind one, too few for testing cards."""

_log = logging.getLogger(__name__)


def blueprint(runtime: Runtime) -> Blueprint:
    """`POST /g/<slug>/join`, and the same with GET for a form that had no token yet."""
    bp = Blueprint("join", __name__)
    door = _Door(runtime)
    bp.add_url_rule("/g/<slug>/join", view_func=door.join, methods=["GET", "POST"])
    return bp


class _Door:
    """Where readers ask to join; it counts the tries of a network address."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._limit = RateLimit(MOST_IN_WINDOW, WINDOW)
        self._accounts = Accounts(runtime.db, runtime.settings)

    def join(self, slug: str) -> ResponseReturnValue:
        """303 to the payment page; a page that says why where there is none.

        A form with a token opens one session, however often it is sent. The page as caches hold it is the same bytes
        for everybody and has none: then its sender is handed one first, and a second click replaces the first.
        """
        now = self._runtime.now()
        offer = joining.offer(self._runtime.db, slug, now)
        if offer.closed is not None:
            return _closed(offer.closed, offer.campaign, 409)
        passed = passed_on()
        token = passed.get("t", "")
        if request.method == "GET" and not TOKEN.fullmatch(token):
            return _see(f"/g/{slug}/#join")
        if request.method == "POST" and not self._limit.allows(request.remote_addr or "", now):
            return _closed(notice_words(offer.campaign.languages[0]).too_many, offer.campaign, 429)
        value, typed = request.values.get("choice", "")[:300], request.values.get("amount", "")[:40]
        try:
            chosen = choose(offer.campaign.join, offer.offered, value, typed)
        except Invalid as problem:
            return _closed(_wrong(problem, offer.campaign), offer.campaign, 422)
        if not TOKEN.fullmatch(token):
            asked = {**passed, "choice": value, "amount": typed, "t": new_token()}
            return _see(f"/g/{slug}/join?{urlencode({k: v for k, v in asked.items() if v})}")
        return self._open(offer.campaign, chosen, passed, now)

    def _open(
        self, campaign: Campaign, chosen: Chosen, passed: Mapping[str, str], now: datetime
    ) -> ResponseReturnValue:
        page = f"{self._runtime.settings.public_url}/g/{campaign.slug}/"
        try:
            address = checkout.open_checkout(
                self._runtime.db,
                self._accounts,
                campaign,
                chosen,
                # Also of whom: nobody can hand a session of theirs to others.
                nonce=f"{passed['t']} {request.remote_addr}",
                success_url=f"{page}thanks{'' if chosen.price_key else '?once=1'}",
                cancel_url=page,
                now=now,
                variant=passed.get("v"),
                article=passed.get("a"),
            )
        except (SourceUnavailable, RefusedBySource, UnknownAtSource, NotFound) as error:
            return _unavailable(error, campaign)
        return _see(address)


def _see(address: str) -> ResponseReturnValue:
    answer = redirect(address, 303)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _wrong(problem: Invalid, campaign: Campaign) -> str:
    """In the readers' language; what the amount must be at least is said with it."""
    language = campaign.languages[0]
    words = notice_words(language)
    if problem.field != "amount":
        return words.nothing_on_sale
    least = Money(max(1, campaign.join.give_minimum_minor), campaign.join.give_currency)
    return fill(words.wrong_amount, {"least": Formats(language, campaign.zone).money(least)})


def _unavailable(error: CampaignTrackerError, campaign: Campaign) -> Response:
    _log.error("joining %s: %s", campaign.slug, error)
    return _closed(notice_words(campaign.languages[0]).unavailable, campaign, 503)


def _closed(text: str, campaign: Campaign, status: int) -> Response:
    slug = campaign.slug
    page = notices.closed_html(text, slug, back_href=f"/g/{slug}/", language=campaign.languages[0])
    answer = Response(page, status, mimetype="text/html")
    answer.headers["Cache-Control"] = "no-store"
    return answer
