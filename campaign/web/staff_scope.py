"""The part of the campaign form that says what of all facts a campaign is about."""

from __future__ import annotations

from typing import Any

from campaign.dashboard.campaigns import Choices
from campaign.domain.about import Scope
from campaign.web import staff_fields as fields

PRICES = fields.checks("Prices and tiers", [], "Of your sources: money and memberships of these.")
PRODUCTS = fields.checks("Products", [], "Every price of them, also one added later.")
CAMPAIGNS = fields.text(
    "Named at checkout",
    "Addresses of campaigns, with commas between: what your own checkout wrote into the metadata “campaign”.",
    required=False,
)
TAGS = fields.text(
    "Tags",
    "With commas between, like “roof, spring drive”: what your own checkout wrote into the metadata “tags”, labels and "
    "tiers at Ghost, tiers at Patreon, a list’s column of tags, and what your own systems send.",
    required=False,
)


def offer(form: Any, choices: Choices, scope: Scope) -> None:
    """The form offers what the sources sell; what is chosen now stays there even when a source has dropped it."""
    form.scope_prices.choices = fields.options(_with_chosen(choices.scope_prices, scope.prices))
    form.scope_products.choices = fields.options(_with_chosen(choices.scope_products, scope.products))


def read_scope(form: Any) -> Scope:
    """The scope as typed."""
    return Scope(
        campaigns=_listed(form.scope_campaigns.data),
        prices=tuple(sorted(form.scope_prices.data or ())),
        products=tuple(sorted(form.scope_products.data or ())),
        tags=_listed(form.scope_tags.data),
    )


def values(scope: Scope) -> dict[str, Any]:
    """What the form shows of a scope."""
    return {
        "scope_campaigns": ", ".join(scope.campaigns),
        "scope_prices": list(scope.prices),
        "scope_products": list(scope.products),
        "scope_tags": ", ".join(scope.tags),
    }


def _listed(typed: str) -> tuple[str, ...]:
    return tuple(sorted({word.strip().lower() for word in typed.split(",") if word.strip()}))


def _with_chosen(offered: tuple[tuple[str, str], ...], chosen: tuple[str, ...]) -> list[tuple[str, str]]:
    known = {key for key, _ in offered}
    return [*offered, *((key, f"{key} (no longer offered)") for key in chosen if key not in known)]
