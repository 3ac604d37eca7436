"""What an edit would do to the number, worked out by the jobs process in short steps while the page waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from campaign.counting import recounts
from campaign.counting.book import compare, counted_subject
from campaign.counting.edit import Preview, Tally, campaign_itself
from campaign.domain.campaign import Campaign
from campaign.domain.errors import NotFound
from campaign.store import batches, campaigns, people
from campaign.store.engine import Database
from campaign.store.ledger import PAYMENT

FORGOTTEN_AFTER = timedelta(hours=2)
"""A preview nobody waits for any more is not begun."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A preview as it was asked for, how far it is, and its answer once there is one. `sent`: the form's fields."""

    campaign: Campaign
    sent: tuple[tuple[str, str], ...]
    done: int
    total: int
    answer: Preview | None


def ask(db: Database, campaign: Campaign, actor: str, sent: Sequence[tuple[str, str]], now: datetime) -> int:
    """The preview of saving this campaign is asked for; returns its id. Nothing of the campaign is changed."""
    with db.write() as session:
        is_money = counted_subject(campaign) == PAYMENT
        total = people.count_payments(session) if is_money else people.count_people(session)
        batch_id = batches.begin(session, batches.PREVIEW, campaign.id, None, actor, now)
        state = {"campaign": campaigns.body(campaign), "sent": [list(pair) for pair in sent], "done": 0, "total": total}
        batches.beat(session, batch_id, state, now)
    return batch_id


def load(db: Database, batch_id: int, campaign_id: int) -> Asked:
    """Raises NotFound, also for another campaign's."""
    with db.read() as session:
        batch = batches.load(session, batch_id)
        if batch.kind != batches.PREVIEW or batch.campaign_id != campaign_id:
            raise NotFound("preview", batch_id)
    state = batch.state
    answer = Tally.of(state["answer"]).preview() if "answer" in state else None
    sent = tuple((name, value) for name, value in state["sent"])
    return Asked(campaigns.from_body(campaign_id, state["campaign"]), sent, state["done"], state["total"], answer)


def run_due(db: Database, now: datetime) -> int:
    """Every preview that was asked for has its answer; returns how many."""
    with db.read() as session:
        waiting = batches.unfinished(session, batches.PREVIEW)
    for batch in waiting:
        if now - batch.started_at < FORGOTTEN_AFTER:
            _run(db, batch.id, campaigns.from_body(batch.campaign_id or 0, batch.state["campaign"]), now)
        else:
            with db.write() as session:
                batches.finish(session, batch.id, now)
    return len(waiting)


def _run(db: Database, batch_id: int, campaign: Campaign, now: datetime) -> None:
    with db.read() as session:
        state: dict[str, Any] = dict(batches.load(session, batch_id).state)
        tally = Tally(*campaign_itself(session, campaign, now), Counter(), Counter())
    for part in recounts.parts(db, campaign):
        with db.read() as session:
            tally.add(*compare(session, campaign, part, people.source_rules(session), now))
        state["done"] += len(part)
        with db.write() as session:
            batches.beat(session, batch_id, state, now)
    with db.write() as session:
        batches.beat(session, batch_id, {**state, "answer": tally.body()}, now)
        batches.finish(session, batch_id, now)
