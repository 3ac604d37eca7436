"""Invoices and how they were paid, in the shape callers see (Stripe 2026-10-28.endive)."""

from __future__ import annotations

from campaign.demo.provider.records import Invoice, InvoicePayment, Json, Price
from campaign.demo.provider.shapes import list_of
from campaign.demo.provider.world import World

# An invoice shows its first lines; the others are asked for page by page.
LINES_SHOWN = 10


def line_shape(world: World, invoice: Invoice, line: Json) -> Json:
    price = world.state.get(Price, line["price"])
    details: Json = {
        "invoice_item": line.get("invoice_item"),
        "proration": line["proration"],
        "proration_details": {"credited_items": line.get("credits")} if line["proration"] else None,
        "subscription": invoice.subscription,
        "subscription_item": line["item"],
    }
    discounts = [{"amount": line["discount"], "discount": invoice.discount}] if line["discount"] else []
    return {
        "id": line["id"],
        "object": "line_item",
        "amount": line["amount"],
        "currency": invoice.currency,
        "description": line["description"],
        "discount_amounts": discounts,
        "discountable": not line["proration"],
        "discounts": [invoice.discount] if line["discount"] else [],
        "invoice": invoice.id,
        "livemode": world.livemode,
        "metadata": {},
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": details,
            "type": "subscription_item_details",
        },
        "period": {"end": line["end"], "start": line["start"]},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": price.id, "product": price.product},
            "type": "price_details",
            "unit_amount_decimal": str(price.unit_amount),
        },
        "quantity": line["quantity"],
        "subtotal": line["amount"],
        "taxes": [],
    }


OF_ANY_INVOICE: Json = {
    "account_country": "US",
    "account_name": "Newsroom",
    "account_tax_ids": None,
    "amount_overpaid": 0,
    "amount_shipping": 0,
    "application": None,
    "automatic_tax": {
        "disabled_reason": None,
        "enabled": False,
        "liability": None,
        "provider": None,
        "status": None,
    },
    "collection_method": "charge_automatically",
    "custom_fields": None,
    "customer_account": None,
    "customer_address": None,
    "customer_phone": None,
    "customer_shipping": None,
    "customer_tax_exempt": "none",
    "customer_tax_ids": [],
    "default_payment_method": None,
    "default_source": None,
    "default_tax_rates": [],
    "description": None,
    "due_date": None,
    "footer": None,
    "from_invoice": None,
    "hosted_invoice_url": None,
    "invoice_pdf": None,
    "issuer": {"type": "self"},
    "last_finalization_error": None,
    "latest_revision": None,
    "on_behalf_of": None,
    "payment_settings": {"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
    "post_payment_credit_notes_amount": 0,
    "pre_payment_credit_notes_amount": 0,
    "receipt_number": None,
    "rendering": None,
    "shipping_cost": None,
    "shipping_details": None,
    "statement_descriptor": None,
    "test_clock": None,
    "total_pretax_credit_amounts": [],
    "total_taxes": [],
}


def invoice_shape(world: World, invoice: Invoice) -> Json:
    lines = [line_shape(world, invoice, line) for line in invoice.lines[:LINES_SHOWN]]
    discounted = sum(line["discount"] for line in invoice.lines)
    return {
        "id": invoice.id,
        "object": "invoice",
        **states_of(invoice),
        **amounts_of(invoice),
        "billing_reason": invoice.billing_reason,
        "created": invoice.created,
        "currency": invoice.currency,
        "customer": invoice.customer,
        "customer_email": invoice.customer_email,
        "customer_name": invoice.customer_name,
        "discounts": [invoice.discount] if invoice.discount else [],
        "lines": list_of(lines, f"/v1/invoices/{invoice.id}/lines", has_more=len(invoice.lines) > LINES_SHOWN),
        "livemode": world.livemode,
        "metadata": invoice.metadata,
        "number": invoice.number,
        "parent": parent_of(invoice),
        "period_end": invoice.period_end,
        "period_start": invoice.period_start,
        "total_discount_amounts": [{"amount": discounted, "discount": invoice.discount}] if discounted else [],
        **OF_ANY_INVOICE,
    }


def parent_of(invoice: Invoice) -> Json | None:
    if not invoice.subscription:
        return None
    return {
        "quote_details": None,
        "subscription_details": {
            "metadata": invoice.subscription_metadata,
            "subscription": invoice.subscription,
        },
        "type": "subscription_details",
    }


def amounts_of(invoice: Invoice) -> Json:
    return {
        "amount_due": invoice.amount_due,
        "amount_paid": invoice.amount_paid,
        "amount_remaining": max(0, invoice.amount_due - invoice.amount_paid),
        "ending_balance": invoice.ending_balance,
        "starting_balance": invoice.starting_balance,
        "subtotal": invoice.subtotal,
        "subtotal_excluding_tax": invoice.subtotal,
        "total": invoice.total,
        "total_excluding_tax": invoice.total,
    }


def states_of(invoice: Invoice) -> Json:
    return {
        "attempt_count": invoice.attempt_count,
        "attempted": invoice.attempted,
        "auto_advance": invoice.auto_advance and invoice.status in ("draft", "open"),
        "automatically_finalizes_at": invoice.due_at if invoice.status == "draft" else None,
        "effective_at": invoice.finalized_at,
        "next_payment_attempt": invoice.next_payment_attempt,
        "status": invoice.status,
        "status_transitions": {
            "finalized_at": invoice.finalized_at,
            "marked_uncollectible_at": invoice.uncollectible_at,
            "paid_at": invoice.paid_at,
            "voided_at": invoice.voided_at,
        },
        "webhooks_delivered_at": invoice.created,
    }


def invoice_payment_shape(world: World, payment: InvoicePayment) -> Json:
    return {
        "id": payment.id,
        "object": "invoice_payment",
        "amount_paid": payment.amount_paid,
        "amount_requested": payment.amount_requested,
        "created": payment.created,
        "currency": payment.currency,
        "invoice": payment.invoice,
        "is_default": True,
        "livemode": world.livemode,
        "payment": {payment.payment_type: payment.payment, "type": payment.payment_type},
        "status": payment.status,
        "status_transitions": {"canceled_at": payment.canceled_at, "paid_at": payment.paid_at},
    }
