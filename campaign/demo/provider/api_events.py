"""Webhook endpoints and events under /v1."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from campaign.demo.provider.api_catalogue import amend
from campaign.demo.provider.errors import invalid, missing
from campaign.demo.provider.events import event_shape, is_kept
from campaign.demo.provider.forms import CREATED, METADATA, TEXT, YES_NO
from campaign.demo.provider.listing import page
from campaign.demo.provider.records import Endpoint, Event, Json
from campaign.demo.provider.rendering import shape_of
from campaign.demo.provider.routes import page_route, route
from campaign.demo.provider.world import API_VERSION, World

ENDPOINT: Json = {"url": TEXT, "enabled_events": [TEXT], "description": TEXT, "metadata": METADATA}


@route("POST", "/webhook_endpoints", {**ENDPOINT, "api_version": TEXT}, ("url", "enabled_events"))
def create_endpoint(world: World, asked: Json) -> Json:
    if urlsplit(asked["url"] or "").scheme not in ("http", "https"):
        raise invalid("Invalid URL: An explicit scheme (such as https) must be provided.", param="url")
    endpoint = world.add(
        Endpoint(
            world.state.new_id(Endpoint),
            world.now,
            url=asked["url"],
            secret=f"whsec_{secrets.token_hex(16)}",
            enabled_events=asked["enabled_events"],
            api_version=asked.get("api_version") or API_VERSION,
            description=asked.get("description"),
            metadata=world.metadata_of(asked.get("metadata")),
        )
    )
    return {**shape_of(world, endpoint), "secret": endpoint.secret}


@route("POST", "/webhook_endpoints/{id}", {**ENDPOINT, "disabled": YES_NO})
def update_endpoint(world: World, asked: Json, wanted: str) -> Json:
    endpoint = _endpoint(world, wanted)
    if "disabled" in asked:
        endpoint.status = "disabled" if asked.pop("disabled") else "enabled"
    return amend(world, endpoint, asked, "")


@route("GET", "/webhook_endpoints/{id}")
def get_endpoint(world: World, asked: Json, wanted: str) -> Json:
    del asked
    return shape_of(world, _endpoint(world, wanted))


@route("DELETE", "/webhook_endpoints/{id}")
def delete_endpoint(world: World, asked: Json, wanted: str) -> Json:
    del asked
    endpoint = _endpoint(world, wanted)
    endpoint.status = "deleted"
    world.changed(endpoint)
    return {"id": endpoint.id, "object": "webhook_endpoint", "deleted": True}


@page_route("/webhook_endpoints")
def list_endpoints(world: World, asked: Json) -> Json:
    table = world.state.table(Endpoint)
    return page(world, table, asked, "/v1/webhook_endpoints", keep=lambda endpoint: endpoint.status != "deleted")


@route("GET", "/events/{id}")
def get_event(world: World, asked: Json, wanted: str) -> Json:
    del asked
    event = world.state.get(Event, wanted)
    if not is_kept(world, event):
        raise missing("event", wanted)
    return event_shape(world, event)


@page_route("/events", {"type": TEXT, "types": [TEXT], "created": CREATED, "delivery_success": YES_NO})
def list_events(world: World, asked: Json) -> Json:
    types = asked.get("types") or ([asked["type"]] if asked.get("type") else [])
    if asked.get("type") and asked.get("types"):
        raise invalid("You may pass either type or types, but not both.", param="type")
    if len(types) > 20:
        raise invalid("You can only filter by up to 20 types.", param="types")
    delivered = asked.get("delivery_success")

    def keep(event: Event) -> bool:
        right = not types or any(_is_of(event.type, wanted) for wanted in types)
        return right and is_kept(world, event) and delivered in (None, not event.undelivered)

    return page(world, world.state.table(Event), asked, "/v1/events", keep=keep, shape=event_shape)


def _is_of(happened: str, wanted: str) -> bool:
    return happened == wanted or (wanted.endswith(".*") and happened.startswith(wanted[:-1]))


def _endpoint(world: World, wanted: str) -> Endpoint:
    endpoint = world.state.get(Endpoint, wanted)
    if endpoint.status == "deleted":
        raise missing("webhook endpoint", wanted)
    return endpoint
