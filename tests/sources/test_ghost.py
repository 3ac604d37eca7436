"""What only Ghost says: subscriptions decide, ids of nothing, times it does not tell, Stripe's subscriptions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from campaign.counting import edit
from campaign.domain.campaign import GoalKind
from campaign.domain.errors import Invalid
from campaign.ingest import source_setup
from campaign.ingest.accounts import Accounts
from campaign.store import campaigns, ledger, objects, prices, sources
from campaign.store.engine import Database, open_database
from campaign.store.sources import SourceSeen
from tests.ingest.stand import Stand, instant, window
from tests.sources.ghost_world import KEY, KEY_ID, TIER, GhostWorld
from tests.sources.line import Line
from tests.sources.world import Arrangement, Human
from tests.stripe_world import StripeWorld


@pytest.fixture
def line(db: Database, tmp_path: Path, ghost: GhostWorld) -> Iterator[Line]:
    with Line.between(ghost, db, tmp_path) as made:
        yield made


def only(ghost: GhostWorld) -> Human:
    (human,) = ghost.humans.values()
    return human


def booked(line: Line) -> list[str]:
    with line.stand.db.read() as session:
        entries = ledger.last_entries(session, line.members.id, 50)
    return [e.kind for e in sorted(entries, key=lambda e: (e.occurred_at, e.id))]


def test_an_unpaid_one_runs_out_and_a_late_payment_is_a_return(line: Line, ghost: GhostWorld) -> None:
    """Its period advances while nothing is paid, and its status there stays `paid` all the while."""
    ghost.join("jane@example.org")
    line.catch_up()
    ghost.fail(only(ghost))
    ghost.advance(33)
    line.catch_up()
    assert line.number == 1
    ghost.advance(14)
    line.catch_up()
    assert line.number == 0
    ghost.recover(only(ghost))
    line.catch_up()
    assert line.number == 1
    ghost.advance(10)
    line.sweep()
    assert booked(line) == ["joined", "left", "returned"]
    line.agrees()


def test_a_complimentary_one_counts_only_where_the_campaign_says_so(line: Line, ghost: GhostWorld) -> None:
    generous = line.stand.campaign(GoalKind.NEW_MEMBERS, *window(int(ghost.now.timestamp())), count_complimentary=True)
    for number in range(2):  # one says when it began, the other says that it began just now, at every reading
        human = ghost.new_human(f"reader{number}@example.org")
        ghost.give(human, "comp", None)
    line.catch_up()
    assert (line.number, line.stand.value(generous)) == (0, 2)
    line.take_in_all()
    ghost.advance(3)
    assert line.sweep()["different"] == {}
    assert line.stand.value(generous) == 2
    for human in ghost.humans.values():
        ghost.take_away(human, "comp")
    ghost.advance(0.1)
    line.catch_up()
    assert line.stand.value(generous) == 0
    assert line.stand.differences(generous) == []


def test_a_gift_counts_for_who_received_it_until_it_expires(line: Line, ghost: GhostWorld) -> None:
    ghost.give(ghost.new_human("jane@example.org"), "gift", 30)
    line.catch_up()
    assert line.number == 1
    ghost.advance(31)
    line.catch_up()
    assert line.number == 0
    assert booked(line) == ["joined", "left"]


def test_a_free_member_is_a_sign_up_and_no_member(line: Line, ghost: GhostWorld) -> None:
    now = int(ghost.now.timestamp())
    signed_up = line.stand.campaign(GoalKind.SIGNUPS, *window(now))
    for number in range(3):
        human = ghost.new_human(f"reader{number}@example.org")
        ghost.changed(human, "added")
    line.catch_up()
    assert (line.number, line.stand.value(signed_up)) == (0, 3)
    ghost.delete(human)
    ghost.advance(0.1)
    line.catch_up()
    assert line.stand.value(signed_up) == 2


def test_a_trial_is_no_payment(line: Line, ghost: GhostWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    shape = ghost.subscription

    def trialing(human: Human, a: Arrangement) -> dict:
        times = {"trial_start_at": f"{a.anchor:%Y-%m-%dT%H:%M:%S}Z", "trial_end_at": f"{a.periods[0].ends:%Y-%m-%d}"}
        return {**(shape(human, a) or {}), "status": "trialing", **times}

    monkeypatch.setattr(ghost, "subscription", trialing)
    lenient = line.stand.campaign(GoalKind.NEW_MEMBERS, *window(int(ghost.now.timestamp())), count_trials=True)
    ghost.join("jane@example.org")
    line.catch_up()
    assert (line.number, line.stand.value(lenient)) == (0, 1)


def test_a_status_that_ghost_never_had_waits_for_staff(
    line: Line, ghost: GhostWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    shape = ghost.subscription
    monkeypatch.setattr(ghost, "subscription", lambda h, a: {**(shape(h, a) or {}), "status": "frozen"})
    ghost.join("jane@example.org")
    line.catch_up()
    (said,) = line.trouble()
    assert "status 'frozen' is none we know" in said
    assert line.number == 0


def test_whom_a_wrong_address_does_not_know_has_not_left(line: Line, ghost: GhostWorld) -> None:
    """A site that answers 404 to everything has lost nobody: the list must say so too."""
    ghost.join("jane@example.org")
    line.catch_up()
    answer = ghost.respond
    ghost.respond = lambda path, asked, headers: (404, {"errors": [{"type": "NotFoundError"}]})  # type: ignore[method-assign]
    ghost.changed(only(ghost), "edited")
    line.catch_up()
    assert line.number == 1
    ghost.respond = answer  # type: ignore[method-assign]
    ghost.delete(only(ghost))
    line.catch_up()
    assert line.number == 0


def test_its_tiers_can_be_ticked(line: Line, ghost: GhostWorld) -> None:
    ghost.join("jane@example.org")
    line.take_in_all()
    with line.stand.db.read() as session:
        assert [(p.key, p.name) for p in prices.listing(session, line.stand.source_id)] == [(TIER, "Gold")]
    assert line.number == 1
    with line.stand.db.write() as session:
        sources.count_prices(session, line.stand.source_id, ["another tier"])
    edit.recount_source(line.stand.db, "test", "other tiers count", line.stand.now())
    assert line.number == 0


def test_a_key_is_tried_before_it_is_kept(line: Line, ghost: GhostWorld) -> None:
    wanted = source_setup.NewSource("ghost", "second", "Second", f"{KEY_ID}:{KEY}", service_url=ghost.address)
    how = {"actor": "test", "now": line.stand.now()}
    source, tried = source_setup.add(line.stand.db, line.stand.settings, wanted, **how)
    assert tried is not None
    assert (tried.account_name, source.account) == ("The News", "https://news.example.org/")
    wrong = replace(wanted, slug="third", api_key=f"{KEY_ID}:{'cd' * 32}")
    with pytest.raises(Invalid, match="Ghost does not take this key"):
        source_setup.add(line.stand.db, line.stand.settings, wrong, **how)


def test_a_delivery_is_answered_before_anything_is_asked(line: Line, ghost: GhostWorld) -> None:
    """Ghost waits for two seconds and sends once."""
    for number in range(20):
        ghost.join(f"reader{number}@example.org")
    line.look()
    ghost.settle()
    assert set(ghost.posted) == {200}
    assert ghost.asked == []
    line.stand.work()
    assert line.number == 20


@pytest.mark.parametrize("path", ["nobody/member.added", "ghost/post.published", "ghost/member.added/", "ghost", ""])
def test_ghost_is_never_told_to_go_away_or_elsewhere(line: Line, path: str) -> None:
    """It deletes a webhook that answers 410, and what it follows elsewhere loses its body."""
    client = line.stand.app().test_client()
    asked = (client.post, client.get, client.put, client.delete)
    assert {call(f"/webhooks/ghost/{path}").status_code for call in asked} <= {404, 405}


def test_nothing_of_a_member_but_hashes_is_on_disk(sqlite_url: str, tmp_path: Path, ghost: GhostWorld) -> None:
    db = open_database(sqlite_url)
    try:
        with Line.between(ghost, db, tmp_path) as line:
            ghost.join("jane.unlikely@example.org")
            line.catch_up()
            line.take_in_all()
            assert line.number == 1
    finally:
        db.dispose()
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    kept = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    assert b"sub_" in kept
    assert all(word not in kept for word in (b"jane.unlikely", b"Somebody", b"met at the fair"))


def test_one_subscription_seen_by_ghost_and_by_stripe_is_one_membership(
    db: Database, tmp_path: Path, ghost: GhostWorld
) -> None:
    """Another address at each: the subscription says that it is one person, and Stripe says when it is paid."""
    with StripeWorld.start(tmp_path / "stripe") as stripe:
        ghost.now = instant(stripe.now)
        with Line.between(ghost, db, tmp_path) as line:
            settings = {"stripe_api_key": stripe.api_key, "stripe_api_base": stripe.address}
            line.stand.settings = replace(line.stand.settings, **settings)
            line.stand.accounts = Accounts(db, line.stand.settings)
            at_stripe = first_source(line.stand)
            joined = stripe.join(stripe.price(500), "jane@work.example.org", quantity=3)
            seats = line.stand.campaign(GoalKind.NEW_MEMBERS, *window(stripe.now), count_seats=True)
            human = ghost.new_human("jane@home.example.org")
            ghost.subscribe(human)
            human.arrangements[0].key = joined.subscription
            ghost.changed(human, "added")
            line.catch_up()
            assert line.number == 1
            with db.write() as session:
                ref = objects.Ref("subscription", joined.subscription)
                objects.mark_dirty(session, at_stripe.id, [ref], line.stand.now(), "staff", None)
            line.stand.work()
            assert line.number == 1
            assert line.stand.differences(line.members) == []
            assert line.stand.differences(seats) == []
            assert booked(line).count("joined") - booked(line).count("correction") == 1
            stripe.leave(joined.subscription, now=True)
            ghost.advance(0.2)
            with db.write() as session:
                objects.mark_dirty(session, at_stripe.id, [ref], line.stand.now(), "staff", None)
            line.stand.clock = ghost.now + timedelta(minutes=1)
            line.stand.work()
            assert line.number == 0


def first_source(stand: Stand) -> SourceSeen:
    with stand.db.write() as session:
        found = sources.ensure_from_env(session, stand.settings, stand.now())
        assert found is not None
        assert campaigns.all_campaigns(session)
    return found
