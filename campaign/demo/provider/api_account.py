"""The account itself, and the items of subscriptions that hold more than an object shows, under /v1."""

from __future__ import annotations

import hashlib
from itertools import islice

from campaign.demo.provider.errors import invalid
from campaign.demo.provider.forms import PAGE, TEXT
from campaign.demo.provider.listing import list_of
from campaign.demo.provider.records import Json, Subscription
from campaign.demo.provider.routes import route
from campaign.demo.provider.shapes import item_shape
from campaign.demo.provider.world import World


def account_id(world: World) -> str:
    return f"acct_{hashlib.sha256(world.api_key.encode()).hexdigest()[:16]}"


@route("GET", "/account")
def get_account(world: World, asked: Json) -> Json:
    del asked
    return {
        "id": account_id(world),
        "object": "account",
        "business_profile": {
            "annual_revenue": None,
            "estimated_worker_count": None,
            "mcc": None,
            "minority_owned_business_designation": None,
            "name": "The Harbour Post",
            "product_description": None,
            "support_address": None,
            "support_email": None,
            "support_phone": None,
            "support_url": None,
            "url": None,
        },
        "charges_enabled": True,
        "country": "US",
        "default_currency": world.habits.settles_in,
        "details_submitted": True,
        "email": None,
        "payouts_enabled": True,
        "type": "standard",
    }


@route("GET", "/subscription_items", {**PAGE, "subscription": TEXT}, ("subscription",))
def list_items(world: World, asked: Json) -> Json:
    subscription = world.state.get(Subscription, asked["subscription"], "subscription")
    limit = asked.get("limit") or 10
    if not 1 <= limit <= 100:
        raise invalid("Limit must be between 1 and 100.", param="limit")
    ids = [item["id"] for item in subscription.items]
    after = asked.get("starting_after")
    begin = ids.index(after) + 1 if after in ids else 0
    rows = [item_shape(world, subscription, item) for item in islice(subscription.items, begin, begin + limit)]
    return list_of(rows, "/v1/subscription_items", has_more=begin + limit < len(ids))
