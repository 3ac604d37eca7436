"""A join form opens a hosted checkout; the sign-up is staff's funnel, the number moves by the payment."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from campaign.domain.campaign import GoalKind, Join
from campaign.domain.errors import Invalid
from campaign.domain.offers import Chosen
from campaign.ingest.stripe.checkout import open_checkout
from campaign.store import sign_ups
from campaign.store.tables import InvoiceLink, MembershipRow, PaymentRow
from tests.ingest.stand import Stand, catch_up, window
from tests.stripe_world import StripeWorld


def _open(stand: Stand, campaign: object, nonce: str = "n") -> str:
    return open_checkout(
        stand.db,
        stand.accounts,
        campaign,  # type: ignore[arg-type]
        nonce=nonce,
        success_url="http://127.0.0.1/thanks",
        cancel_url="http://127.0.0.1/",
        now=stand.now(),
        variant="a",
        article="harbour",
    )


def test_a_paid_checkout_ends_the_sign_up_and_moves_the_number(stripe: StripeWorld, stand: Stand) -> None:
    price = stripe.price(500)
    members = stand.campaign(GoalKind.MEMBERS, *window(stripe.now))
    offered = replace(members, join=Join(stand.source_id, price))
    url = _open(stand, offered)
    assert _open(stand, offered) == url, "the same form opens one session"
    _open(stand, offered, nonce="another")
    stripe.complete_session(url.rsplit("/", 1)[1], email="jane@example.org")
    catch_up(stripe, stand)
    assert stand.value(members) == 1
    with stand.db.read() as session:
        assert sign_ups.funnel(session, members.id) == sign_ups.Funnel(2, 1, 0)
    stripe.advance(days=2)
    catch_up(stripe, stand)
    with stand.db.read() as session:
        assert sign_ups.funnel(session, members.id) == sign_ups.Funnel(2, 1, 1)


def test_a_gift_by_a_guest_is_the_campaigns_by_its_metadata_and_counts_once(stripe: StripeWorld, stand: Stand) -> None:
    raised = stand.campaign(GoalKind.AMOUNT, *window(stripe.now), count_one_off=True)
    offered = replace(raised, join=Join(stand.source_id, give_amounts=(2000,), give_currency="USD"))
    url = open_checkout(
        *(stand.db, stand.accounts, offered, Chosen("", 2000, "USD")),
        nonce="n",
        success_url="http://127.0.0.1/thanks",
        cancel_url="http://127.0.0.1/",
        now=stand.now(),
    )
    done = stripe.complete_session(url.rsplit("/", 1)[1], email="guest@example.org")
    assert done["customer"] is None
    catch_up(stripe, stand)
    assert stand.value(raised) == 2000 == stripe.truth().raised()
    with stand.db.read() as session:
        assert sign_ups.funnel(session, raised.id) == sign_ups.Funnel(1, 1, 0)
        (payment,) = session.scalars(select(PaymentRow))
        assert payment.campaign_slug == raised.slug
    assert stand.differences(raised) == []


def test_a_renewal_without_metadata_is_linked_through_its_invoice(stripe: StripeWorld, stand: Stand) -> None:
    price = stripe.price(500)
    members = stand.campaign(GoalKind.MEMBERS, *window(stripe.now))
    url = _open(stand, replace(members, join=Join(stand.source_id, price)))
    stripe.complete_session(url.rsplit("/", 1)[1], email="jane@example.org")
    stripe.advance(days=32)
    catch_up(stripe, stand)
    with stand.db.read() as session:
        payments = session.scalars(select(PaymentRow).order_by(PaymentRow.occurred_at)).all()
        (membership,) = session.scalars(select(MembershipRow))
        assert membership.campaign_slug == members.slug
        links = set(session.scalars(select(InvoiceLink.link_key)))
    assert len(payments) == 2
    assert {p.link_key for p in payments} <= links


def test_a_campaign_without_a_price_offers_nothing(stripe: StripeWorld, stand: Stand) -> None:
    members = stand.campaign(GoalKind.MEMBERS, *window(stripe.now))
    with pytest.raises(Invalid, match="no price"):
        _open(stand, members)
