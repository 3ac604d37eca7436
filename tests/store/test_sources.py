"""Sources keep their secrets sealed; the environment describes the first one and wins."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaign.domain.errors import Conflict, Invalid
from campaign.store import sources
from campaign.store.engine import Database
from campaign.store.sealing import SourceSecrets
from tests.ingest.stand import settings_for

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def test_the_environment_describes_the_first_source_once(db: Database, tmp_path: Path) -> None:
    settings = settings_for(tmp_path, stripe_api_key="rk_test_1", stripe_webhook_secrets=("whsec_1",))
    with db.write() as session:
        first = sources.ensure_from_env(session, settings, NOW)
        again = sources.ensure_from_env(session, settings, NOW)
        assert first is not None
        assert first == again
        assert not first.livemode
        assert sources.secrets_of(session, first.id, settings) == SourceSecrets("rk_test_1", ("whsec_1",))


def test_a_key_of_the_other_mode_is_refused(db: Database, tmp_path: Path) -> None:
    with db.write() as session:
        sources.ensure_from_env(session, settings_for(tmp_path, stripe_api_key="rk_test_1"), NOW)
    with db.write() as session, pytest.raises(Invalid, match="test mode and STRIPE_API_KEY is of its live mode"):
        sources.ensure_from_env(session, settings_for(tmp_path, stripe_api_key="rk_live_1"), NOW)


def test_secrets_of_another_source_are_sealed_under_the_secret_key(db: Database, tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with db.write() as session:
        added = sources.add(session, "shop", "Shop", SourceSecrets("sk_live_2", ("whsec_2", "whsec_3")), settings, NOW)
        assert sources.secrets_of(session, added.id, settings).webhook_secrets == ("whsec_2", "whsec_3")
        assert not added.from_environment
        with pytest.raises(Invalid, match="another SECRET_KEY"):
            sources.secrets_of(session, added.id, replace(settings, secret_key="t" * 40))
        with pytest.raises(Conflict):
            sources.add(session, "shop", "Shop", SourceSecrets("sk_live_2"), settings, NOW)


@pytest.mark.parametrize("key", [None, "", "pk_live_1", "rk_live", "rk_other_1", "rk_live_\u00e9 "])
def test_what_is_no_key_is_refused(db: Database, tmp_path: Path, key: str | None) -> None:
    with db.write() as session, pytest.raises(Invalid):
        sources.add(session, "shop", "Shop", SourceSecrets(key), settings_for(tmp_path), NOW)
