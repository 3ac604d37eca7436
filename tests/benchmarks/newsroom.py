"""A small installation of the product in a folder: one public campaign with its number published, one Stripe source."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from campaign.banner.publish import Publisher
from campaign.counting.adjust import adjust
from campaign.domain.campaign import Campaign, EditorState, GoalKind, Join
from campaign.runtime import build_runtime
from campaign.store import campaigns, migrate, sources
from config import Settings

NUMBER = "/g/25k.json"


@dataclass(frozen=True, slots=True)
class Newsroom:
    """Where it lives and how its processes are started."""

    folder: Path
    environ: dict[str, str]
    webhook_secret: str


def open_newsroom(folder: Path) -> Newsroom:
    """24,600 of 25,000 members are published in a fresh SQLite database in the folder."""
    webhook_secret = f"whsec_{secrets.token_hex(16)}"
    own = {
        "SECRET_KEY": secrets.token_hex(32),
        "PERSON_KEY": secrets.token_hex(32),
        "PUBLIC_URL": "https://goal.example.org",
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'campaign.db'}",
        "STRIPE_API_KEY": f"sk_test_{secrets.token_hex(12)}",
        "STRIPE_WEBHOOK_SECRETS": webhook_secret,
    }
    runtime = build_runtime(Settings.from_env(own))
    now = runtime.now()
    migrate.upgrade(runtime.db)
    campaign = Campaign(
        id=0,
        slug="25k",
        name="25,000 members",
        kind=GoalKind.MEMBERS,
        target=25_000,
        currency=None,
        starts_on=(now - timedelta(days=60)).date(),
        ends_on=(now + timedelta(days=30)).date(),
        zone="Europe/Kyiv",
        state=EditorState.PUBLIC,
        join=Join(home_url="https://news.example.org/"),
    )
    with runtime.db.write() as session:
        campaign = campaigns.create(session, campaign, "editor", "new", now)
        sources.ensure_from_env(session, runtime.settings, now)
    adjust(runtime.db, campaign.id, 24_600, "members of the earlier system", "editor", now)
    Publisher(runtime.settings.public_url, runtime.public_dir).publish_due(runtime.db, now)
    runtime.db.dispose()
    passed_on = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return Newsroom(folder, {**passed_on, **own}, webhook_secret)
