"""Is the number true: stored = fold, and standing = computed from facts (counting.md, The ledger 6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from campaign.counting.book import compare, counted_subject, differences, recount_campaign_itself, recount_chunk
from campaign.counting.totals import Fold, rebuild, stored_totals
from campaign.domain.campaign import Campaign
from campaign.domain.standing import EntryKind, StandingEntry, campaign_standing
from campaign.store import campaigns, checks, day_totals, ledger, people
from campaign.store.engine import Database, Session
from campaign.store.ledger import CAMPAIGN, PAYMENT, Cause, SubjectLedger

CHUNK = 400
NAMED_AT_MOST = 1_000
"""Differences named one by one; the rest is counted."""


@dataclass(slots=True)
class Report:
    """What a check found: each difference in a sentence, and over how many subjects and entries."""

    found: list[str] = field(default_factory=list[str])
    subjects: int = 0
    entries: int = 0
    wrong_subjects: list[int] = field(default_factory=list[int])
    wrong_totals: int = 0

    def name(self, sentence: str) -> None:
        self.found.append(sentence)


def check(
    db: Database,
    campaign_id: int,
    now: datetime,
    *,
    mend: bool = False,
    actor: str = "check",
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Every difference between what is stored and what should be, named; the report is kept.

    Appends nothing unless `mend`, which books the differences and rebuilds the totals.
    """
    report = Report()
    with db.read() as session:
        campaign = campaigns.load(session, campaign_id)
        _check_totals(session, campaign, report)
        _check_numbers(session, campaign, report)
        _check_campaign_itself(session, campaign, now, report)
    for part in _subject_parts(db, campaign):
        with db.read() as session:
            _check_subjects(session, campaign, part, now, report)
        if progress is not None:
            progress(report.subjects)
    with db.write() as session:
        checks.keep(session, campaign_id, now, report.found[:NAMED_AT_MOST], report.subjects, report.entries)
    if mend and report.found:
        _mend(db, campaign, report, actor, now)
    return report


def _check_totals(session: Session, campaign: Campaign, report: Report) -> None:
    fold = Fold(campaign)
    fold.add(day_totals.walk(session, campaign.id))
    report.entries = fold.entries
    stored, folded = stored_totals(session, campaign.id), fold.totals()
    for key in sorted(stored.keys() | folded.keys(), key=lambda k: (k[0], k[1].value, k[2] or 0)):
        if stored.get(key, (0, 0)) != folded.get(key, (0, 0)):
            day, kind, source_id = key
            has, should = stored.get(key, (0, 0)), folded.get(key, (0, 0))
            where = f"{day} {kind}" + (f" of source {source_id}" if source_id else "")
            report.name(
                f"wrong total: {where} is stored as {has[0]:+d} in {has[1]} entries, "
                f"its entries add up to {should[0]:+d} in {should[1]}"
            )
            report.wrong_totals += 1


def _check_numbers(session: Session, campaign: Campaign, report: Report) -> None:
    for kind, subject_id, number, last in ledger.numbering(session, campaign.id):
        report.name(f"lost entry: {kind} {subject_id} has {number} entries numbered up to {last}")


def _check_campaign_itself(session: Session, campaign: Campaign, now: datetime, report: Report) -> None:
    has = ledger.subject_ledgers(session, campaign.id, CAMPAIGN, [campaign.id])
    should = campaign_standing(campaign, now).entries
    _name_differences(CAMPAIGN, campaign.id, has.get(campaign.id, SubjectLedger()), should, report)


def _subject_parts(db: Database, campaign: Campaign) -> Iterator[list[int]]:
    """The ids of everything the campaign counts, in parts of which each is read in a transaction of its own."""
    all_ids = people.all_payment_ids if counted_subject(campaign) == PAYMENT else people.all_person_ids
    after = 0
    while True:
        with db.read() as session:
            part = all_ids(session, after, CHUNK)
        if not part:
            return
        yield part
        after = part[-1]


def _check_subjects(session: Session, campaign: Campaign, part: list[int], now: datetime, report: Report) -> None:
    kind = counted_subject(campaign)
    standings, ledgers = compare(session, campaign, part, people.source_rules(session), now)
    for subject_id, standing in standings.items():
        if _name_differences(kind, subject_id, ledgers[subject_id], standing.entries, report):
            report.wrong_subjects.append(subject_id)
    report.subjects += len(part)


def _name_differences(
    kind: str, subject_id: int, has: SubjectLedger, should: tuple[StandingEntry, ...], report: Report
) -> bool:
    """Name what stands and should not, and what should and does not; True when anything differs."""
    new = differences(kind, subject_id, has, should)
    expected = Counter(should)
    seen: Counter[StandingEntry] = Counter(e.value() for e in has.standing)
    by_id = {e.id: e for e in has.standing}
    for entry in new:
        if entry.kind is EntryKind.CORRECTION and entry.reverses_id is not None:
            extra = by_id[entry.reverses_id]
            word = "doubled entry" if expected[extra.value()] and seen[extra.value()] > 1 else "entry without a fact"
            report.name(f"{word}: {kind} {subject_id} has {_words(extra.value())} as entry {extra.id}")
        else:
            value = StandingEntry(entry.occurred_at, entry.kind, entry.amount, entry.source_id)
            report.name(f"lost entry: {kind} {subject_id} should have {_words(value)}")
    return bool(new)


def _words(value: StandingEntry) -> str:
    return f"{value.kind} {value.amount:+d} at {value.occurred_at.isoformat()}"


def _mend(db: Database, campaign: Campaign, report: Report, actor: str, now: datetime) -> None:
    cause = Cause("staff", author=actor, note="mended by check")
    for part in people.chunks(report.wrong_subjects, 100):
        with db.write() as session:
            people.lock(session, *((), part) if counted_subject(campaign) == PAYMENT else (part, ()))
            recount_chunk(session, campaign, part, people.source_rules(session), cause, now)
    with db.write() as session:
        recount_campaign_itself(session, campaign, cause, now)
    rebuild(db, campaign.id, actor, now)
