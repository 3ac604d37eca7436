"""What the passage of time alone books: ends of grace, scheduled ends, openings."""

from __future__ import annotations

from datetime import datetime

from campaign.counting.book import recount, recount_campaign_itself
from campaign.store import campaigns, rechecks
from campaign.store.engine import Database
from campaign.store.ledger import CAMPAIGN, PAYMENT, PERSON, Cause
from campaign.store.people import Touched

STEP = 100


def recheck_due(db: Database, now: datetime) -> int:
    """Everything due by now is booked at the instant it occurred; returns how many subjects were asked."""
    asked = 0
    while True:
        with db.read() as session:
            due = rechecks.due(session, now, STEP)
        if not due:
            return asked
        touched = Touched(
            {subject for kind, subject in due if kind == PERSON}, {subject for kind, subject in due if kind == PAYMENT}
        )
        cause = Cause("time")
        with db.write() as session:
            recount(session, touched, cause, now)
            for campaign_id in {subject for kind, subject in due if kind == CAMPAIGN}:
                recount_campaign_itself(session, campaigns.load(session, campaign_id), cause, now)
        asked += len(due)
