"""Whether somebody who came by the banner is still there two weeks later: for comparing words, part of no number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from campaign.domain.campaign import Campaign
from campaign.domain.facts import FOREVER, Membership, Payment, PaymentState, SignUp
from campaign.domain.raised import stands
from campaign.domain.standing import SourceRules, spans_of_one

LASTING_DAYS = 14


class Lasting(StrEnum):
    """Whether it stands at the end of the days; `YOUNG`: they are not over."""

    STANDS = "stands"
    GONE = "gone"
    YOUNG = "young"


def membership_lasts(
    membership: Membership, payments: Sequence[Payment], campaign: Campaign, sources: SourceRules, now: datetime
) -> Lasting | None:
    """By the rule of who is a member; None: it has never entitled, so that nobody joined. Renewals are no new ones."""
    spans = spans_of_one(membership, payments, campaign, sources)
    return _lasting([(span.starts_at, span.ends_at) for span in spans], now)


def payment_lasts(payment: Payment, now: datetime) -> Lasting | None:
    """While less than the whole of it was taken back; None: it was never received."""
    if payment.state is not PaymentState.SUCCEEDED or payment.set_apart or payment.amount_minor <= 0:
        return None
    # The whole may be given back at the very instant of the payment: it was received all the same.
    return _lasting(stands(payment) or [(payment.occurred_at, payment.occurred_at)], now)


def sign_up_lasts(sign_up: SignUp, now: datetime) -> Lasting | None:
    """Until it is withdrawn; None: it was never confirmed."""
    if sign_up.confirmed_at is None:
        return None
    return _lasting([(sign_up.confirmed_at, sign_up.withdrawn_at or FOREVER)], now)


def _lasting(stretches: Sequence[tuple[datetime, datetime]], now: datetime) -> Lasting | None:
    began = min((starts_at for starts_at, _ in stretches), default=FOREVER)
    if began > now:
        return None
    at = began + timedelta(days=LASTING_DAYS)
    if at > now:
        return Lasting.YOUNG
    return Lasting.STANDS if any(starts <= at < ends for starts, ends in stretches) else Lasting.GONE
