"""How far back the first import reads, and what is assumed of the time before (counting.md, Who is a member).

No campaign looks further back than its start. Invoices are read from a while before that; a subscription that is
older counts as paid from its start until then, unless something about it says that this may not be so: then all of its
invoices are asked for. A later event of it does the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from campaign.ingest.stripe.fields import Json, Thing
from campaign.ingest.stripe.subscriptions import is_plain
from campaign.store.told import ToldMembership

BEFORE = timedelta(days=100)
"""The longest grace and a month: an invoice this old lends nothing to the time that matters."""
LONGEST_PERIOD = timedelta(days=31)
LONGEST_YEAR = timedelta(days=400)
"""A refund or dispute of a payment for a year may still end what it paid for."""
_NEVER_PAID = frozenset({"incomplete", "incomplete_expired"})


@dataclass(frozen=True, slots=True)
class Reach:
    """`since`: the first instant that matters; None: all there ever was."""

    since: datetime | None

    @property
    def evidence_since(self) -> datetime | None:
        """From when invoices and charges are read."""
        return None if self.since is None else self.since - BEFORE

    def created(self) -> dict[str, dict[str, int]]:
        """The filter of lists."""
        since = self.evidence_since
        return {} if since is None else {"created": {"gte": int(since.timestamp())}}

    def created_refunds(self) -> dict[str, dict[str, int]]:
        """The same for what happened to older payments."""
        since = self.evidence_since
        return {} if since is None else {"created": {"gte": int((since - LONGEST_YEAR).timestamp())}}

    def has_all_invoices(self, told: ToldMembership) -> bool:
        """Whether the lists hold every invoice of the membership; one that never began has but its first."""
        since = self.evidence_since
        return since is None or told.started_at >= since or told.status in _NEVER_PAID

    def may_assume(self, body: Json, told: ToldMembership) -> bool:
        """Whether nothing about an older subscription says that it was not paid all along."""
        since = self.evidence_since
        if since is None:
            return True
        if told.ended_at is None:
            return is_plain(body)
        if told.trial_ends_at is not None:
            return False
        return told.ended_at < since or not _bills_longer_than_a_month(body)

    def assumed(self, told: ToldMembership, billed_until: datetime | None) -> ToldMembership:
        """The membership with the end of what is assumed: its running period, or the first that invoices tell."""
        since = self.evidence_since
        if since is None:
            return told
        if told.ended_at is not None:
            until = min(told.ended_at, since + LONGEST_PERIOD)
            return replace(told, running_from=until, running_until=until)
        if told.running_from is not None and billed_until is not None and billed_until > told.running_from:
            return replace(told, running_until=told.running_from)
        return told


def _bills_longer_than_a_month(body: Json) -> bool:
    for item in Thing.of(body, "subscription").parts("items"):
        price = item.part("price")
        recurring = None if price is None else price.part("recurring")
        if recurring is None:
            return True
        interval = recurring.optional_text("interval")
        if interval == "year" or (interval == "month" and recurring.number("interval_count", 1) > 1):
            return True
    return False
