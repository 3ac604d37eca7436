"""Beside the number: steps with promises, a campaign shown together with it, a matching gift that truly ends."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from campaign.banner.publish import Publisher
from campaign.counting.book import recount
from campaign.domain.campaign import GoalKind, Rule, Words
from campaign.domain.errors import Invalid
from campaign.domain.facts import Reduction, ReductionKind
from campaign.domain.stage import Stage
from campaign.domain.steps import Match, Step, ladder_at, match_at, validate_ladder
from campaign.store import campaigns, facts, publications
from campaign.store.engine import Database
from campaign.store.ledger import Cause
from campaign.store.tables import Source
from campaign.store.told import Told, ToldAccount, ToldPayment
from tests.banner.newsroom import NOON, PUBLIC_URL, Newsroom, a_campaign

LADDER = (Step(20_000, {"en": "A desk in Lviv", "uk": "Редакція у Львові"}), Step(25_000, {"en": "A podcast"}),
          Step(27_000, {"en": "An editor"}))  # fmt: skip
MATCH = Match("The Foundation", 50_000, date(2026, 11, 20), date(2026, 11, 30))


def data(newsroom: Newsroom, path: str = "/g/25k/data.json") -> dict[str, Any]:
    with newsroom.db.read() as session:
        body = publications.body_at(session, path)
    assert body is not None
    return json.loads(body)


def page(newsroom: Newsroom, path: str = "/g/25k/") -> str:
    with newsroom.db.read() as session:
        return (publications.body_at(session, path) or b"").decode()


def test_only_the_steps_reached_and_the_next_one_are_shown() -> None:
    assert [len(ladder_at(LADDER, value).reached) for value in (None, 0, 20_000, 26_999, 27_000)] == [0, 0, 1, 2, 3]
    assert ladder_at(LADDER, 20_000).next == LADDER[1]
    assert ladder_at(LADDER, 99_999).next is None


@pytest.mark.parametrize(
    "steps", [(LADDER[1], LADDER[0]), (LADDER[0], LADDER[0]), (Step(5, {}),), (Step(0, {"en": "x"}),)]
)
def test_a_ladder_rises_and_each_step_promises_something(steps: tuple[Step, ...]) -> None:
    with pytest.raises(Invalid):
        validate_ladder(steps)


def test_steps_are_on_the_page_in_the_data_and_in_the_words(db: Database, tmp_path: Path) -> None:
    words = {"en": {"default": Words(call="{to_step} more and we promise: {promise}")}}
    newsroom = Newsroom(db, tmp_path, a_campaign(ladder=LADDER, languages=("en", "uk"), words=words))
    newsroom.book(24_600)
    newsroom.publish()
    assert [(s["target"], s["reached"]) for s in data(newsroom)["ladder"]] == [(20_000, True), (25_000, False)]
    text = page(newsroom)
    assert "Reached: 20,000 members" in text
    assert "Next: 25,000 members" in text
    assert "An editor" not in text
    assert "400 more and we promise: A podcast" in text
    assert "Редакція у Львові" in page(newsroom, "/g/25k/uk/")
    newsroom.book(500)
    newsroom.publish()
    assert "Next step, 27,000: An editor" in page(newsroom)
    newsroom.book(5_000)
    newsroom.publish()
    assert "more and we promise" not in page(newsroom)
    assert all(s["reached"] for s in data(newsroom)["ladder"])


def test_two_campaigns_show_each_other_whichever_names_the_other(db: Database, tmp_path: Path) -> None:
    newsroom = Newsroom(db, tmp_path, a_campaign())
    with db.write() as session:
        money = a_campaign(slug="fund", name="The fund", kind=GoalKind.AMOUNT, currency="USD", target=10_000_000)
        fund = campaigns.create(session, replace(money, linked_id=newsroom.campaign.id), "editor", "new", NOON)
    newsroom.book(24_600)
    newsroom.publish()
    newsroom.publish()
    assert [(o["slug"], o["count"], o["target"]) for o in data(newsroom, "/g/fund/data.json")["linked"]] == [
        ("25k", 24_600, 25_000)
    ]
    assert [(o["slug"], o["currency"]) for o in data(newsroom)["linked"]] == [("fund", "USD")]
    assert "24,600 of 25,000 members" in page(newsroom, "/g/fund/")
    newsroom.book(1)
    newsroom.publish()
    newsroom.publish()
    assert "24,601 of 25,000 members" in page(newsroom, "/g/fund/")
    with db.write() as session:
        campaigns.save(session, replace(newsroom.campaign, state=a_campaign().state.ARCHIVED), "editor", "gone", NOON)
    newsroom.publish()
    assert data(newsroom, "/g/fund/data.json")["linked"] == []
    assert fund.linked_id == newsroom.campaign.id


class Fund:
    """A campaign for money with a match, and payments told by a source."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db, self.now, self._told = db, datetime(2026, 11, 21, 12, tzinfo=UTC), 0
        with db.write() as session:
            session.add(Source(kind="file", slug="f", name="f", livemode=True, enabled=True, created_at=NOON))
            of = a_campaign(kind=GoalKind.AMOUNT, currency="USD", target=1_000_000, match=MATCH,
                            rule=Rule(count_one_off=True),
                            words={"en": {"default": Words(kicker="{match}", call="Give now.")}})  # fmt: skip
            self.campaign = campaigns.create(session, of, "editor", "new", NOON)
        self.publisher = Publisher(PUBLIC_URL, folder)

    def pay(self, key: str, minor: int, *, tags: tuple[str, ...] = (), refunded: int = 0) -> None:
        self._told += 1
        back = (Reduction(f"re_{key}", ReductionKind.REFUND, refunded, self.now, self.now),) if refunded else ()
        told = Told()
        told.add(ToldAccount(key, None))
        told.add(ToldPayment(key=key, account_key=key, link_key=key, invoice_key=None, state="succeeded",
                             amount_minor=minor, currency="USD", settled_minor=None, settled_currency=None,
                             fee_minor=None, occurred_at=self.now, is_debit=False, campaign_slug=None,
                             reductions=back, tags=tags))  # fmt: skip
        with self.db.write() as session:
            recount(session, facts.save(session, 1, told, self._told).touched, Cause("inbox", 1), self.now)

    def shown(self) -> dict[str, Any]:
        self.now += timedelta(seconds=1)
        self.publisher.publish_due(self.db, self.now)
        with self.db.read() as session:
            return json.loads(publications.body_at(session, "/g/25k/data.json") or b"{}")

    def page(self) -> str:
        with self.db.read() as session:
            return (publications.body_at(session, "/g/25k/") or b"").decode()


