"""What of all facts a campaign is about: everything, or what carries a campaign, price, product or tag (Rule.scope)."""

from __future__ import annotations

from dataclasses import replace

from campaign.domain.about import Scope
from campaign.domain.campaign import Campaign
from campaign.domain.facts import Membership, Payment, SignUp, SourceRule


def membership_rule(membership: Membership, campaign: Campaign, source_rule: SourceRule) -> SourceRule:
    """What of a membership counts: its source's counted prices, or those of them the campaign is about.

    A membership that names the campaign, or carries one of its tags, is in with all of them.
    """
    if _is_named(membership.campaign_slug, membership.tags, campaign):
        return source_rule
    wanted = _wanted_prices(campaign.rule.scope, source_rule)
    counted = source_rule.counted_prices
    return replace(source_rule, counted_prices=wanted if counted is None else wanted & counted)


def has_payment(payment: Payment, campaign: Campaign, source_rule: SourceRule) -> bool:
    """Whether what was paid is money for the campaign.

    Without a scope: a counted price, or a one-off payment where the campaign takes those or its checkout named it.
    With one: what names the campaign or carries what the scope lists; a price that is listed is meant, counted or not.
    """
    scope = campaign.rule.scope
    if not scope.is_everything:
        if _is_named(payment.campaign_slug, payment.tags, campaign):
            return True
        return not _wanted_prices(scope, source_rule).isdisjoint(payment.price_keys or ())
    if payment.price_keys is None:
        return campaign.rule.count_one_off or payment.campaign_slug == campaign.slug
    return any(source_rule.counts(key) for key in payment.price_keys)


def has_sign_up(sign_up: SignUp, campaign: Campaign) -> bool:
    """Whether a sign-up is for the campaign: it names it, or nothing where the campaign takes everything."""
    if sign_up.campaign_slug is None:
        return campaign.rule.scope.is_everything
    return sign_up.campaign_slug in (campaign.slug, *campaign.rule.scope.campaigns)


def _is_named(slug: str | None, tags: tuple[str, ...], campaign: Campaign) -> bool:
    scope = campaign.rule.scope
    if scope.is_everything:
        return True
    return slug in (campaign.slug, *scope.campaigns) or not set(scope.tags).isdisjoint(tags)


def _wanted_prices(scope: Scope, source_rule: SourceRule) -> frozenset[str]:
    of_products = {price for price, product in source_rule.products.items() if product in scope.products}
    return frozenset(scope.prices) | of_products
