"""Signing up on a campaign's page: the form, the links that confirm and take it back. No cookie, no script."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue

from campaign.banner import joining, notices, sign_up
from campaign.banner.notice_words import notice_words
from campaign.banner.sign_up_words import sign_up_words
from campaign.domain.campaign import Campaign
from campaign.domain.errors import Invalid, NotFound
from campaign.ingest import sign_up_form
from campaign.ingest.addresses import normalised
from campaign.ingest.sign_up_form import CONFIRM, WITHDRAW, Asked
from campaign.runtime import Runtime
from campaign.web.limits import RateLimit
from campaign.web.public import passed_on

MOST_IN_WINDOW = 10
WINDOW = timedelta(minutes=10)
MOST_MAILS_A_DAY = 3
"""To one address, of all campaigns together, from one process."""


def blueprint(runtime: Runtime) -> Blueprint:
    """`/g/<slug>/sign-up`, `/g/<slug>/sign-up/<token>`, `/g/<slug>/withdraw/<token>`."""
    bp = Blueprint("sign_up", __name__)
    pages = _Pages(runtime)
    bp.add_url_rule("/g/<slug>/sign-up", "ask", pages.ask, methods=["POST"])
    bp.add_url_rule("/g/<slug>/sign-up/sent", "sent", pages.sent)
    bp.add_url_rule("/g/<slug>/sign-up/<token>", "confirm", pages.confirm, methods=["GET", "POST"])
    bp.add_url_rule("/g/<slug>/withdraw/<token>", "withdraw", pages.withdraw, methods=["GET", "POST"])
    return bp


class _Pages:
    def __init__(self, runtime: Runtime) -> None:
        self._db = runtime.db
        self._settings = runtime.settings
        self._now = runtime.now
        self._by_network = RateLimit(MOST_IN_WINDOW, WINDOW)
        self._by_address = RateLimit(MOST_MAILS_A_DAY, timedelta(days=1))

    def ask(self, slug: str) -> ResponseReturnValue:
        """303 to "check your mail", the same for every address; a page that says why where there is no form."""
        now = self._now()
        offer = joining.sign_up_offer(self._db, slug, now)
        language = _language(offer.campaign)
        words = sign_up_words(language)
        if offer.closed is not None:
            return _page(sign_up.told_html(slug, offer.closed, language, offer.campaign.name), 409)
        if self._settings.smtp_url is None:
            return _page(sign_up.told_html(slug, words.off, language, offer.campaign.name), 503)
        if not self._by_network.allows(request.remote_addr or "", now):
            return _page(sign_up.told_html(slug, notice_words(language).too_many, language, offer.campaign.name), 429)
        try:
            address = sign_up_form.check_address(request.form.get("email", ""))
        except Invalid:
            return _page(sign_up.told_html(slug, words.wrong_address, language, offer.campaign.name), 422)
        if self._by_address.allows(normalised(address), now):
            passed = passed_on()
            asked = Asked(address, language, passed.get("v"), passed.get("a"))
            sign_up_form.ask(self._db, self._settings, offer.campaign, asked, now)
        return redirect(f"/g/{slug}/sign-up/sent?lang={language}", 303)

    def sent(self, slug: str) -> ResponseReturnValue:
        campaign = joining.public_campaign(self._db, slug)
        return _page(sign_up.sent_html(slug, _language(campaign)))

    def confirm(self, slug: str, token: str) -> ResponseReturnValue:
        """The link's page has a button; only that confirms."""
        campaign = joining.public_campaign(self._db, slug)
        language = _language(campaign)
        if request.method == "GET":
            if not sign_up_form.is_known(self._db, self._settings, slug, token, CONFIRM):
                return _unknown(campaign, language)
            return _page(
                sign_up.confirm_html(slug, campaign.name, f"/g/{slug}/sign-up/{token}?lang={language}", language)
            )
        try:
            sign_up_form.confirm(self._db, self._settings, slug, token, self._now())
        except NotFound:
            return _unknown(campaign, language)
        home = campaign.join.home_url.partition("#")[0] or f"/g/{slug}/"
        words = sign_up_words(language)
        back = f"{home}#mg=joined-{slug}"
        return _page(notices.thanks_html(slug, back_href=back, language=language, text=words.confirmed))

    def withdraw(self, slug: str, token: str) -> ResponseReturnValue:
        """The same for taking it back."""
        campaign = joining.public_campaign(self._db, slug)
        language = _language(campaign)
        if request.method == "GET":
            if not sign_up_form.is_known(self._db, self._settings, slug, token, WITHDRAW):
                return _unknown(campaign, language)
            return _page(
                sign_up.withdraw_html(slug, campaign.name, f"/g/{slug}/withdraw/{token}?lang={language}", language)
            )
        try:
            sign_up_form.withdraw(self._db, self._settings, slug, token, self._now())
        except NotFound:
            return _unknown(campaign, language)
        return _page(sign_up.told_html(slug, sign_up_words(language).withdrawn, language, campaign.name))


def _language(campaign: Campaign) -> str:
    """The language the page was in, where the campaign has it; else its first."""
    asked = request.values.get("lang", "")
    return asked if asked in campaign.languages else campaign.languages[0]


def _unknown(campaign: Campaign, language: str) -> Response:
    words = sign_up_words(language)
    return _page(sign_up.told_html(campaign.slug, words.unknown_link, language, campaign.name), 404)


def _page(body: str, status: int = 200) -> Response:
    response = Response(body, status, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"  # the address holds a token
    return response
