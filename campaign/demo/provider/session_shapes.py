"""Checkout sessions and webhook endpoints, in the shape callers see (Stripe 2026-10-28.endive)."""

from __future__ import annotations

from campaign.demo.provider.records import Endpoint, Json, Session
from campaign.demo.provider.shapes import NO_ADDRESS
from campaign.demo.provider.world import World


def endpoint_shape(world: World, endpoint: Endpoint) -> Json:
    return {
        "id": endpoint.id,
        "object": "webhook_endpoint",
        "api_version": endpoint.api_version,
        "application": None,
        "created": endpoint.created,
        "description": endpoint.description,
        "enabled_events": endpoint.enabled_events,
        "livemode": world.livemode,
        "metadata": endpoint.metadata,
        "status": endpoint.status,
        "url": endpoint.url,
    }


OF_ANY_SESSION: Json = {
    "adaptive_pricing": None,
    "after_expiration": None,
    "allow_promotion_codes": None,
    "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
    "billing_address_collection": None,
    "client_secret": None,
    "consent": None,
    "consent_collection": None,
    "custom_fields": [],
    "custom_text": {
        "after_submit": None,
        "shipping_address": None,
        "submit": None,
        "terms_of_service_acceptance": None,
    },
    "discounts": [],
    "invoice_creation": None,
    "origin_context": None,
    "payment_link": None,
    "payment_method_configuration_details": None,
    "payment_method_options": {},
    "payment_method_types": ["card", "us_bank_account"],
    "permissions": None,
    "phone_number_collection": {"enabled": False},
    "recovered_from": None,
    "saved_payment_method_options": None,
    "setup_intent": None,
    "shipping_address_collection": None,
    "shipping_cost": None,
    "shipping_options": [],
    "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    "ui_mode": "hosted_page",
    "wallet_options": None,
}


def session_shape(world: World, session: Session) -> Json:
    details: Json | None = None
    if session.details_email or session.customer_email:
        details = {
            "address": NO_ADDRESS,
            "business_name": None,
            "email": session.details_email or session.customer_email,
            "individual_name": None,
            "name": session.details_name,
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [],
        }
    is_open = session.status == "open"
    return {
        "id": session.id,
        "object": "checkout.session",
        "amount_subtotal": session.amount,
        "amount_total": session.amount,
        "cancel_url": session.cancel_url,
        "client_reference_id": session.client_reference_id,
        "created": session.created,
        "currency": session.currency,
        "customer": session.customer,
        "customer_creation": "always" if session.mode == "subscription" else "if_required",
        "customer_details": details,
        "customer_email": session.customer_email,
        "expires_at": session.expires_at,
        "invoice": session.invoice,
        "livemode": world.livemode,
        "locale": session.locale,
        "metadata": session.metadata,
        "mode": session.mode,
        "payment_intent": session.payment_intent,
        "payment_method_collection": "always" if session.mode == "subscription" else "if_required",
        "payment_status": session.payment_status,
        "status": session.status,
        "submit_type": session.submit_type,
        "subscription": session.subscription,
        "success_url": session.success_url,
        "url": f"{world.address}/c/pay/{session.id}" if is_open else None,
        **OF_ANY_SESSION,
    }
