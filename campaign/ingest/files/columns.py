"""What the columns of a list mean: presets for lists of known makers, and a guess from the heads of others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any

from campaign.domain.errors import Invalid


class What(StrEnum):
    """What a row of a list is."""

    MEMBERSHIP = "membership"
    PAYMENT = "payment"
    SIGN_UP = "sign_up"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a row may say. `names`: heads it is known by, small letters and no signs."""

    name: str
    label: str
    names: tuple[str, ...]


_ADDRESS = Field("address", "E-mail address", ("email", "emailaddress", "mail", "subscriberemail", "customeremail"))
_PERSON = Field("person", "Number of the person", ("userid", "memberid", "memberfulid", "customerid", "personid"))
_ID = Field("id", "Number of the row", ("id", "subscriptionid", "membershipid", "transactionid", "paymentid"))
_STATUS = Field("status", "Status", ("status", "patronstatus", "subscriptionstate", "state", "active"))
_CAMPAIGN = Field("campaign", "Campaign (its short name)", ("campaign", "campaignslug"))
_TAGS = Field("tags", "Tags (with commas between)", ("tags", "tag", "labels", "label", "schlagworte", "fund"))

FIELDS: Mapping[What, tuple[Field, ...]] = {
    What.MEMBERSHIP: (
        *(_ADDRESS, _PERSON, _ID, _STATUS),
        Field(
            *("started", "Member since"),
            (
                "started",
                "start",
                "startdate",
                "startedat",
                "startedon",
                "joinedon",
                "membersince",
                "since",
                "joined",
                "subscribedat",
                "patronagesincedate",
                "createdat",
                "memberfrom",
            ),
        ),
        Field(
            *("paid_until", "Paid until"),
            (
                "paiduntil",
                "expiresat",
                "expirationdate",
                "accessexpiration",
                "validuntil",
                "currentperiodend",
                "expires",
                "paidthrough",
            ),
        ),
        Field("ended", "Ended on", ("ended", "endedat", "enddate", "end", "deletedat")),
        Field("tier", "Tier or plan", ("tier", "tiers", "plan", "planname", "level", "product")),
        Field("gifted", "Gifted (yes or no)", ("gifted", "isgift", "gift")),
        Field("complimentary", "Free of charge (yes or no)", ("complimentaryplan", "complimentary", "comped", "free")),
        _TAGS,
    ),
    What.PAYMENT: (
        *(_ADDRESS, _PERSON, _ID),
        Field("date", "Date", ("date", "buchungstag", "bookingdate", "paidat", "createdat", "created", "paymentdate")),
        Field("amount", "Amount", ("amount", "betrag", "gross", "total", "sum")),
        Field("currency", "Currency", ("currency", "waehrung", "währung", "ccy")),
        Field("status", "Status", ("status", "state")),
        Field("account", "Account paid from", ("kontonummeriban", "iban", "counterpartyaccount", "debtoriban")),
        Field(
            *("counterparty", "Who paid"),
            ("beguenstigterzahlungspflichtiger", "begünstigterzahlungspflichtiger", "counterparty", "debtor", "payer"),
        ),
        Field("purpose", "Purpose", ("verwendungszweck", "purpose", "reference", "remittanceinformation", "memo")),
        *(_CAMPAIGN, _TAGS),
    ),
    What.SIGN_UP: (
        *(_ADDRESS, _PERSON, _ID),
        Field("date", "Signed up on", ("date", "createdat", "signedup", "signedupat", "subscribedat", "joined")),
        Field("confirmed", "Confirmed on, or yes", ("confirmed", "confirmedat", "verified", "optin", "optintime")),
        Field("withdrawn", "Withdrawn on", ("withdrawn", "withdrawnat", "unsubscribedat", "optouttime")),
        _CAMPAIGN,
    ),
}


@dataclass(frozen=True, slots=True)
class Preset:
    """A list as a known maker exports it. `heads`: those that tell it; `columns`: field to head."""

    name: str
    label: str
    what: What
    heads: tuple[str, ...]
    columns: Mapping[str, str]


