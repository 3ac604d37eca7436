"""What the restricted key of the account may not do, in Stripe's words (docs.stripe.com/keys#limit-access)."""

from __future__ import annotations

from campaign.demo.provider.api_account import account_id
from campaign.demo.provider.errors import ApiError
from campaign.demo.provider.world import World

NAMES = {
    "account": "accounts_kyc_basic",
    "balance_transactions": "balance_transaction_source",
    "charges": "charge",
    "checkout": "checkout_session",
    "customers": "customer",
    "disputes": "dispute",
    "events": "event",
    "invoice_payments": "invoice",
    "invoices": "invoice",
    "payment_intents": "payment_intent",
    "prices": "plan",
    "products": "product",
    "refunds": "charge",
    "subscription_items": "subscription",
    "subscriptions": "subscription",
    "webhook_endpoints": "webhook",
}


def require(world: World, method: str, path: str) -> None:
    """Return when the restricted key may; a write permission holds the read."""
    name = NAMES.get(path.removeprefix("/v1/").split("/")[0], "")
    wanted = f"{name}_{'read' if method == 'GET' else 'write'}"
    lacks = set(world.habits.key_lacks)
    if wanted in lacks or (wanted.endswith("_write") and f"{name}_read" in lacks):
        raise ApiError(
            403,
            "invalid_request_error",
            f"The provided key 'rk_live_****' does not have the required permissions for this endpoint on account "
            f"'{account_id(world)}'. Having the 'rak_{wanted}' permission would allow this request to continue.",
        )
