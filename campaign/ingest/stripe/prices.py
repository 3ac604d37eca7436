"""A price, so that staff can tick the ones that count."""

from __future__ import annotations

from campaign.ingest.stripe.fields import Json, Thing
from campaign.store.prices import ToldPrice


def told_price(body: Json) -> ToldPrice:
    """The price with its product's name where that was expanded. Raises MalformedFact."""
    price = Thing.of(body, "price")
    currency = price.currency()
    recurring = price.part("recurring")
    product = price.part("product") if isinstance(price.body.get("product"), dict) else None
    name = price.optional_text("nickname") or (None if product is None else product.optional_text("name"))
    has_amount = price.body.get("unit_amount") is not None
    return ToldPrice(
        key=price.key,
        name=(name or price.key)[:255],
        amount_minor=price.minor("unit_amount", currency) if has_amount else None,
        currency=currency,
        recurring=None if recurring is None else recurring.text("interval")[:20],
        active=price.yes("active") and not price.yes("deleted"),
        product_key=price.id_of("product"),
    )
