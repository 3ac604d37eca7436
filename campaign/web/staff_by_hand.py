"""By hand: gifts and memberships that come offline, and adjustments."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from campaign.dashboard import by_hand as shown
from campaign.dashboard.by_hand import ByHandPage
from campaign.domain.errors import Invalid
from campaign.domain.money import EXPONENTS
from campaign.domain.staff import Role
from campaign.ingest import by_hand
from campaign.ingest.addresses import hasher_of
from campaign.ingest.by_hand import MEMBERSHIP, PAYMENT, Promise
from campaign.runtime import Runtime
from campaign.web import staff_fields as fields
from campaign.web import staff_sessions
from campaign.web.staff_page import done, page
from campaign.web.staff_sessions import needs, route


def add_pages(bp: Blueprint, runtime: Runtime) -> None:
    pages = _Pages(runtime)
    route(bp, "/by-hand", pages.by_hand)
    route(bp, "/by-hand/enter", pages.enter_by_hand, methods=("POST",))
    route(bp, "/by-hand/<int:hand_id>/receive", pages.receive_by_hand, methods=("POST",))
    route(bp, "/by-hand/<int:hand_id>/reverse", pages.reverse_by_hand, methods=("GET", "POST"))


class _Pages:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._db = runtime.db

    @needs(Role.VIEWER)
    def by_hand(self) -> ResponseReturnValue:
        view = shown.by_hand_page(self._db)
        return page("by_hand.html", view=view, form=_form(view), now=self._runtime.now())

    @needs(Role.EDITOR)
    def enter_by_hand(self) -> ResponseReturnValue:
        view = shown.by_hand_page(self._db)
        form = _form(view)
        if not form.validate_on_submit():
            return page("by_hand.html", 400, view=view, form=form, now=self._runtime.now())
        try:
            self._enter(form, view)
        except Invalid as problem:
            field = form._fields.get(problem.field) or form.note
            field.errors = [*field.errors, problem.message]
            return page("by_hand.html", 400, view=view, form=form, now=self._runtime.now())
        return done("It counts." if form.received.data else "The promise is kept. It counts once received.", "by_hand")

    def _enter(self, form: Any, view: ByHandPage) -> None:
        is_payment = form.what.data == PAYMENT
        currency = form.currency.data.upper()
        if is_payment and currency not in EXPONENTS:
            raise Invalid("currency", "Enter a currency like EUR.")
        promise = Promise(
            what=PAYMENT if is_payment else MEMBERSHIP,
            note=form.note.data,
            address=form.address.data,
            amount_minor=fields.read_money("amount", form.amount.data or "0", currency) if is_payment else None,
            currency=currency if is_payment else None,
            campaign_slug=form.campaign.data or None if is_payment else None,
            is_gift=form.what.data == "gift",
            starts_at=_instant(form.starts_at.data, view.zone) if not is_payment else None,
            ends_at=_instant(form.ends_at.data, view.zone) if not is_payment else None,
        )
        now = self._runtime.now()
        received_at = None
        if form.received.data:
            received_at = _instant(form.received_at.data, view.zone) or now
        hasher = hasher_of(self._runtime.settings)
        by_hand.enter(self._db, promise, hasher, staff_sessions.staff().email, now, received_at=received_at)

    @needs(Role.EDITOR)
    def receive_by_hand(self, hand_id: int) -> ResponseReturnValue:
        now = self._runtime.now()
        by_hand.receive(self._db, hand_id, now, staff_sessions.staff().email, now)
        return done("Received: it counts from now.", "by_hand")

    @needs(Role.EDITOR)
    def reverse_by_hand(self, hand_id: int) -> ResponseReturnValue:
        reason = request.form.get("reason", "")[:500]
        if request.method == "GET" or not reason.strip():
            view = shown.by_hand_page(self._db)
            one = next((o for o in (*view.promised, *view.received) if o.id == hand_id), None)
            return page("by_hand_reverse.html", 200 if request.method == "GET" else 400, one=one, view=view)
        by_hand.reverse(self._db, hand_id, reason, staff_sessions.staff().email, self._runtime.now())
        return done("It is taken back, by entries that reverse it.", "by_hand")


def _form(view: ByHandPage) -> Any:
    members = [("member", "A membership, paid"), ("gift", "A membership, given to somebody")]
    own: dict[str, Any] = {
        "what": fields.select("What", [(PAYMENT, "Money, once"), *members]),
        "note": fields.text("Where it comes from", "Like “cheque, receipt 118”; no names.", longest=300),
        "address": fields.text(
            "E-mail address, if known",
            "It becomes a code, so that a person counts once. Needed for a membership.",
            required=False,
            autocomplete="off",
            inputmode="email",
        ),
        "amount": fields.text("Amount", required=False, inputmode="decimal", autocomplete="off"),
        "currency": fields.text("Currency", required=False, longest=3),
        "campaign": fields.select(
            "For", [("", "no campaign in particular"), *((c.slug, c.name) for c in view.campaigns)]
        ),
        "starts_at": fields.local_time("Begins", "Else when it is received.", required=False),
        "ends_at": fields.local_time("Paid until", "Empty: until you take it back.", required=False),
        "received": fields.check("It has been received", "A promise counts nothing until it is."),
        "received_at": fields.local_time("Received on", f"Else now. In {view.zone}.", required=False),
    }
    form = type("ByHandForm", (fields.Form,), own)()
    if request.method == "GET":
        form.currency.data = view.currency
    return form


def _instant(typed: Any, zone: str) -> Any:
    return None if typed is None else fields.instant(typed, zone)
