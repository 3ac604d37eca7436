"""What the newsroom's own systems may send: the definitions that validate, and that /api/v1/openapi.json is made from.

Unknown fields are refused here: a misspelt `paid_untill` that is ignored would count somebody for ever.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from campaign.domain.about import LONGEST_TAG, MOST_TAGS, tag_of
from campaign.domain.money import EXPONENTS

MOST_ITEMS = 100
"""A request is one transaction, and a delivery to a webhook must not wait for a long one."""
MOST_MINOR = 10**12


def _within_our_times(value: datetime) -> datetime:
    if not 2000 <= value.year < 2100:
        raise ValueError("must lie between the years 2000 and 2099")
    return value.astimezone(UTC)


def _known_currency(value: str) -> str:
    if value not in EXPONENTS:
        raise ValueError("must be a currency code of ISO 4217, like USD")
    return value


def _known_as_tag(value: str) -> str:
    tag = tag_of(value)
    if tag is None:
        raise ValueError("must begin with a letter or digit, and hold only letters, digits, spaces and . : _ -")
    return tag


Key = Annotated[
    str,
    StringConstraints(pattern=r"^[!-~]{1,200}$"),
    Field(description="Your own id: 1 to 200 visible ASCII characters without spaces.", examples=["member-1042"]),
]
Slug = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$"),
    Field(description="The campaign's short name, as in its addresses.", examples=["25k"]),
]
Instant = Annotated[
    AwareDatetime,
    AfterValidator(_within_our_times),
    Field(description="ISO 8601 with a zone.", examples=["2026-11-22T10:00:00Z"]),
]
Email = Annotated[
    str,
    StringConstraints(pattern=r"^[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,255}$", max_length=320),
    Field(
        description="The person's address. It becomes a keyed hash before anything is written, and is kept nowhere.",
        examples=["olena@example.org"],
    ),
]
Currency = Annotated[
    str, AfterValidator(_known_currency), Field(description="ISO 4217.", min_length=3, max_length=3, examples=["USD"])
]
Tag = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST_TAG),
    AfterValidator(_known_as_tag),
    Field(
        description="Letters, digits, spaces and . : _ - after a letter or digit. Capitals don't matter.",
        examples=["spring drive"],
    ),
]
Tags = Annotated[
    list[Tag],
    Field(
        max_length=MOST_TAGS,
        description="Your own words for what it belongs to; a campaign may be about some tags only.",
    ),
]
Minor = Annotated[int, Field(ge=1, le=MOST_MINOR, description="Minor units: cents, yen.", examples=[500])]


class Shape(BaseModel):
    """Strict: a number is no text, and an unknown field is a mistake."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class OfPerson(Shape):
    """Who it is about: your own id of the person, their address, or both. Leave the address out if you don't know it;
    null says that there is none."""

    account: Key | None = None
    email: Email | None = None


class KnownPerson(OfPerson):
    """The same, where nobody can't be."""

    @model_validator(mode="after")
    def _is_somebody(self) -> Self:
        if self.account is None and self.email is None:
            raise ValueError("give account, email, or both: otherwise nobody can be counted")
        return self


class SignUpIn(KnownPerson):
    """Somebody's wish to join without paying. It counts from confirmed_at, until withdrawn_at."""

    id: Key
    campaign: Slug | None = Field(None, description="Leave out for a free registration of no campaign in particular.")
    started_at: Instant
    confirmed_at: Instant | None = None
    withdrawn_at: Instant | None = None


class MembershipIn(KnownPerson):
    """One recurring arrangement as it stands. Send it again, with a newer as_of, whenever something of it changes."""

    id: Key
    how: Literal["paid", "trial", "gifted", "complimentary"] = "paid"
    started_at: Instant
    paid_until: Instant | None = Field(None, description="Until when it entitles. Without: until you tell otherwise.")
    cancelled_at: Instant | None = Field(None, description="When it was cancelled, though it may run on.")
    cancel_at: Instant | None = Field(None, description="When it will end.")
    ended_at: Instant | None = Field(None, description="When it ended.")
    tier: Key | None = Field(None, description="Your own name of the tier; staff may count some tiers only.")
    quantity: int = Field(1, ge=1, le=100_000)
    campaign: Slug | None = Field(None, description="The campaign it was begun for, if for one in particular.")
    tags: Tags = Field(default_factory=list[str])

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.paid_until is not None and self.paid_until < self.started_at:
            raise ValueError("paid_until lies before started_at")
        if self.ended_at is not None and self.ended_at < self.started_at:
            raise ValueError("ended_at lies before started_at")
        return self


class RefundIn(Shape):
    """Money that went back. One that failed is left out."""

    id: Key
    amount_minor: Minor
    at: Instant


class DisputeIn(Shape):
    """A payment its giver's bank took back, and what became of that."""

    id: Key
    amount_minor: Minor
    opened_at: Instant
    state: Literal["open", "lost", "won"] = "open"
    closed_at: Instant | None = Field(None, description="Needed once it is won.")

    @model_validator(mode="after")
    def _says_when_won(self) -> Self:
        if self.state == "won" and self.closed_at is None:
            raise ValueError("closed_at is needed once a dispute is won")
        return self


class PaymentIn(OfPerson):
    """Money received once, with all its refunds and disputes so far. Without account and email its giver is nobody
    known, and counts as one of their own."""

    id: Key
    amount_minor: Minor
    currency: Currency
    paid_at: Instant = Field(description="When it was captured; a bank debit: when it was made.")
    status: Literal["succeeded", "pending", "failed"] = "succeeded"
    bank_debit: bool = False
    fee_minor: int | None = Field(None, ge=0, le=MOST_MINOR)
    campaign: Slug | None = Field(None, description="The campaign it was given to, if to one in particular.")
    tags: Tags = Field(default_factory=list[str])
    refunds: list[RefundIn] = Field(default_factory=list[RefundIn], max_length=50)
    disputes: list[DisputeIn] = Field(default_factory=list[DisputeIn], max_length=50)


_AS_OF = Field(description="The moment your system says this of. A fact changes only by a newer one than the last.")


class SignUps(Shape):
    as_of: Instant = _AS_OF
    items: list[SignUpIn] = Field(min_length=1, max_length=MOST_ITEMS)


class Memberships(Shape):
    as_of: Instant = _AS_OF
    items: list[MembershipIn] = Field(min_length=1, max_length=MOST_ITEMS)


class Payments(Shape):
    as_of: Instant = _AS_OF
    items: list[PaymentIn] = Field(min_length=1, max_length=MOST_ITEMS)


class AdjustmentIn(Shape):
    """A signed entry by hand: people, or minor units of the campaign's currency. It needs an Idempotency-Key."""

    campaign: Slug
    amount: int = Field(ge=-MOST_MINOR, le=MOST_MINOR, description="Not zero.", examples=[12, -3])
    reason: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*\S[^\x00-\x08\x0b-\x1f\x7f]*$")] = (
        Field(max_length=500)
    )
    public: bool = Field(False, description="Whether readers see it among the corrections.")
    occurred_at: Instant | None = Field(None, description="Now, or earlier.")


class Received(Shape):
    """What came of a request: how many items it held, and how many ledger entries that led to at once."""

    received: int
    entries: int
