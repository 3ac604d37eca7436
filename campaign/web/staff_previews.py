"""What readers would see in each stage: the banner's own rendering of a campaign that is not published like that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from markupsafe import Markup

from campaign.banner.render import fragment_html, fragment_view
from campaign.banner.snapshot import Snapshot
from campaign.dashboard import campaigns
from campaign.domain.campaign import Campaign, Frozen
from campaign.domain.stage import RUNNING_STAGES, Stage
from campaign.runtime import Runtime

_STAGES = (*RUNNING_STAGES, Stage.ENDED_COUNTING, Stage.ENDED_REACHED, Stage.ENDED_MISSED)


@dataclass(frozen=True, slots=True)
class Preview:
    """A stage in one language, as finished HTML."""

    stage: str
    language: str
    html: Markup


def all_stages(runtime: Runtime, campaign: Campaign) -> Sequence[Preview]:
    """Every stage in every language, with a number the stage could have, so that a bar and its words fit together."""
    basis = campaigns.preview_basis(runtime.db, campaign)
    now = runtime.now().replace(microsecond=0)
    previews: list[Preview] = []
    for language in campaign.languages:
        for stage in _STAGES:
            view = fragment_view(_snapshot(campaign, stage, basis, now), language, runtime.settings.public_url)
            # Regions of one page are told apart by their names.
            named = replace(view, label=f"{view.label}: {stage.value.replace('_', ' ')}, {language}")
            # Our own template, with escaping on.
            previews.append(Preview(stage.value, language, Markup(fragment_html(named))))  # noqa: S704
    return previews


def _snapshot(campaign: Campaign, stage: Stage, basis: campaigns.PreviewBasis, now: datetime) -> Snapshot:
    value = _value(campaign, stage, basis.progress.value)
    frozen = Frozen(value, 0, now) if stage in (Stage.ENDED_REACHED, Stage.ENDED_MISSED) else None
    return Snapshot(
        campaign=replace(campaign, frozen=frozen),
        value=value,
        progress=basis.progress,
        stage=stage,
        shown=True,
        as_of=now,
        until=None,
        price=basis.price,
    )


def _value(campaign: Campaign, stage: Stage, today: int) -> int:
    """Today's number where the stage can have it, else one in the middle of the stage."""
    target, look = campaign.target, campaign.look
    quiet, near = target * look.quiet_percent // 100, target * look.near_percent // 100
    match stage:
        case Stage.EARLY:
            return today if today < quiet else quiet // 2
        case Stage.RUNNING:
            return today if quiet <= today < near else (quiet + near) // 2
        case Stage.NEAR:
            return today if near <= today < target else (near + target) // 2
        case Stage.REACHED | Stage.ENDED_REACHED:
            return today if today >= target else target + target // 100
        case _:
            return today if 0 < today < target else (near + target) // 2
