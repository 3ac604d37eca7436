"""Recounts of a whole campaign: long work in short steps, under a batch that holds back what is published.

A recount knows how far it is, so one whose process was stopped goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime

from campaign.counting.book import counted_subject, recount_campaign_itself, recount_chunk
from campaign.counting.totals import rebuild
from campaign.domain.campaign import Campaign
from campaign.store import batches, campaigns, people
from campaign.store.engine import Database, Session
from campaign.store.ledger import PAYMENT, Cause

STEP = 100
"""Subjects a transaction, so that a delivery waits 200 ms at most."""
RULE = "rule"

Progress = Callable[[int], None]


def begin(session: Session, campaign_id: int, actor: str, reason: str, now: datetime, *, new_days: bool = False) -> int:
    """A recount is asked for; returns its batch. `new_days`: the campaign's zone changed, and with it its days."""
    batch_id = batches.begin(session, RULE, campaign_id, None, actor, now)
    state = {"after": 0, "done": 0, "reason": reason, "new_days": new_days}
    batches.beat(session, batch_id, state, now)
    return batch_id


def products_changed(session: Session, products: Collection[str], now: datetime) -> None:
    """A recount is asked for of each campaign that is about one of the products: its prices are others than before."""
    if products:
        for campaign in campaigns.all_campaigns(session):
            if not set(products).isdisjoint(campaign.rule.scope.products):
                begin(session, campaign.id, "source", "a product has other prices", now)


def run_due(db: Database, now: datetime) -> int:
    """Every recount that was asked for and not finished is finished; returns how many."""
    with db.read() as session:
        waiting = [b.id for b in batches.unfinished(session, RULE)]
    for batch_id in waiting:
        run(db, batch_id, now)
    return len(waiting)


def run(db: Database, batch_id: int, now: datetime, progress: Progress | None = None) -> None:
    """What stands for every subject of the batch's campaign is what its facts say; the batch is finished.

    Two at once do the same work twice and book it once.
    """
    with db.write() as session:
        batch = batches.load(session, batch_id)
        campaign = campaigns.load(session, batch.campaign_id or 0)
        cause = Cause("rule", batch_id, batch.actor, batch.state["reason"])
        recount_campaign_itself(session, campaign, cause, now)
    done = batch.state["done"]
    for part in parts(db, campaign, batch.state["after"]):
        done += len(part)
        with db.write() as session:
            _recount_part(session, campaign.id, part, cause, now)
            batches.beat(session, batch_id, {**batch.state, "after": part[-1], "done": done}, now)
        if progress is not None:
            progress(done)
    if batch.state["new_days"]:
        rebuild(db, campaign.id, batch.actor, now)
    with db.write() as session:
        batches.finish(session, batch_id, now)


def parts(db: Database, campaign: Campaign, after: int = 0) -> Iterator[list[int]]:
    """The ids of all that the campaign counts, from after one on, in parts of which each is a step."""
    all_ids = people.all_payment_ids if counted_subject(campaign) == PAYMENT else people.all_person_ids
    while True:
        with db.read() as session:
            part = all_ids(session, after, STEP)
        if not part:
            return
        yield part
        after = part[-1]


def _recount_part(session: Session, campaign_id: int, part: list[int], cause: Cause, now: datetime) -> None:
    """By the campaign as it is saved now: a later edit's rule is never undone by an earlier one's recount."""
    campaign = campaigns.load(session, campaign_id)
    is_money = counted_subject(campaign) == PAYMENT
    people.lock(session, () if is_money else part, part if is_money else ())
    recount_chunk(session, campaign, part, people.source_rules(session), cause, now)
