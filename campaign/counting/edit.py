"""Edits of a campaign: what a change of its rule does to the number, seen before and booked after.

Long work: the edit is saved at once under a batch that holds back what is published, then booked in short steps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from campaign.counting.book import counted_subject, recount_campaign_itself, recount_chunk, standings_of
from campaign.counting.totals import rebuild
from campaign.domain.campaign import Campaign
from campaign.domain.standing import EntryKind, campaign_standing
from campaign.store import audit, batches, campaigns, ledger, people
from campaign.store.engine import Database
from campaign.store.ledger import PAYMENT, Cause, SubjectLedger

STEP = 100
"""Subjects a transaction, so that a delivery waits 200 ms at most."""

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Preview:
    """What an edit would do: the number before and after, and entries by kind that would be added or reversed."""

    before: int
    after: int
    added: dict[EntryKind, int]
    reversed: dict[EntryKind, int]


def create(db: Database, campaign: Campaign, actor: str, reason: str, now: datetime) -> Campaign:
    """The campaign is stored, and everything its facts say is booked. Raises Invalid."""
    with db.write() as session:
        created = campaigns.create(session, campaign, actor, reason, now)
        batch_id = batches.begin(session, "rule", created.id, None, actor, now)
        audit.write(session, actor, "campaign.create", created.slug, now, {"reason": reason})
    _recount_all(db, created, batch_id, Cause("rule", batch_id, actor, reason), now, None)
    return created


def edit(
    db: Database, campaign: Campaign, actor: str, reason: str, now: datetime, progress: Progress | None = None
) -> Campaign:
    """The campaign is stored as its next version; what its rule changes is booked and published once.

    Raises Invalid, NotFound, Conflict.
    """
    with db.write() as session:
        before = campaigns.load(session, campaign.id)
        saved = campaigns.save(session, campaign, actor, reason, now)
        audit.write(session, actor, "campaign.edit", saved.slug, now, {"reason": reason, "version": saved.version})
        if not changes_counting(before, saved):
            return saved
        batch_id = batches.begin(session, "rule", saved.id, None, actor, now)
    _recount_all(db, saved, batch_id, Cause("rule", batch_id, actor, reason), now, progress)
    if before.zone != saved.zone:
        rebuild(db, saved.id, actor, now)
    return saved


def changes_counting(before: Campaign, after: Campaign) -> bool:
    """Whether an edit can change what should stand."""
    names = ("kind", "currency", "starts_on", "ends_on", "zone", "rule", "opening", "slug")
    return any(getattr(before, name) != getattr(after, name) for name in names)


def recount_source(db: Database, actor: str, reason: str, now: datetime, progress: Progress | None = None) -> None:
    """Every campaign is recounted: a source's counted prices changed. Published once, when complete."""
    with db.write() as session:
        everywhere = campaigns.all_campaigns(session)
    for campaign in everywhere:
        with db.write() as session:
            batch_id = batches.begin(session, "rule", campaign.id, None, actor, now)
        _recount_all(db, campaign, batch_id, Cause("rule", batch_id, actor, reason), now, progress)


def preview(db: Database, campaign: Campaign, now: datetime) -> Preview:
    """What saving this campaign would do to its number; nothing is written."""
    added: Counter[EntryKind] = Counter()
    taken: Counter[EntryKind] = Counter()
    before = after = 0
    kind = counted_subject(campaign)
    with db.read() as session:
        for entry in ledger.subject_entries(session, campaign.id, ledger.CAMPAIGN, campaign.id):
            before += entry.amount
            after += entry.amount if entry.kind is not EntryKind.OPENING else 0
        after += sum(e.amount for e in campaign_standing(campaign, now).entries)
    for part in _parts(db, campaign):
        with db.read() as session:
            standings = standings_of(session, campaign, part, people.source_rules(session), now)
            ledgers = ledger.subject_ledgers(session, campaign.id, kind, part)
        for subject_id, standing in standings.items():
            has = Counter(e.value() for e in ledgers.get(subject_id, SubjectLedger()).standing)
            should = Counter(standing.entries)
            before += sum(value.amount * n for value, n in has.items())
            after += sum(value.amount * n for value, n in should.items())
            added.update(value.kind for value in (should - has).elements())
            taken.update(value.kind for value in (has - should).elements())
    return Preview(before, after, dict(added), dict(taken))


def _parts(db: Database, campaign: Campaign) -> Iterator[list[int]]:
    all_ids = people.all_payment_ids if counted_subject(campaign) == PAYMENT else people.all_person_ids
    after = 0
    while True:
        with db.read() as session:
            part = all_ids(session, after, STEP)
        if not part:
            return
        yield part
        after = part[-1]


def _recount_all(
    db: Database, campaign: Campaign, batch_id: int, cause: Cause, now: datetime, progress: Progress | None
) -> None:
    """Book, in steps, for every subject; the batch beats with each and is finished at the end."""
    done = 0
    is_money = counted_subject(campaign) == PAYMENT
    with db.write() as session:
        recount_campaign_itself(session, campaign, cause, now)
    for part in _parts(db, campaign):
        with db.write() as session:
            people.lock(session, () if is_money else part, part if is_money else ())
            recount_chunk(session, campaign, part, people.source_rules(session), cause, now)
            done += len(part)
            batches.beat(session, batch_id, {"done": done}, now)
        if progress is not None:
            progress(done)
    with db.write() as session:
        batches.finish(session, batch_id, now)
