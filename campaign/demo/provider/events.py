"""What happened, with the object as it was just then: kept for 30 days, listed, and handed to the deliverer."""

from __future__ import annotations

import json

from campaign.demo.provider.records import Customer, Event, Json, Record
from campaign.demo.provider.rendering import shape_of
from campaign.demo.provider.world import API_VERSION, World

KEPT_SECONDS = 30 * 86_400


def emit(world: World, happened: str, record: Record, previous: Json | None = None) -> None:
    """One event of type `happened`, its `created` on the provider's clock."""
    if world.quiet:
        return
    state = world.state
    snapshot = shape_of(world, record)
    if isinstance(record, Customer) and record.deleted:
        snapshot = {**snapshot, "email": record.email, "livemode": world.livemode, "created": record.created}
    event = Event(
        state.new_id(Event),
        world.now,
        type=happened,
        object_id=record.id,
        request_id=world.request_id,
        idempotency_key=world.idempotency_key,
    )
    data: Json = {"object": snapshot}
    if previous is not None:
        data["previous_attributes"] = previous
    state.add(event)
    state.keep_body(event, json.dumps(data).encode())
    world.happened.append(event)


def event_shape(world: World, event: Event, *, data: Json | None = None) -> Json:
    return {
        "id": event.id,
        "object": "event",
        "api_version": API_VERSION,
        "created": event.created,
        "data": data or json.loads(world.state.body(event.id)),
        "livemode": world.livemode,
        "pending_webhooks": event.undelivered,
        "request": {"id": event.request_id, "idempotency_key": event.idempotency_key},
        "type": event.type,
    }


def is_kept(world: World, event: Event) -> bool:
    return event.created > world.now - KEPT_SECONDS
