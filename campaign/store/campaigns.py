"""Campaigns, each version with its author and reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaign.domain.about import Scope
from campaign.domain.campaign import (
    Campaign,
    EditorState,
    Frozen,
    GoalKind,
    Hold,
    Join,
    Opening,
    OpeningSource,
    Rule,
    validate,
)
from campaign.domain.errors import Conflict, Invalid, NotFound
from campaign.store import campaign_show, campaign_steps
from campaign.store.tables import CampaignRow, CampaignVersion


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a campaign as its author left it. `body`: the campaign's settings then, as plain values."""

    version: int
    author: str
    reason: str
    at: datetime
    body: Mapping[str, Any]


def load(session: Session, campaign_id: int) -> Campaign:
    """The campaign with our id. Raises NotFound."""
    row = session.get(CampaignRow, campaign_id)
    if row is None:
        raise NotFound("campaign", campaign_id)
    return _campaign(row)


def by_slug(session: Session, slug: str) -> Campaign:
    """The campaign at a slug. Raises NotFound."""
    row = session.scalars(select(CampaignRow).where(CampaignRow.slug == slug)).one_or_none()
    if row is None:
        raise NotFound("campaign", slug)
    return _campaign(row)


def all_campaigns(session: Session) -> list[Campaign]:
    """Every campaign, newest start first."""
    rows = session.scalars(select(CampaignRow).order_by(CampaignRow.starts_on.desc(), CampaignRow.id.desc()))
    return [_campaign(row) for row in rows]


def versions(session: Session) -> dict[int, int]:
    """The version of each campaign, to see that none was edited meanwhile."""
    return dict(session.execute(select(CampaignRow.id, CampaignRow.version)).all())


def create(session: Session, campaign: Campaign, author: str, reason: str, now: datetime) -> Campaign:
    """The campaign is stored as version 1, under an id of ours. Raises Invalid (a slug that is taken included)."""
    validate(campaign)
    if session.scalars(select(CampaignRow.id).where(CampaignRow.slug == campaign.slug)).first() is not None:
        raise Invalid("slug", f"There is a campaign at {campaign.slug!r} already; choose another.")
    campaign = replace(campaign, version=1)
    row = CampaignRow(created_at=now, **_columns(campaign))
    session.add(row)
    session.flush()
    campaign = replace(campaign, id=row.id)
    _keep_version(session, campaign, author, reason, now)
    return campaign


def save(session: Session, campaign: Campaign, author: str, reason: str, now: datetime) -> Campaign:
    """The campaign is stored as the version after the one it was loaded as.

    Raises Invalid, NotFound, and Conflict when somebody saved another version meanwhile.
    """
    validate(campaign)
    before = load(session, campaign.id)
    if before.version != campaign.version:
        raise Conflict(f"version {before.version} was saved meanwhile; yours began at {campaign.version}")
    _refuse_locked(before, campaign)
    taken = session.scalars(select(CampaignRow.id).where(CampaignRow.slug == campaign.slug)).first()
    if taken not in (None, campaign.id):
        raise Invalid("slug", f"There is a campaign at {campaign.slug!r} already; choose another.")
    saved = replace(campaign, version=campaign.version + 1)
    changed = session.execute(
        update(CampaignRow)
        .where(CampaignRow.id == campaign.id, CampaignRow.version == campaign.version)
        .values(**_columns(saved))
        .execution_options(synchronize_session=False)
    )
    if cast(Any, changed).rowcount != 1:
        raise Conflict("another version was saved meanwhile")
    session.expire_all()
    _keep_version(session, saved, author, reason, now)
    return saved


def history(session: Session, campaign_id: int) -> list[Version]:
    """Every version, newest first."""
    rows = session.scalars(
        select(CampaignVersion)
        .where(CampaignVersion.campaign_id == campaign_id)
        .order_by(CampaignVersion.version.desc())
    )
    return [Version(row.version, row.author, row.reason, row.at, row.body) for row in rows]


def _refuse_locked(before: Campaign, after: Campaign) -> None:
    """Kind, zone and currency can't change once live; after freezing only words can (counting.md, The ledger 9)."""
    if before.state is not EditorState.DRAFT:
        for name in ("kind", "zone", "currency"):
            if getattr(before, name) != getattr(after, name):
                raise Invalid(name, f"The {name} can't change once the campaign was public.")
        if after.state is EditorState.DRAFT:
            raise Invalid("state", "A campaign that was public can be archived, not made a draft again.")
    if before.frozen is not None:
        same = replace(
            after,
            words=before.words,
            languages=before.languages,
            state=before.state,
            join=before.join,
            hold=before.hold,
            wordings=before.wordings,
            display=before.display,
        )
        if replace(same, version=before.version, name=before.name, look=before.look) != before:
            raise Invalid("state", "The result is frozen: only words can change.")


