"""What sources’ events say, in plain words; their own names stand beside, for whoever looks there."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "customer.subscription.created": "A membership began",
    "customer.subscription.deleted": "A membership ended",
    "customer.subscription.paused": "A membership was paused",
    "customer.subscription.resumed": "A membership goes on after a pause",
    "customer.subscription.updated": "A membership changed or was renewed",
    "invoice.created": "A bill was made",
    "invoice.finalized": "A bill was sent",
    "invoice.marked_uncollectible": "A bill was given up",
    "invoice.paid": "A bill of a membership was paid",
    "invoice.payment_failed": "A renewal could not be charged",
    "invoice.updated": "A bill changed",
    "invoice.voided": "A bill was taken back",
    "invoice_payment.paid": "A bill of a membership was paid",
    "charge.captured": "A payment was collected",
    "charge.failed": "A payment failed",
    "charge.pending": "A payment is on its way",
    "charge.refunded": "A payment was refunded",
    "charge.succeeded": "A payment was made",
    "charge.updated": "A payment changed",
    "charge.dispute.closed": "A dispute was decided",
    "charge.dispute.created": "A payment was disputed",
    "charge.dispute.funds_reinstated": "Disputed money was given back to us",
    "charge.dispute.funds_withdrawn": "Disputed money was taken",
    "charge.dispute.updated": "A dispute changed",
    "checkout.session.async_payment_failed": "A bank debit from the join page failed",
    "checkout.session.async_payment_succeeded": "A bank debit from the join page arrived",
    "checkout.session.completed": "Somebody finished the join page",
    "checkout.session.expired": "Somebody left the join page without paying",
    "customer.created": "A person was added",
    "customer.deleted": "A person was deleted at the source",
    "customer.updated": "A person’s record changed",
    "price.created": "A price was added",
    "price.deleted": "A price was deleted",
    "price.updated": "A price changed",
    "refund.created": "A refund was made",
    "refund.failed": "A refund failed",
    "refund.updated": "A refund changed",
    "member.added": "A member or sign-up was added",
    "member.edited": "A member’s record changed",
    "member.deleted": "A member was deleted at the source",
    "members:create": "A patron or follower was added",
    "members:update": "A patron’s record changed",
    "members:delete": "A patron’s record was deleted",
    "members:pledge:create": "A pledge began",
    "members:pledge:update": "A pledge changed",
    "members:pledge:delete": "A pledge was ended",
}


def event_words(event_type: str) -> str:
    """A sentence for an event; its own name where there is none."""
    return WORDS.get(event_type, event_type)
