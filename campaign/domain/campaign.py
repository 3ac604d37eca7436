"""A campaign: a drive with a goal, a start and a deadline (counting.md, Words and Time)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, available_timezones

from campaign.domain.about import SLUG, Scope, validate_scope
from campaign.domain.display import Display, validate_display
from campaign.domain.errors import Invalid
from campaign.domain.look import Look, Shape
from campaign.domain.money import exponent
from campaign.domain.steps import Match, Step, validate_ladder, validate_match


class GoalKind(StrEnum):
    MEMBERS = "members"
    NEW_MEMBERS = "new_members"
    GIVERS = "givers"
    SIGNUPS = "signups"
    AMOUNT = "amount"


class EditorState(StrEnum):
    DRAFT = "draft"
    PUBLIC = "public"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class OpeningSource:
    """A source a stated opening counts. `includes_list`: does its import list the same people? None: not said."""

    name: str
    source_id: int | None = None
    includes_list: bool | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """A stated number of members at one instant, for the sources it names."""

    members: int
    at: datetime
    sources: tuple[OpeningSource, ...]

    def covered_source_ids(self) -> frozenset[int]:
        """Sources whose list includes the people of the opening."""
        return frozenset(s.source_id for s in self.sources if s.source_id is not None and s.includes_list)

    def unanswered_source_ids(self) -> frozenset[int]:
        """Sources whose import is refused until somebody says whether its list includes the opening's people."""
        return frozenset(s.source_id for s in self.sources if s.source_id is not None and s.includes_list is None)


MOST_GRACE_DAYS = 90


@dataclass(frozen=True, slots=True)
class Rule:
    """What a campaign says about who and what counts. `sources` empty: every source."""

    grace_days: int = 14
    count_trials: bool = False
    count_complimentary: bool = False
    count_returned: bool = False
    count_seats: bool = False
    count_one_off: bool = False
    minimum_minor: int = 0
    settle_days: int | None = None
    sources: tuple[int, ...] = ()
    scope: Scope = field(default_factory=Scope)


@dataclass(frozen=True, slots=True)
class Words:
    """A newsroom's own words for one stage; empty parts fall back to the defaults. Placeholders in braces."""

    headline: str = ""
    kicker: str = ""
    call: str = ""
    button: str = ""


@dataclass(frozen=True, slots=True)
class Join:
    """What its page offers at one source, `home_url` to return to, `portal_url` to change or end what one has."""

    source_id: int | None = None
    price_key: str = ""
    home_url: str = ""
    more_price_keys: tuple[str, ...] = ()
    give_amounts: tuple[int, ...] = ()
    give_free: bool = False
    give_minimum_minor: int = 0
    give_currency: str = ""
    privacy: str = ""
    portal_url: str = ""

    @property
    def price_keys(self) -> tuple[str, ...]:
        """Prices of the memberships, the first one first."""
        return tuple(dict.fromkeys(key for key in (self.price_key, *self.more_price_keys) if key))

    @property
    def takes_gifts(self) -> bool:
        """Whether one can give once."""
        return self.source_id is not None and bool(self.give_currency) and (self.give_free or bool(self.give_amounts))


@dataclass(frozen=True, slots=True)
class Frozen:
    """The frozen result: progress at the deadline, with the last entry it includes."""

    result: int
    entry_id: int
    at: datetime
    silent_sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """Staff hold what is published until `until` while they look at a jump."""

    until: datetime
    author: str
    reason: str


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign as its editors left it, at `version`. Dates are local to `zone`, both inclusive."""

    id: int
    slug: str
    name: str
    kind: GoalKind
    target: int
    currency: str | None
    starts_on: date
    ends_on: date
    zone: str
    rule: Rule = field(default_factory=Rule)
    opening: Opening | None = None
    words: Mapping[str, Mapping[str, Words]] = field(default_factory=dict[str, Mapping[str, Words]])
    """Language, then stage (or "default"), to words."""
    languages: tuple[str, ...] = ("en",)
    wordings: Mapping[str, Mapping[str, Mapping[str, Words]]] = field(
        default_factory=dict[str, Mapping[str, Mapping[str, Words]]]
    )
    """Words under test: key of the variant, then as `words`; the first variant's words are `words`."""
    look: Look = field(default_factory=Look)
    display: Display = field(default_factory=Display)
    join: Join = field(default_factory=Join)
    ladder: tuple[Step, ...] = ()
    linked_id: int | None = None
    """A campaign shown together with this one, on both their pages."""
    match: Match | None = None
    state: EditorState = EditorState.DRAFT
    frozen: Frozen | None = None
    hold: Hold | None = None
    version: int = 1

    @property
    def starts_at(self) -> datetime:
        """The first instant of the window, UTC."""
        return first_instant(self.starts_on, self.zone)

    @property
    def deadline(self) -> datetime:
        """The first instant of the day after `ends_on`, UTC; the window ends just before it."""
        return first_instant(self.ends_on + timedelta(days=1), self.zone)

    @property
    def settle_days(self) -> int:
        """Days at most from the deadline to the frozen result."""
        if self.rule.settle_days is not None:
            return self.rule.settle_days
        return 7 if self.kind in (GoalKind.AMOUNT, GoalKind.GIVERS) else 3

    def local_day(self, instant: datetime) -> date:
        """The day on the campaign's charts that an instant belongs to."""
        return local_day(instant, self.zone)

    def counts_source(self, source_id: int) -> bool:
        """Whether facts of this source can matter to the campaign."""
        return not self.rule.sources or source_id in self.rule.sources


