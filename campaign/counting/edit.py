"""Edits of a campaign: what a change of its rule does to the number, seen before and booked after.

Long work: the edit is saved at once under a batch that holds back what is published, then booked in short steps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaign.counting import recounts
from campaign.counting.book import compare
from campaign.counting.recounts import Progress
from campaign.domain.campaign import Campaign
from campaign.domain.standing import EntryKind, Standing, campaign_standing
from campaign.store import audit, campaigns, ledger, people
from campaign.store.engine import Database, Session
from campaign.store.ledger import SubjectLedger


@dataclass(frozen=True, slots=True)
class Preview:
    """What an edit would do: the number before and after, and entries by kind that would be added or reversed."""

    before: int
    after: int
    added: dict[EntryKind, int]
    reversed: dict[EntryKind, int]


def create(
    db: Database, campaign: Campaign, actor: str, reason: str, now: datetime, *, at_once: bool = True
) -> Campaign:
    """The campaign is stored, and all its facts say is booked: `at_once`, else soon, by a job. Raises Invalid."""
    with db.write() as session:
        created = campaigns.create(session, campaign, actor, reason, now)
        batch_id = recounts.begin(session, created.id, actor, reason, now)
        audit.write(session, actor, "campaign.create", created.slug, now, {"reason": reason})
    if at_once:
        recounts.run(db, batch_id, now)
    return created


def edit(
    db: Database,
    campaign: Campaign,
    actor: str,
    reason: str,
    now: datetime,
    progress: Progress | None = None,
    *,
    at_once: bool = True,
) -> Campaign:
    """The campaign is stored as its next version; what its rule changes is booked and published once.

    `at_once`: before this returns; else a job books it soon. Raises Invalid, NotFound, Conflict.
    """
    with db.write() as session:
        before = campaigns.load(session, campaign.id)
        saved = campaigns.save(session, campaign, actor, reason, now)
        audit.write(session, actor, "campaign.edit", saved.slug, now, {"reason": reason, "version": saved.version})
        if not changes_counting(before, saved):
            return saved
        batch_id = recounts.begin(session, saved.id, actor, reason, now, new_days=before.zone != saved.zone)
    if at_once:
        recounts.run(db, batch_id, now, progress)
    return saved


def changes_counting(before: Campaign, after: Campaign) -> bool:
    """Whether an edit can change what should stand."""
    names = ("kind", "currency", "starts_on", "ends_on", "zone", "rule", "opening", "slug")
    return any(getattr(before, name) != getattr(after, name) for name in names)


def recount_source(
    db: Database, actor: str, reason: str, now: datetime, progress: Progress | None = None, *, at_once: bool = True
) -> None:
    """Every campaign is recounted: a source's counted prices changed. Each is published once, when complete."""
    with db.write() as session:
        everywhere = campaigns.all_campaigns(session)
        batch_ids = [recounts.begin(session, campaign.id, actor, reason, now) for campaign in everywhere]
    for batch_id in batch_ids if at_once else ():
        recounts.run(db, batch_id, now, progress)


@dataclass(slots=True)
class Tally:
    """A preview being added up, subject by subject."""

    before: int
    after: int
    added: Counter[EntryKind]
    reversed: Counter[EntryKind]

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Tally:
        """The tally of plain values."""
        kinds = [Counter({EntryKind(kind): n for kind, n in body[name].items()}) for name in ("added", "reversed")]
        return cls(body["before"], body["after"], *kinds)

    def add(self, standings: Mapping[int, Standing], ledgers: Mapping[int, SubjectLedger]) -> None:
        """Take in what stands and what should of some subjects."""
        for subject_id, standing in standings.items():
            has = Counter(e.value() for e in ledgers[subject_id].standing)
            should = Counter(standing.entries)
            self.before += sum(value.amount * n for value, n in has.items())
            self.after += sum(value.amount * n for value, n in should.items())
            self.added.update(value.kind for value in (should - has).elements())
            self.reversed.update(value.kind for value in (has - should).elements())

    def preview(self) -> Preview:
        return Preview(self.before, self.after, dict(self.added), dict(self.reversed))

    def body(self) -> dict[str, Any]:
        """Plain values."""
        kinds = {"added": self.added, "reversed": self.reversed}
        return {"before": self.before, "after": self.after} | {
            name: {kind.value: n for kind, n in counted.items()} for name, counted in kinds.items()
        }


def campaign_itself(session: Session, campaign: Campaign, now: datetime) -> tuple[int, int]:
    """What stands for the campaign itself (opening, adjustments), and what would."""
    before = after = 0
    for entry in ledger.subject_entries(session, campaign.id, ledger.CAMPAIGN, campaign.id):
        before += entry.amount
        after += entry.amount if entry.kind is not EntryKind.OPENING else 0
    return before, after + sum(e.amount for e in campaign_standing(campaign, now).entries)


def preview(db: Database, campaign: Campaign, now: datetime) -> Preview:
    """What saving this campaign would do to its number, worked out before this returns; nothing is written."""
    with db.read() as session:
        tally = Tally(*campaign_itself(session, campaign, now), Counter(), Counter())
    for part in recounts.parts(db, campaign):
        with db.read() as session:
            tally.add(*compare(session, campaign, part, people.source_rules(session), now))
    return tally.preview()
