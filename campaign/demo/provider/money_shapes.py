"""Payments, refunds, disputes and what they did to the balance, in the shape callers see (Stripe 2026-10-28.endive)."""

from __future__ import annotations

from campaign.demo.provider.records import (
    BalanceTransaction,
    Charge,
    Dispute,
    Json,
    PaymentIntent,
    Refund,
)
from campaign.demo.provider.shapes import NO_ADDRESS
from campaign.demo.provider.world import World

DECLINED = "Your card was declined."


OF_ANY_INTENT: Json = {
    "amount_capturable": 0,
    "amount_details": {"tip": {}},
    "application": None,
    "application_fee_amount": None,
    "automatic_payment_methods": None,
    "capture_method": "automatic",
    "confirmation_method": "automatic",
    "next_action": None,
    "on_behalf_of": None,
    "payment_method": None,
    "payment_method_configuration_details": None,
    "payment_method_options": {},
    "processing": None,
    "review": None,
    "shipping": None,
    "source": None,
    "statement_descriptor": None,
    "statement_descriptor_suffix": None,
    "transfer_data": None,
    "transfer_group": None,
}


def payment_intent_shape(world: World, intent: PaymentIntent) -> Json:
    error = None
    if intent.failure_code:
        error = {
            "charge": intent.latest_charge,
            "code": intent.failure_code,
            "message": DECLINED,
            "type": "card_error",
        }
    return {
        "id": intent.id,
        "object": "payment_intent",
        "amount": intent.amount,
        "amount_received": intent.amount_received,
        "canceled_at": intent.canceled_at,
        "cancellation_reason": "void_invoice" if intent.canceled_at else None,
        "client_secret": f"{intent.id}_secret_{intent.id[-12:]}",
        "created": intent.created,
        "currency": intent.currency,
        "customer": intent.customer,
        "description": intent.description,
        "last_payment_error": error,
        "latest_charge": intent.latest_charge,
        "livemode": world.livemode,
        "metadata": intent.metadata,
        "payment_method_types": [intent.method],
        "receipt_email": intent.email,
        "setup_future_usage": "off_session" if intent.invoice else None,
        "status": intent.status,
        **OF_ANY_INTENT,
    }


CARD: Json = {
    "brand": "visa",
    "country": "US",
    "exp_month": 12,
    "exp_year": 2031,
    "funding": "credit",
    "last4": "4242",
}
BANK: Json = {"bank_name": "STRIPE TEST BANK", "last4": "6789"}
APPROVAL: Json = {
    "network_status": "approved_by_network",
    "reason": None,
    "risk_level": "normal",
    "seller_message": "Payment complete.",
    "type": "authorized",
}
DECLINE: Json = {
    **APPROVAL,
    "network_status": "declined_by_network",
    "reason": "generic_decline",
    "seller_message": "The bank declined.",
    "type": "issuer_declined",
}
OF_ANY_CHARGE: Json = {
    "application": None,
    "application_fee": None,
    "application_fee_amount": None,
    "calculated_statement_descriptor": "NEWSROOM",
    "fraud_details": {},
    "on_behalf_of": None,
    "payment_method": None,
    "receipt_email": None,
    "receipt_number": None,
    "receipt_url": None,
    "review": None,
    "shipping": None,
    "source": None,
    "source_transfer": None,
    "statement_descriptor": None,
    "statement_descriptor_suffix": None,
    "transfer_data": None,
    "transfer_group": None,
}


def charge_shape(world: World, charge: Charge) -> Json:
    failed = charge.status == "failed"
    return {
        "id": charge.id,
        "object": "charge",
        "amount": charge.amount,
        "amount_captured": 0 if failed else charge.amount,
        "amount_refunded": charge.amount_refunded,
        "balance_transaction": charge.balance_transaction,
        "billing_details": {
            "address": NO_ADDRESS,
            "email": charge.email,
            "name": charge.name,
            "phone": None,
            "tax_id": None,
        },
        "captured": not failed,
        "created": charge.created,
        "currency": charge.currency,
        "customer": charge.customer,
        "description": charge.description,
        "disputed": charge.disputed,
        "failure_balance_transaction": charge.failure_balance_transaction,
        "failure_code": charge.failure_code,
        "failure_message": DECLINED if failed else None,
        "livemode": world.livemode,
        "metadata": charge.metadata,
        "outcome": DECLINE if failed else APPROVAL,
        "paid": charge.status == "succeeded",
        "payment_intent": charge.payment_intent,
        "payment_method_details": {"type": charge.method, charge.method: CARD if charge.method == "card" else BANK},
        "refunded": 0 < charge.amount <= charge.amount_refunded,
        "status": charge.status,
        **OF_ANY_CHARGE,
    }


def refund_shape(world: World, refund: Refund) -> Json:
    del world
    shape: Json = {
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount,
        "balance_transaction": refund.balance_transaction,
        "charge": refund.charge,
        "created": refund.created,
        "currency": refund.currency,
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "metadata": refund.metadata,
        "payment_intent": refund.payment_intent,
        "reason": refund.reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": refund.status,
        "transfer_reversal": None,
    }
    if refund.failure_reason:
        shape["failure_balance_transaction"] = refund.failure_balance_transaction
        shape["failure_reason"] = refund.failure_reason
    return shape


def dispute_shape(world: World, dispute: Dispute) -> Json:
    moves = [world.state.get(BalanceTransaction, moved) for moved in dispute.balance_transactions]
    return {
        "id": dispute.id,
        "object": "dispute",
        "amount": dispute.amount,
        "balance_transactions": [balance_transaction_shape(world, moved) for moved in moves],
        "charge": dispute.charge,
        "created": dispute.created,
        "currency": dispute.currency,
        "enhanced_eligibility_types": [],
        "evidence": {
            "customer_email_address": None,
            "customer_name": None,
            "enhanced_evidence": {},
            "uncategorized_text": None,
        },
        "evidence_details": {
            "due_by": dispute.created + 14 * 86_400,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": dispute.status.startswith("warning"),
        "livemode": world.livemode,
        "metadata": dispute.metadata,
        "payment_intent": dispute.payment_intent,
        "payment_method_details": {
            "card": {"brand": "visa", "case_type": "chargeback", "network": "visa", "network_reason_code": "10.4"},
            "type": "card",
        },
        "reason": dispute.reason,
        "status": dispute.status,
    }


def balance_transaction_shape(world: World, moved: BalanceTransaction) -> Json:
    del world
    fees: list[Json] = []
    if moved.fee:
        fees = [
            {
                "amount": moved.fee,
                "application": None,
                "currency": moved.currency,
                "description": "Stripe processing fees",
                "type": "stripe_fee",
            }
        ]
    return {
        "id": moved.id,
        "object": "balance_transaction",
        "amount": moved.amount,
        "available_on": moved.available_on,
        "balance_type": "payments",
        "created": moved.created,
        "currency": moved.currency,
        "description": moved.description,
        "exchange_rate": moved.exchange_rate,
        "fee": moved.fee,
        "fee_details": fees,
        "net": moved.amount - moved.fee,
        "reporting_category": moved.reporting_category,
        "source": moved.source,
        "status": moved.status,
        "type": moved.type,
    }
