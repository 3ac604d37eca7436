"""What staff are told of each kind of source: what to enter, and the steps to take there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from campaign.store.sources import GHOST, PATREON, STRIPE


@dataclass(frozen=True, slots=True)
class KindTold:
    """One kind of source, in words. `{address}` in a step is where deliveries go; `topics`: one address for each.

    `counted`: what one ticks that makes a member. `needs_url`, `needs_account`: what is asked beside the key.
    """

    kind: str
    title: str
    what: str
    key_label: str
    key_hint: str
    key_steps: tuple[str, ...]
    signing_hint: str
    delivery_steps: tuple[str, ...]
    counted: str
    topics: tuple[str, ...] = ()
    needs_url: bool = False
    needs_account: bool = False
    account_hint: str = ""


KINDS: Mapping[str, KindTold] = {
    STRIPE: KindTold(
        kind=STRIPE,
        title="Stripe",
        what="Memberships and one-off payments by card, debit and the rest.",
        key_label="Restricted key",
        key_hint="Begins with rk_live_ (or rk_test_ to try things out). It can move no money.",
        key_steps=(
            "In Stripe’s dashboard open Developers, API keys, and choose “Create restricted key”.",
            "Set to Read: Customers, Subscriptions, Invoices, Charges and Refunds, Payment Intents, Disputes, Balance "
            "transactions, Prices, Products, Events.",
            "Set to Write: Webhook Endpoints, so that the endpoint can be made here with one button; and Checkout "
            "Sessions, if readers are to join on the campaign’s page.",
            "Leave everything else at None, create the key, and copy it here.",
        ),
        signing_hint="Only when the endpoint was made by hand: its signing secret, whsec_…",
        delivery_steps=(
            "In Stripe’s dashboard open Developers, Webhooks, and choose “Add endpoint”.",
            "Enter the address above, and choose the events listed below.",
            "Show the signing secret (whsec_…) and enter it here under “Change key or secret”.",
        ),
        counted="Prices that count",
    ),
    GHOST: KindTold(
        kind=GHOST,
        title="Ghost",
        what="Members of a Ghost site: paid, gifted, complimentary; free ones are sign-ups.",
        key_label="Admin API key",
        key_hint="24 letters and digits, a colon, and 64 more.",
        key_steps=(
            "In Ghost’s settings open Integrations and choose “Add custom integration”; call it Campaigns.",
            "Copy its Admin API key here, and the address of your site.",
        ),
        signing_hint="Any long random text; you enter the same one at each webhook in Ghost.",
        delivery_steps=(
            "In the same integration add three webhooks, one for each event, with the addresses above.",
            "Enter the same secret at each of them as here.",
            "Ghost’s own imports send nothing: they are found within a quarter of an hour.",
        ),
        counted="Tiers that count",
        topics=("member.added", "member.edited", "member.deleted"),
        needs_url=True,
    ),
    PATREON: KindTold(
        kind=PATREON,
        title="Patreon",
        what="Patrons of a Patreon page; followers are no members.",
        key_label="Creator’s access token",
        key_hint="Of a client that you make for this.",
        key_steps=(
            "On patreon.com/portal/registration/register-clients make a client (API version 2).",
            "Copy its Creator’s Access Token here.",
            "The campaign’s number stands in the address of its page’s data; leave it out if there is only one page.",
        ),
        signing_hint="The secret that Patreon shows at the webhook.",
        delivery_steps=(
            "On the same portal open “My Webhooks”, and enter the address above.",
            "Switch on: members:create, members:update, members:delete, members:pledge:create, members:pledge:update, "
            "members:pledge:delete.",
            "Copy the secret that is shown there to “Change key or secret”.",
        ),
        counted="Tiers that count",
        needs_account=True,
        account_hint="Digits; may be left out.",
    ),
}
"""Every kind that is set up by a key; others (files, the API, by hand) have pages of their own."""