def first_instant(day: date, zone: str) -> datetime:
    """The first instant of a local day, in UTC. A midnight that a clock change skips is the change itself (fold 0)."""
    return datetime.combine(day, time(0), ZoneInfo(zone)).astimezone(UTC)


def local_day(instant: datetime, zone: str) -> date:
    """The day of the zone that an instant belongs to."""
    return instant.astimezone(ZoneInfo(zone)).date()


_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
_BLOCKED_WORDS = frozenset(
    {"ad", "ads", "promo", "sponsor", "popup", "newsletter", "subscribe", "track", "beacon", "pixel", "collect"}
    | {"event", "impression", "count", "counter"}
)


def validate(campaign: Campaign) -> None:
    """Return when the campaign can be saved; else raise Invalid naming the first field that can't be taken."""
    _validate_slug(campaign.slug)
    if not campaign.name.strip():
        raise Invalid("name", "Give the campaign a name.")
    if campaign.target <= 0:
        raise Invalid("target", "The target must be above zero.")
    if campaign.target > 10**12:
        raise Invalid("target", "The target is too large.")
    if campaign.ends_on < campaign.starts_on:
        raise Invalid("ends_on", "The last day must not be before the first day.")
    if campaign.zone not in available_timezones():
        raise Invalid("zone", f"{campaign.zone!r} is not a known time zone; use a name like Europe/Kyiv.")
    if campaign.kind is GoalKind.AMOUNT and campaign.currency is None:
        raise Invalid("currency", "A campaign for money needs a currency.")
    if campaign.currency is not None:
        exponent(campaign.currency)
    _validate_rule(campaign.rule)
    if campaign.opening is not None and (campaign.opening.members < 0 or campaign.kind is not GoalKind.MEMBERS):
        raise Invalid("opening", "Only a members campaign has an opening, and it is not negative.")
    _validate_languages(campaign.languages)
    _validate_showing(campaign)
    validate_ladder(campaign.ladder)
    if campaign.match is not None:
        if campaign.kind is not GoalKind.AMOUNT:
            raise Invalid("match_sponsor", "Only money can be matched; this campaign counts people.")
        validate_match(campaign.match, campaign.starts_on, campaign.ends_on)
    if campaign.linked_id is not None and campaign.linked_id == campaign.id:
        raise Invalid("linked_id", "Choose another campaign to show beside this one.")


def _validate_rule(rule: Rule) -> None:
    if not 0 <= rule.grace_days <= MOST_GRACE_DAYS:
        raise Invalid("grace_days", f"Grace is between 0 and {MOST_GRACE_DAYS} days.")
    if rule.minimum_minor < 0:
        raise Invalid("minimum_minor", "The minimum amount can't be negative.")
    validate_scope(rule.scope)


def _validate_showing(campaign: Campaign) -> None:
    validate_display(campaign.display)
    if campaign.look.shape is Shape.BOTTOM and not campaign.display.closable:
        raise Invalid("closable", "A bar at the window's lower edge covers text, so readers must be able to close it.")


def _validate_languages(languages: tuple[str, ...]) -> None:
    if not languages:
        raise Invalid("languages", "Choose at least one language.")
    strange = [tag for tag in languages if not _LANGUAGE.fullmatch(tag)]
    if strange:
        raise Invalid("languages", f"{strange[0]!r} is no code of a language; use codes like en, uk or pt-br.")


def _validate_slug(slug: str) -> None:
    if not SLUG.fullmatch(slug):
        raise Invalid(
            "slug", "Use 1 to 48 small letters, digits and hyphens, beginning and ending with a letter or digit."
        )
    blocked = _BLOCKED_WORDS.intersection(slug.split("-"))
    if blocked:
        raise Invalid("slug", f"Filter lists hide addresses with the word {min(blocked)!r}; choose another.")
