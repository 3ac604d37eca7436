"""What only Patreon says: patron states, charges with their status, gifts, trials, followers, leaving by an update."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from campaign.domain.campaign import GoalKind
from campaign.domain.errors import Invalid
from campaign.ingest import source_setup
from campaign.store import ledger, prices, sources
from campaign.store.engine import Database
from tests.ingest.stand import window
from tests.sources.line import Line
from tests.sources.patreon_world import CAMPAIGN, TIER, TOKEN, PatreonWorld
from tests.sources.world import Human


@pytest.fixture
def patreon() -> Iterator[PatreonWorld]:
    made = PatreonWorld()
    yield made
    made.stop()


@pytest.fixture
def line(db: Database, tmp_path: Path, patreon: PatreonWorld) -> Iterator[Line]:
    with Line.between(patreon, db, tmp_path) as made:
        yield made


def only(patreon: PatreonWorld) -> Human:
    (human,) = patreon.humans.values()
    return human


def booked(line: Line) -> list[str]:
    with line.stand.db.read() as session:
        entries = ledger.last_entries(session, line.members.id, 50)
    return [e.kind for e in sorted(entries, key=lambda e: (e.occurred_at, e.id))]


def test_a_declined_patron_stays_until_what_was_paid_and_grace_run_out(line: Line, patreon: PatreonWorld) -> None:
    patreon.join("jane@example.org")
    line.catch_up()
    patreon.fail(only(patreon))
    patreon.advance(33)
    line.catch_up()
    assert line.number == 1
    patreon.advance(14)
    line.catch_up()
    assert line.number == 0
    patreon.recover(only(patreon))
    line.catch_up()
    assert line.number == 1
    assert booked(line) == ["joined", "left", "returned"]
    line.agrees()


def test_who_leaves_by_an_update_keeps_what_was_paid_and_no_grace(line: Line, patreon: PatreonWorld) -> None:
    key = patreon.join("jane@example.org")
    line.catch_up()
    patreon.advance(5)
    patreon.leave(key, at_once=False)
    line.catch_up()
    assert [e.type for e in line.kept()] == ["members:update", "members:pledge:create"]
    assert line.number == 1
    patreon.advance(27)
    line.catch_up()
    assert line.number == 0
    line.agrees()


def test_a_follower_is_nobody(line: Line, patreon: PatreonWorld) -> None:
    human = patreon.new_human("jane@example.org")
    patreon.changed(human, "added")
    line.catch_up()
    assert line.number == 0
    assert line.trouble() == []


def test_a_pledge_that_was_never_charged_is_no_member_yet(
    line: Line, patreon: PatreonWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patreon, "events", lambda _: [])
    status = patreon.status
    uncharged = {"last_charge_status": None, "last_charge_date": None}
    monkeypatch.setattr(patreon, "status", lambda paid, gift: {**status(paid, gift), **uncharged})
    patreon.join("jane@example.org")
    line.catch_up()
    assert line.number == 0


def test_without_its_history_the_last_charge_speaks(
    line: Line, patreon: PatreonWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patreon, "events", lambda _: [])
    patreon.join("jane@example.org")
    line.catch_up()
    assert line.number == 1
    patreon.advance(31 + 14 + 31)
    line.sweep()
    assert line.number == 1


def test_a_gift_counts_for_who_received_it_and_then_what_they_pay_themselves(line: Line, patreon: PatreonWorld) -> None:
    human = patreon.new_human("jane@example.org")
    patreon.give(human, "gift", 30)
    line.catch_up()
    assert line.number == 1
    patreon.advance(31)
    line.catch_up()
    assert line.number == 0
    patreon.come_back(human)
    line.catch_up()
    assert line.number == 1
    assert booked(line) == ["joined", "left", "returned"]


def test_a_free_trial_counts_only_where_the_campaign_says_so(
    line: Line, patreon: PatreonWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    lenient = line.stand.campaign(GoalKind.NEW_MEMBERS, *window(int(patreon.now.timestamp())), count_trials=True)
    member = patreon.member

    def on_trial(human: Human, asked: dict[str, str] | None = None) -> tuple[dict, list]:
        data, _ = member(human, asked)
        data["attributes"] |= {"is_free_trial": True, "last_charge_status": "Free Trial"}
        data["relationships"].pop("pledge_history", None)
        return data, []

    monkeypatch.setattr(patreon, "member", on_trial)
    patreon.join("jane@example.org")
    line.catch_up()
    assert (line.number, line.stand.value(lenient)) == (0, 1)


def test_charges_are_money_and_one_given_back_takes_its_member_too(line: Line, patreon: PatreonWorld) -> None:
    now = int(patreon.now.timestamp())
    raised = line.stand.campaign(GoalKind.AMOUNT, *window(now, after=400))
    patreon.join("jane@example.org")
    patreon.advance(35)
    line.take_in_all()
    assert (line.number, line.stand.value(raised)) == (1, 1000)
    human = only(patreon)
    human.arrangements[0].periods[-1].back_at = patreon.now
    patreon.changed(human, "edited")
    line.catch_up()
    assert (line.number, line.stand.value(raised)) == (0, 500)
    patreon.advance(2)
    line.sweep()
    assert (line.number, line.stand.value(raised)) == (0, 500)
    assert line.stand.differences(raised) == []


def test_a_first_charge_told_twice_is_money_once(
    line: Line, patreon: PatreonWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised = line.stand.campaign(GoalKind.AMOUNT, *window(int(patreon.now.timestamp())))
    events = patreon.events
    paid = {"payment_status": "Paid"}

    def told(a: object) -> list[dict]:
        rows = events(a)  # type: ignore[arg-type]
        for row in rows:
            row["attributes"] |= paid if row["attributes"]["type"] == "pledge_start" else {}
        return rows

    monkeypatch.setattr(patreon, "events", told)
    patreon.join("jane@example.org")
    line.catch_up()
    assert line.stand.value(raised) == 500


def test_a_yearly_pledge_runs_for_a_year(line: Line, patreon: PatreonWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    member = patreon.member

    def yearly(human: Human, asked: dict[str, str] | None = None) -> tuple[dict, list]:
        data, included = member(human, asked)
        data["attributes"]["pledge_cadence"] = 12
        return data, included[:2]

    monkeypatch.setattr(patreon, "member", yearly)
    patreon.join("jane@example.org")
    line.catch_up()
    patreon.advance(300)
    line.catch_up()
    assert line.number == 1


def test_its_tiers_can_be_ticked_without_an_invented_currency(line: Line, patreon: PatreonWorld) -> None:
    patreon.join("jane@example.org")
    line.take_in_all()
    with line.stand.db.read() as session:
        (tier,) = prices.listing(session, line.stand.source_id)
    assert (tier.key, tier.name, tier.amount_minor, tier.currency) == (TIER, "Gold", None, "")


def test_a_token_is_tried_before_it_is_kept(line: Line, patreon: PatreonWorld) -> None:
    how = {"actor": "test", "now": line.stand.now()}
    wanted = source_setup.NewSource("patreon", "second", "Second", TOKEN)
    source, tried = source_setup.add(line.stand.db, line.stand.settings, wanted, **how)
    assert tried is not None
    assert source.account == CAMPAIGN
    wrong = source_setup.NewSource("patreon", "third", "Third", "another token")
    with pytest.raises(Invalid, match="Patreon does not take this key"):
        source_setup.add(line.stand.db, line.stand.settings, wrong, **how)


def test_a_delivery_of_another_page_is_kept_and_ignored(line: Line, patreon: PatreonWorld) -> None:

    with line.stand.db.write() as session:
        sources.change(session, line.stand.source_id, account="another page")
    key = patreon.join("jane@example.org")
    patreon.queue.clear()
    assert patreon.post(patreon.delivery(key, "added")) == 200
    (kept,) = line.kept()
    assert (kept.state, kept.note) == ("ignored", "it is of another page at Patreon than this source")


def test_an_old_delivery_again_only_asks_again(line: Line, patreon: PatreonWorld) -> None:
    key = patreon.join("jane@example.org")
    old = patreon.delivery(key, "added")
    line.catch_up()
    patreon.leave(key, at_once=False)
    patreon.advance(40)
    line.catch_up()
    assert line.number == 0
    assert patreon.post(old) == 200
    line.catch_up()
    assert line.number == 0

    line.agrees()
