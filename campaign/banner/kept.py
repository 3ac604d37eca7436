"""What of a publication is kept for good, and read again before the next one."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from campaign.banner.render import fragment_view
from campaign.banner.snapshot import Before, Snapshot
from campaign.domain.campaign import Campaign
from campaign.domain.progress import Progress
from campaign.domain.stage import Stage
from campaign.store import publications
from campaign.store.engine import Session


def kept_body(snapshot: Snapshot, public_url: str) -> dict[str, Any]:
    """What of a snapshot is kept for good: the number, the stage and the words; not `as_of`, which alone is no news."""
    campaign = snapshot.campaign
    views = {language: fragment_view(snapshot, language, public_url) for language in campaign.languages}
    return {
        "value": snapshot.value,
        "target": campaign.target,
        "percent": snapshot.percent,
        "kind": campaign.kind.value,
        "currency": campaign.currency,
        "stage": snapshot.stage.value,
        "shown": snapshot.shown,
        "held": snapshot.held,
        "progress": asdict(snapshot.progress),
        **({} if snapshot.match is None else {"matched": snapshot.match.matched_minor}),
        "words": {
            language: {"kicker": view.kicker, "headline": view.headline, "call": view.call, "button": view.button}
            for language, view in views.items()
        },
    }


def before_of(session: Session, campaign: Campaign, last: publications.Snapshot | None) -> Before | None:
    """What was published before; its `as_of` from the file, where one that told nothing new has refreshed it."""
    if last is None:
        return None
    as_of = last.as_of
    file = publications.body_at(session, f"/g/{campaign.slug}.json")
    if file is not None:
        published = cast(dict[str, Any], json.loads(file))
        as_of = max(as_of, datetime.fromisoformat(published["as_of"]))
    return Before(last.body["value"], Progress(**last.body["progress"]), Stage(last.body["stage"]), as_of)
