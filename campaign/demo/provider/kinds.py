"""The kinds of record: how their ids begin, and what each may be looked up by without walking through all of them."""

from __future__ import annotations

from campaign.demo.provider.records import (
    BalanceTransaction,
    Charge,
    Customer,
    Delivery,
    Dispute,
    Endpoint,
    Event,
    Invoice,
    InvoicePayment,
    PaymentIntent,
    Planned,
    Price,
    Product,
    Record,
    Refund,
    Session,
    Subscription,
)

ID_PREFIXES: dict[type[Record], str] = {
    Customer: "cus_",
    Product: "prod_",
    Price: "price_",
    Subscription: "sub_",
    Invoice: "in_",
    InvoicePayment: "inpay_",
    PaymentIntent: "pi_",
    Charge: "ch_",
    Refund: "re_",
    Dispute: "du_",
    BalanceTransaction: "txn_",
    Session: "cs_",
    Endpoint: "we_",
    Event: "evt_",
    Delivery: "dlv_",
    Planned: "plan_",
}

INDEXES: dict[type[Record], tuple[str, ...]] = {
    Price: ("product",),
    Subscription: ("customer",),
    Invoice: ("customer", "subscription"),
    InvoicePayment: ("invoice", "payment"),
    PaymentIntent: ("customer",),
    Charge: ("customer", "payment_intent"),
    Refund: ("charge", "payment_intent"),
    Dispute: ("charge", "payment_intent"),
    BalanceTransaction: ("source",),
    Session: ("customer", "subscription", "payment_intent"),
    Event: ("object_id",),
    Delivery: ("event",),
}