def test_what_is_matched_is_beside_the_number_and_the_sponsors_money_counts_once(db: Database, tmp_path: Path) -> None:
    fund = Fund(db, tmp_path)
    fund.pay("a", 12_000)
    shown = fund.shown()
    assert (shown["count"], shown["match"]["matched"], shown["match"]["running"]) == (12_000, 12_000, True)
    assert "each $1 becomes $2, until November 30, 2026 or until $500 is used. $120 so far." in fund.page()
    assert "nothing of it is part of the number" in fund.page()
    assert shown["until"] <= "2026-11-30T22:00:00Z"
    fund.pay("sponsor", 12_000, tags=("match",))
    shown = fund.shown()
    assert (shown["count"], shown["match"]["matched"], shown["match"]["received"]) == (24_000, 12_000, 12_000)
    assert "$120 of it has been received" in fund.page()


def test_a_match_ends_at_its_cap_and_a_refund_does_not_begin_it_again(db: Database, tmp_path: Path) -> None:
    fund = Fund(db, tmp_path)
    fund.pay("a", 60_000)
    shown = fund.shown()
    assert (shown["match"]["matched"], shown["match"]["running"], shown["match"]["used_up"]) == (50_000, False, True)
    assert "each $1 becomes" not in fund.page()
    fund.pay("a", 60_000, refunded=30_000)
    shown = fund.shown()
    assert (shown["count"], shown["match"]["matched"], shown["match"]["running"]) == (30_000, 30_000, False)


def test_a_match_ends_at_its_instant_by_itself(db: Database, tmp_path: Path) -> None:
    fund = Fund(db, tmp_path)
    fund.pay("a", 12_000)
    assert fund.shown()["match"]["running"]
    fund.now = datetime(2026, 11, 30, 22, tzinfo=UTC)
    shown = fund.shown()
    assert not shown["match"]["running"]
    assert "The matching gift of The Foundation has ended: $120 of at most $500 was doubled." in fund.page()
    fund.pay("late", 5_000)
    assert fund.shown()["match"]["matched"] == 12_000


def test_a_match_never_doubles_less_than_nothing_or_more_than_its_cap() -> None:
    for gross, net in ((0, -500), (49_999, 49_999), (50_000, 50_000), (90_000, 90_000)):
        at = match_at(MATCH, gross, net, 0, is_time=True)
        assert 0 <= at.matched_minor <= MATCH.cap_minor
        assert at.runs == (gross < MATCH.cap_minor)


def test_the_number_stays_within_its_bytes_with_long_promises(db: Database, tmp_path: Path) -> None:
    ladder = (Step(30_000, {"en": "y" * 200}),)
    newsroom = Newsroom(
        db, tmp_path, a_campaign(ladder=ladder, words={"en": {"reached": Words(headline="{promise}" * 3)}})
    )
    newsroom.book(26_000)
    newsroom.publish()
    with db.read() as session:
        number = publications.body_at(session, "/g/25k.json") or b""
    assert len(number) <= 400
    assert json.loads(number)["stage"] == Stage.REACHED