PRESETS: tuple[Preset, ...] = (
    Preset(
        *("patreon", "Patreon: members", What.MEMBERSHIP),
        ("Patron Status", "Patronage Since Date"),
        {
            "address": "Email",
            "person": "User ID",
            "status": "Patron Status",
            "started": "Patronage Since Date",
            "paid_until": "Access Expiration",
            "tier": "Tier",
        },
    ),
    Preset(
        *("ghost", "Ghost: members", What.MEMBERSHIP),
        ("complimentary_plan", "stripe_customer_id"),
        {
            "address": "email",
            "person": "id",
            "started": "created_at",
            "ended": "deleted_at",
            "tier": "tiers",
            "complimentary": "complimentary_plan",
            "tags": "labels",
        },
    ),
    Preset(
        *("steady", "Steady: members", What.MEMBERSHIP),
        ("subscription_state", "plan_name"),
        {
            "address": "email",
            "status": "subscription_state",
            "started": "subscribed_at",
            "tier": "plan_name",
            "paid_until": "expires_at",
            "gifted": "gifted",
        },
    ),
    Preset(
        *("memberful", "Memberful: members", What.MEMBERSHIP),
        ("Memberful ID", "Plan"),
        {
            "address": "Email",
            "person": "Memberful ID",
            "status": "Active",
            "started": "Created at",
            "paid_until": "Expiration date",
            "tier": "Plan",
        },
    ),
    Preset(
        *("bank", "Bank statement (CSV-CAMT)", What.PAYMENT),
        ("Buchungstag", "Verwendungszweck", "Betrag"),
        {
            "date": "Buchungstag",
            "amount": "Betrag",
            "currency": "Waehrung",
            "purpose": "Verwendungszweck",
            "account": "Kontonummer/IBAN",
            "counterparty": "Beguenstigter/Zahlungspflichtiger",
        },
    ),
)
"""Heads as their makers document them; a column that is missing from a file is left out."""


@dataclass(frozen=True, slots=True)
class Columns:
    """How the rows of a list are read. `columns`: field to head; `date_order`, `decimals`: "" until known."""

    what: What
    columns: Mapping[str, str]
    preset: str = ""
    zone: str = "UTC"
    currency: str = ""
    campaign: str = ""
    date_order: str = ""
    decimals: str = ""

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "what": self.what.value, "columns": dict(self.columns)}

    @classmethod
    def of_json(cls, said: Mapping[str, Any]) -> Columns:
        names = {one.name for one in fields(cls)}
        told: dict[str, Any] = {**{k: v for k, v in said.items() if k in names}, "what": What(said["what"])}
        return cls(**told)


@dataclass(frozen=True, slots=True)
class Guess:
    """What a list may be: its preset or None, and field to head."""

    what: What
    preset: Preset | None = None
    columns: Mapping[str, str] = field(default_factory=dict[str, str])


def guess(heads: Sequence[str], what: What | None = None) -> Guess:
    """What the heads look like. `what`: known already."""
    known = {bare(head): head for head in reversed(heads) if head}
    for preset in PRESETS:
        if what in (None, preset.what) and all(bare(head) in known for head in preset.heads):
            found = {name: known[bare(head)] for name, head in preset.columns.items() if bare(head) in known}
            return Guess(preset.what, preset, found)
    tries = [_by_names(known, one) for one in ([what] if what else list(What))]
    return max(tries, key=lambda one: len(one.columns))


def check(said: Columns, heads: Sequence[str]) -> None:
    """Return when rows can be read so; else raise Invalid naming the first field that is missing or wrong."""
    for name, head in said.columns.items():
        if head not in heads:
            raise Invalid(f"column_{name}", f"The file has no column “{head[:60]}”.")
    has = said.columns.keys()
    if said.what is What.PAYMENT:
        for name, words in (("date", "date"), ("amount", "amount")):
            if name not in has:
                raise Invalid(f"column_{name}", f"Say which column holds the {words}.")
    if said.what is What.PAYMENT and not has & {"address", "person", "account", "counterparty", "id"}:
        raise Invalid("column_address", "Say which column tells who paid: an address, a number, or an account.")
    if said.what is not What.PAYMENT and not has & {"address", "person", "id"}:
        raise Invalid("column_address", "Say which column tells who it is: an address or a number.")


def bare(head: str) -> str:
    """A head as it is compared: small letters, no signs."""
    return re.sub(r"[\W_]", "", head.casefold())


def _by_names(known: Mapping[str, str], what: What) -> Guess:
    found: dict[str, str] = {}
    for one in FIELDS[what]:
        head = next((known[name] for name in one.names if name in known and known[name] not in found.values()), None)
        if head is not None:
            found[one.name] = head
    return Guess(what, None, found)


KNOWN_HEADS = frozenset(name for some in FIELDS.values() for one in some for name in one.names) | {
    bare(head) for preset in PRESETS for head in (*preset.heads, *preset.columns.values())
}
"""Heads that lists have, as they are compared."""
