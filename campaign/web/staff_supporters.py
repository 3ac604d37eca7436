"""Supporters: a typed address leads to what is known; who is one person; who asks to be forgotten."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from campaign.counting import erase, merge
from campaign.counting.merge import Effect
from campaign.dashboard import supporters
from campaign.domain.errors import Conflict, Invalid, NotFound
from campaign.domain.people import AddressHash
from campaign.domain.staff import Role
from campaign.ingest.addresses import hasher_of
from campaign.runtime import Runtime
from campaign.web import staff_fields as fields
from campaign.web import staff_sessions
from campaign.web.staff_page import done, page
from campaign.web.staff_sessions import needs, route

MERGE, APART, UNDO = "merge", "apart", "undo"
_LOOKED_AT = "looked at"


class AddressForm(fields.Form):
    address = fields.text("E-mail address", type="email", autocomplete="off", inputmode="email")


class DecisionForm(fields.Form):
    kind = fields.hidden()
    account = fields.hidden()
    other = fields.hidden()
    reason = fields.text("Why", "Name nobody here: it is kept for good, and beside each change.", longest=200)


def add_pages(bp: Blueprint, runtime: Runtime) -> None:
    pages = _Pages(runtime)
    route(bp, "/supporters", pages.supporters, methods=("GET", "POST"))
    route(bp, "/supporters/suggestions", pages.suggestions)
    route(bp, "/supporters/<int:person_id>", pages.supporter)
    route(bp, "/supporters/<int:person_id>/held.json", pages.held)
    route(bp, "/supporters/<int:person_id>/merge", pages.merge_with, methods=("POST",))
    route(bp, "/supporters/look", pages.look, methods=("POST",))
    route(bp, "/supporters/decide", pages.decide, methods=("POST",))
    route(bp, "/supporters/erase", pages.erase, methods=("POST",))


class _Pages:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._db = runtime.db
        self._hash_address = hasher_of(runtime.settings)

    @needs(Role.EDITOR)
    def supporters(self) -> ResponseReturnValue:
        form = AddressForm()
        if not form.validate_on_submit():
            return self._start(form, 400 if form.errors else 200)
        found = supporters.find(self._db, self._hashed(form).all)
        if len(found.people) == 1:
            return done("Found.", "supporter", person_id=found.people[0])
        return self._start(AddressForm(formdata=None), 200 if found.people else 404, found=found)

    @needs(Role.EDITOR)
    def supporter(self, person_id: int) -> ResponseReturnValue:
        known = supporters.supporter(self._db, person_id)
        return page("supporter.html", known=known, form=AddressForm(formdata=None), now=self._runtime.now())

    @needs(Role.EDITOR)
    def suggestions(self) -> ResponseReturnValue:
        return page("supporter_suggestions.html", found=supporters.suggestions(self._db, self._runtime.now()))

    @needs(Role.ADMIN)
    def held(self, person_id: int) -> ResponseReturnValue:
        body = supporters.held_json(supporters.supporter(self._db, person_id))
        headers = {"Content-Disposition": f'attachment; filename="person-{person_id}.json"'}
        return Response(body, mimetype="application/json", headers=headers)

    @needs(Role.EDITOR)
    def merge_with(self, person_id: int) -> ResponseReturnValue:
        form = AddressForm()
        if not form.validate_on_submit():
            raise Invalid("address", "Type the other address of this person.")
        others = [i for i in supporters.find(self._db, self._hashed(form).all).people if i != person_id]
        if not others:
            words = "Nobody else with that address is known, so there is nothing to merge."
            return done(words, "supporter", "warn", person_id=person_id)
        account = supporters.first_account(self._db, person_id)
        other = supporters.first_account(self._db, others[0])
        return self._preview(DecisionForm(formdata=None), MERGE, account.id, other.id)

    @needs(Role.EDITOR)
    def look(self) -> ResponseReturnValue:
        sent = DecisionForm()
        account, other = _ids(sent)
        return self._preview(DecisionForm(formdata=None), sent.kind.data, account, other)

    @needs(Role.EDITOR)
    def decide(self) -> ResponseReturnValue:
        form = DecisionForm()
        account, other = _ids(form)
        if not form.validate_on_submit():
            return self._preview(form, form.kind.data, account, other, 400)
        self._act(form.kind.data, account, other, form.reason.data, keep=True)
        words = {MERGE: "They count as one person now.", APART: "They are two people now.", UNDO: "Taken back."}
        return done(words[form.kind.data], "supporter", person_id=supporters.person_of(self._db, account))

    @needs(Role.ADMIN)
    def erase(self) -> ResponseReturnValue:
        """The address is typed twice: to look, and to do it."""
        form = ErasureForm()
        if not form.validate_on_submit():
            return self._start(AddressForm(formdata=None), 400, erasure=form)
        hashed, me = self._hashed(form), staff_sessions.staff().email
        try:
            looked = erase.erase(self._db, hashed.all, me, self._runtime.now(), keep=form.step.data == "erase")
        except NotFound:
            form.address.errors = ["Nobody with this address is known."]
            return self._start(AddressForm(formdata=None), 404, erasure=form)
        if form.step.data == "erase":
            words = "Erased. Erase them at your sources too: what a source tells again counts as nobody’s."
            return done(words, "supporters")
        return page("supporter_erase.html", form=ErasureForm(formdata=None), looked=looked)

    def _start(self, form: Any, status: int = 200, found: Any = None, erasure: Any = None) -> Response:
        return page(
            "supporters.html",
            status,
            form=form,
            found=found,
            erasure=erasure or ErasureForm(formdata=None),
            waiting=supporters.waiting(self._db),
            keys=supporters.keys_left(self._db),
            newest=self._runtime.settings.person_key_version,
        )

    def _preview(self, form: Any, kind: str, account_id: int, other_id: int, status: int = 200) -> Response:
        account, other = supporters.pair(self._db, account_id, other_id)
        form.kind.data, form.account.data, form.other.data = kind, str(account_id), str(other_id)
        try:
            effect = self._act(kind, account_id, other_id, _LOOKED_AT, keep=False)
        except Conflict as problem:
            raise Invalid("other", f"{problem}") from problem
        return page("supporter_preview.html", status, form=form, kind=kind, account=account, other=other, effect=effect)

    def _act(self, kind: str, account: int, other: int, reason: str, *, keep: bool) -> Effect:
        acts = {MERGE: merge.merge, APART: merge.keep_apart, UNDO: merge.unmerge}
        if kind not in acts:
            raise Invalid("kind", "Choose what to do with the two.")
        me, now = staff_sessions.staff().email, self._runtime.now()
        return acts[kind](self._db, account, other, me, reason, now, keep=keep)

    def _hashed(self, form: Any) -> AddressHash:
        hashed = self._hash_address(form.address.data)
        if hashed is None:
            raise Invalid("address", "Type an address.")
        return hashed


class ErasureForm(fields.Form):
    address = fields.text("E-mail address", type="email", autocomplete="off", inputmode="email")
    step = fields.hidden()


def _ids(form: Any) -> tuple[int, int]:
    account, other = form.account.data or "", form.other.data or ""
    if not (account.isdigit() and other.isdigit()):
        raise Invalid("account", "Choose two accounts.")
    return int(account), int(other)
