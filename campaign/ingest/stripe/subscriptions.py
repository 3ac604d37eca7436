"""A subscription: start, end, cancellation, pause and trial; for a plain active one the running period."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from campaign.ingest.stripe.fields import Json, Thing
from campaign.ingest.stripe.metadata import told_campaign, told_led, told_tags
from campaign.store.told import ToldInvoice, ToldMembership


def told_subscription(body: Json, *, invoices_complete: bool = False) -> ToldMembership:
    """The membership's facts, with its running period where it is plain (see `is_plain`). Raises MalformedFact."""
    subscription = Thing.of(body, "subscription")
    account_key = subscription.id_of("customer")
    if account_key is None:
        raise subscription.wrong("it has no customer")
    items = subscription.parts("items")
    variant, article = told_led(subscription)
    running_from, running_until = _period(subscription, items) if is_plain(body) else (None, None)
    return ToldMembership(
        key=subscription.key,
        account_key=account_key,
        status=subscription.text("status")[:40],
        started_at=subscription.optional_instant("start_date") or subscription.instant("created"),
        ended_at=subscription.optional_instant("ended_at"),
        cancelled_at=subscription.optional_instant("canceled_at"),
        cancel_at=_cancel_at(subscription, items),
        trial_starts_at=subscription.optional_instant("trial_start"),
        trial_ends_at=subscription.optional_instant("trial_end"),
        running_from=running_from,
        running_until=running_until,
        invoices_complete=invoices_complete,
        price_keys=_price_keys(subscription, items),
        quantity=max([1, *(item.number("quantity", 1) for item in items)]),
        campaign_slug=told_campaign(subscription),
        tags=told_tags(subscription),
        variant=variant,
        article=article,
    )


def is_plain(body: Json) -> bool:
    """Whether the running period is evidence by itself: active, collecting by itself, and not paused."""
    subscription = Thing.of(body, "subscription")
    return (
        subscription.text("status") == "active"
        and subscription.body.get("pause_collection") is None
        and subscription.optional_text("collection_method") in (None, "charge_automatically")
    )


def without_billed_period(told: ToldMembership, billed_until: datetime | None) -> ToldMembership:
    """Where an invoice bills the running period, that invoice alone says whether it is paid for."""
    if told.running_from is None or billed_until is None or billed_until <= told.running_from:
        return told
    return replace(told, running_from=None, running_until=None)


def billed_until(invoices: Iterable[ToldInvoice]) -> datetime | None:
    """The end of the last period that any invoice bills, whatever its state."""
    return max((line.ends_at for i in invoices for line in i.lines if line.amount_minor >= 0), default=None)


def _period(subscription: Thing, items: list[Thing]) -> tuple[datetime, datetime]:
    """The period all items are in; before 2025-03-31 it stands on the subscription."""
    starts = [at for item in items if (at := item.optional_instant("current_period_start")) is not None]
    ends = [at for item in items if (at := item.optional_instant("current_period_end")) is not None]
    if not starts or not ends:
        return subscription.instant("current_period_start"), subscription.instant("current_period_end")
    return max(starts), min(ends)


def _cancel_at(subscription: Thing, items: list[Thing]) -> datetime | None:
    """When it is to end by a cancellation; told as a time, or as the end of the period."""
    told = subscription.optional_instant("cancel_at")
    if told is not None or not subscription.yes("cancel_at_period_end"):
        return told
    if subscription.optional_instant("ended_at") is not None:
        return None
    return _period(subscription, items)[1]


def _price_keys(subscription: Thing, items: list[Thing]) -> tuple[str, ...]:
    keys = {item.id_of("price") or item.id_of("plan") for item in items} or {subscription.id_of("plan")}
    if None in keys:
        raise subscription.wrong("it has no price")
    return tuple(sorted(key for key in keys if key is not None))
