"""The part of the campaign form that says what its page offers, and where to go from there."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from campaign.dashboard.campaigns import Choices
from campaign.domain.campaign import Campaign, Join
from campaign.domain.errors import Invalid
from campaign.domain.money import EXPONENTS
from campaign.store.sources import STRIPE
from campaign.web import staff_fields as fields

MOST_AMOUNTS = 8


class JoinFields(fields.Form):
    """What is offered, and in which words."""

    join_price = fields.select("Membership offered first", [])
    more_prices = fields.checks("Offer also", [], "Memberships at other prices of the same source.")
    give_source = fields.select("Giving once", [], "Where the money goes; memberships are paid where their price is.")
    give_currency = fields.text(
        "Currency of what is given", "Like EUR. Empty: the campaign’s.", required=False, longest=3, list="currencies"
    )
    give_amounts = fields.text(
        "Amounts suggested to give once", "With spaces between: 10 25 50. Empty: none.", required=False, longest=100
    )
    give_free = fields.check("Let readers enter an amount of their own")
    give_minimum = fields.text(
        "At least", "Of that amount; tiny payments are often card tests.", required=False, longest=12
    )
    privacy = fields.long_text(
        "About data, under the form", "Empty: “You pay on our payment provider’s page …”", required=False, longest=500
    )
    home_url = fields.text(
        "Page to return to", "Of your own site, after joining.", required=False, longest=500, type="url"
    )
    portal_url = fields.text(
        "Where members change or end what they have",
        "In Stripe’s dashboard: Settings, Billing, Customer portal, “Activate link”. Like https://billing.stripe.com/p/login/…",
        required=False,
        longest=500,
        type="url",
    )


def offer(form: Any, choices: Choices, join: Join) -> None:
    """The form's choices; what is offered now stays there even when its source has dropped it."""
    pays = {s.id for s in choices.sources if s.kind == STRIPE}
    sold = [p for p in choices.prices if p.source_id in pays]
    offered = [("", "No membership"), *((f"{p.source_id} {p.key}", _price(p)) for p in sold)]
    known = [value for value, _ in offered]
    gone = [key for key in join.price_keys if f"{join.source_id} {key}" not in known]
    offered += [(f"{join.source_id} {key}", f"{key} (no longer offered)") for key in gone]
    form.join_price.choices = fields.options(offered)
    form.more_prices.choices = fields.options(offered[1:])
    accounts = [(str(s.id), f"Yes, at {s.name}") for s in choices.sources if s.id in pays]
    form.give_source.choices = fields.options([("", "No"), *accounts])


def values(campaign: Campaign) -> dict[str, Any]:
    """What the form shows of what a campaign offers."""
    join = campaign.join
    gives, least = join.takes_gifts, join.give_minimum_minor
    amounts = [fields.write_money(minor, join.give_currency) for minor in join.give_amounts]
    return {
        "join_price": f"{join.source_id} {join.price_key}" if join.price_key else "",
        "more_prices": [f"{join.source_id} {key}" for key in join.more_price_keys],
        "give_source": str(join.source_id) if gives else "",
        "give_currency": join.give_currency,
        "give_amounts": " ".join(amounts),
        "give_free": join.give_free,
        "give_minimum": fields.write_money(least, join.give_currency) if least else "",
        "privacy": join.privacy,
        "home_url": join.home_url,
        "portal_url": join.portal_url,
    }


def read(form: Any, currency: str | None) -> Join:
    """What is offered, as typed. Raises Invalid naming a field."""
    source, _, price = (form.join_price.data or "").partition(" ")
    more = [value.partition(" ") for value in form.more_prices.data or ()]
    if any(other != source for other, _, _ in more):
        raise Invalid("more_prices", "Offer prices of one source only: that of the membership offered first.")
    given = form.give_source.data
    if given and price and given != source:
        raise Invalid("give_source", "Memberships and gifts of one campaign are paid at one source.")
    join = Join(
        source_id=int(source or given) if price or given else None,
        price_key=price,
        more_price_keys=tuple(key for _, _, key in more if key != price),
        home_url=_address("home_url", form.home_url.data),
        portal_url=_address("portal_url", form.portal_url.data),
        privacy=form.privacy.data,
    )
    return _with_gifts(form, join, currency) if given else join


def _with_gifts(form: Any, join: Join, currency: str | None) -> Join:
    code = (form.give_currency.data or "").upper() or currency
    if code not in EXPONENTS:
        raise Invalid("give_currency", "Say the currency of what is given, like EUR.")
    typed = re.split(r"[\s;]+", form.give_amounts.data.strip()) if form.give_amounts.data.strip() else []
    amounts = tuple(dict.fromkeys(fields.read_money("give_amounts", one, code) for one in typed))
    if len(amounts) > MOST_AMOUNTS or 0 in amounts:
        raise Invalid("give_amounts", f"Suggest up to {MOST_AMOUNTS} amounts above zero.")
    if not amounts and not form.give_free.data:
        raise Invalid("give_amounts", "Suggest an amount, or let readers enter their own.")
    least = fields.read_money("give_minimum", form.give_minimum.data, code) if form.give_minimum.data else 0
    return replace(
        join, give_currency=code, give_amounts=amounts, give_free=form.give_free.data, give_minimum_minor=least
    )


def _address(name: str, typed: str) -> str:
    if typed and not typed.startswith(("https://", "http://")):
        raise Invalid(name, "Enter an address that begins with https://.")
    return typed


def _price(price: Any) -> str:
    amount = (
        ""
        if price.amount_minor is None
        else f", {fields.write_money(price.amount_minor, price.currency)} {price.currency}"
    )
    return f"{price.name}{amount} a {price.recurring or 'month'}"