def body(campaign: Campaign) -> dict[str, Any]:
    """The campaign as plain values."""
    return {**_columns(campaign), "starts_on": str(campaign.starts_on), "ends_on": str(campaign.ends_on)}


def from_body(campaign_id: int, values: Mapping[str, Any]) -> Campaign:
    """The campaign of plain values; nothing is asked of the database."""
    days = {name: date.fromisoformat(values[name]) for name in ("starts_on", "ends_on")}
    return _campaign(CampaignRow(**{**values, **days, "id": campaign_id}))


def _keep_version(session: Session, campaign: Campaign, author: str, reason: str, now: datetime) -> None:
    values = body(campaign)
    session.add(
        CampaignVersion(
            campaign_id=campaign.id, version=campaign.version, body=values, author=author, reason=reason, at=now
        )
    )
    session.flush()


def _join(kept: Mapping[str, Any]) -> Join:
    values = dict(kept)
    for name in ("more_price_keys", "give_amounts"):
        values[name] = tuple(values.get(name) or ())
    return Join(**values)


def _columns(campaign: Campaign) -> dict[str, Any]:
    return {
        "slug": campaign.slug,
        "name": campaign.name,
        "kind": campaign.kind.value,
        "target": campaign.target,
        "currency": campaign.currency,
        "starts_on": campaign.starts_on,
        "ends_on": campaign.ends_on,
        "zone": campaign.zone,
        "settings": _settings(campaign),
        "state": campaign.state.value,
        "frozen": _frozen_body(campaign.frozen),
        "version": campaign.version,
    }


def _settings(campaign: Campaign) -> dict[str, Any]:
    opening = campaign.opening
    return {
        "rule": {**asdict(campaign.rule), "sources": list(campaign.rule.sources)},
        "opening": None
        if opening is None
        else {
            "members": opening.members,
            "at": opening.at.isoformat(),
            "sources": [asdict(source) for source in opening.sources],
        },
        "words": campaign_show.words_body(campaign.words),
        "languages": list(campaign.languages),
        "wordings": {key: campaign_show.words_body(words) for key, words in campaign.wordings.items()},
        "look": asdict(campaign.look),
        "display": campaign_show.display_body(campaign.display),
        "join": asdict(campaign.join),
        "ladder": campaign_steps.ladder_body(campaign.ladder),
        "linked_id": campaign.linked_id,
        "match": campaign_steps.match_body(campaign.match),
        "hold": None if campaign.hold is None else {**asdict(campaign.hold), "until": campaign.hold.until.isoformat()},
    }


def _frozen_body(frozen: Frozen | None) -> dict[str, Any] | None:
    if frozen is None:
        return None
    return {**asdict(frozen), "at": frozen.at.isoformat(), "silent_sources": list(frozen.silent_sources)}


def _campaign(row: CampaignRow) -> Campaign:
    settings = row.settings
    rule = settings["rule"]
    hold = settings.get("hold")
    return Campaign(
        id=row.id,
        slug=row.slug,
        name=row.name,
        kind=GoalKind(row.kind),
        target=row.target,
        currency=row.currency,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        zone=row.zone,
        rule=_rule(rule),
        opening=_opening(settings.get("opening")),
        words=campaign_show.words(settings["words"]),
        languages=tuple(settings["languages"]),
        wordings={key: campaign_show.words(words) for key, words in settings.get("wordings", {}).items()},
        look=campaign_show.look(settings["look"]),
        display=campaign_show.display(settings.get("display", {})),
        join=_join(settings["join"]),
        ladder=campaign_steps.ladder(settings.get("ladder", [])),
        linked_id=settings.get("linked_id"),
        match=campaign_steps.match(settings.get("match")),
        state=EditorState(row.state),
        frozen=_frozen(row.frozen),
        hold=None if hold is None else Hold(datetime.fromisoformat(hold["until"]), hold["author"], hold["reason"]),
        version=row.version,
    )


def _rule(body: dict[str, Any]) -> Rule:
    scope = cast(dict[str, list[str]], body.get("scope", {}))
    return replace(
        Rule(**body),
        sources=tuple(body["sources"]),
        scope=Scope(**{name: tuple(values) for name, values in scope.items()}),
    )


def _opening(body: dict[str, Any] | None) -> Opening | None:
    if body is None:
        return None
    sources = tuple(OpeningSource(**source) for source in body["sources"])
    return Opening(body["members"], datetime.fromisoformat(body["at"]), sources)


def _frozen(body: dict[str, Any] | None) -> Frozen | None:
    if body is None:
        return None
    return Frozen(
        body["result"], body["entry_id"], datetime.fromisoformat(body["at"]), tuple(body.get("silent_sources", ()))
    )
