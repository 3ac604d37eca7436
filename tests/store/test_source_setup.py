"""Sources are set up: secrets roll, an empty one goes away, reads are counted by day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from campaign.domain.errors import Conflict, Invalid, NotFound
from campaign.store import facts, reads, source_figures, source_keys, sources
from campaign.store.engine import Database
from campaign.store.sealing import SourceSecrets, seal, unseal
from campaign.store.told import Told, ToldAccount, ToldMembership
from tests.ingest.stand import settings_for

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_two_secrets_are_taken_while_one_is_replaced_and_the_old_one_runs_out() -> None:
    rolled = SourceSecrets("rk_live_1", ("whsec_1",)).rolled("whsec_2", NOW + DAY)
    assert unseal(seal(rolled, "s" * 32), "s" * 32) == rolled
    assert rolled.at(NOW).webhook_secrets == ("whsec_2", "whsec_1")
    assert rolled.at(NOW + DAY).webhook_secrets == ("whsec_2",)
    again = rolled.rolled("whsec_3", NOW + 9 * DAY)
    assert again.at(NOW + 2 * DAY).webhook_secrets == ("whsec_3", "whsec_2"), "the first end of a secret stands"
    assert "whsec" not in repr(again)


def test_a_source_that_told_nothing_can_be_taken_away_another_can_not(db: Database, tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with db.write() as session:
        empty = sources.add(session, "shop", "Shop", SourceSecrets("rk_live_1"), settings, NOW)
        used = sources.add(session, "club", "Club", SourceSecrets("rk_live_2"), settings, NOW)
        reads.add(session, empty.id, 3, NOW)
        told = Told()
        told.add(ToldAccount("cus_1", "1:a"), ToldMembership("sub_1", "cus_1", "active", NOW))
        facts.save(session, used.id, told, 1)
    with db.write() as session:
        source_figures.remove_empty(session, empty.id)
        with pytest.raises(Conflict):
            source_figures.remove_empty(session, used.id)
        with pytest.raises(NotFound):
            source_figures.remove_empty(session, empty.id)
    with db.read() as session:
        assert [s.slug for s in sources.listing(session)] == ["club"]
        seen = source_figures.figures(session, used.id, NOW)
    assert (seen.members, seen.memberships, seen.payments, seen.waiting) == (1, 1, 0, 0)


def test_reads_are_counted_by_day_and_leave_the_window(db: Database, tmp_path: Path) -> None:
    with db.write() as session:
        source = sources.add(session, "shop", "Shop", SourceSecrets("rk_live_1"), settings_for(tmp_path), NOW)
        for at, number in ((NOW - 29 * DAY, 5), (NOW, 7), (NOW + timedelta(hours=1), 4)):
            reads.add(session, source.id, number, at)
        month = timedelta(days=30)
        assert reads.within(session, source.id, NOW, month) == 16
        assert reads.within(session, source.id, NOW + 2 * DAY, month) == 11
        assert reads.within(session, source.id, NOW + 31 * DAY, month) == 0


@pytest.mark.parametrize(
    ("kind", "key", "right"),
    [
        ("stripe", "rk_live_1", True),
        ("stripe", "abc", False),
        ("ghost", f"{'a' * 24}:{'0' * 64}", True),
        ("ghost", "rk_live_1", False),
        ("patreon", "anything", True),
        ("patreon", "", False),
    ],
)
def test_a_key_must_be_of_its_kind(kind: str, key: str, right: bool) -> None:
    if right:
        assert source_keys.check_key(kind, key)
    else:
        with pytest.raises(Invalid):
            source_keys.check_key(kind, key)
