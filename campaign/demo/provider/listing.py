"""Pages, newest first, and the objects that a caller asked to have put in place of their ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, TypeVar, cast

from campaign.demo.provider.errors import invalid
from campaign.demo.provider.records import (
    Charge,
    Customer,
    InvoicePayment,
    Json,
    Price,
    Record,
    Refund,
    Session,
    Subscription,
)
from campaign.demo.provider.rendering import record_of, shape_of
from campaign.demo.provider.shapes import list_of, price_shape
from campaign.demo.provider.tables import Table
from campaign.demo.provider.world import World

R = TypeVar("R", bound=Record)
DEEPEST = 4


def page(
    world: World,
    table: Table[R],
    asked: Json,
    url: str,
    *,
    by: str | None = None,
    keep: Callable[[R], bool] = lambda _: True,
    shape: Callable[[World, R], Json] = shape_of,
) -> Json:
    """One page of the records that `keep` lets through, those of the indexed field `by` if it was asked for."""
    limit = asked.get("limit") or 10
    if not 1 <= limit <= 100:
        raise invalid("Limit must be between 1 and 100.", param="limit")
    among = table.by[by].get(asked[by], []) if by and asked.get(by) else table.order
    kept = created_within(asked.get("created"))
    backwards = bool(asked.get("ending_before"))
    rows = _walk(world, table, among, asked)
    found = list(islice((row for row in rows if kept(row.created) and keep(row)), limit + 1))
    shown = found[:limit]
    if backwards:
        shown.reverse()
    data = [shape(world, row) for row in shown]
    paths: list[str] = asked.get("expand") or []
    for path in paths:
        if not path.startswith("data."):
            raise invalid("You can only expand `data.` on lists.", param="expand")
        for row in data:
            expand(world, row, path[5:], path)
    return list_of(data, url, has_more=len(found) > limit)


def created_within(asked: int | Json | None) -> Callable[[int], bool]:
    if asked is None:
        return lambda _: True
    if isinstance(asked, int):
        return lambda created: created == asked
    least = max(asked.get("gte", 0), asked.get("gt", -1) + 1)
    most = min(asked.get("lte", 1 << 60), asked.get("lt", 1 << 60) - 1)
    return lambda created: least <= created <= most


def expand(world: World, shape: Json, path: str, as_asked: str = "") -> None:
    """Puts objects in place of ids along a dotted path, through lists; refuses a path that leads nowhere."""
    asked = as_asked or path
    if asked.count(".") >= DEEPEST:
        raise invalid(f"You cannot expand more than 4 levels of a property. Property: {asked}", param="expand")
    _expand(world, shape, path.split("."), path)


def _expand(world: World, shape: Json, names: list[str], path: str) -> None:
    name, *rest = names
    if name not in shape:
        _include(world, shape, name, path)
    value = shape[name]
    if isinstance(value, str):
        value = shape[name] = _object(world, value, path)
    elif isinstance(value, list):
        value = shape[name] = [
            _object(world, row, path) if isinstance(row, str) else row for row in cast("list[Any]", value)
        ]
    if not rest:
        return
    rows: list[Any] = cast("list[Any]", value) if isinstance(value, list) else [value]
    for row in rows:
        if isinstance(row, dict):
            _expand(world, cast("Json", row), rest, path)


def _object(world: World, wanted: str, path: str) -> Json:
    record = record_of(world, wanted)
    if record is None:
        raise invalid(f"This property cannot be expanded ({path}).", param="expand")
    return shape_of(world, record)


def _include(world: World, shape: Json, name: str, path: str) -> None:
    """Lists that are only there when they are asked for."""
    kind, wanted = shape.get("object"), shape.get("id", "")
    state = world.state
    rows: list[Record] = []
    if (kind, name) == ("invoice", "payments"):
        rows = [*state.table(InvoicePayment).find("invoice", wanted)]
    elif (kind, name) == ("charge", "refunds"):
        rows = [*reversed(state.table(Refund).find("charge", state.get(Charge, wanted).id))]
    elif (kind, name) == ("customer", "subscriptions"):
        mine = state.table(Subscription).find("customer", state.get(Customer, wanted).id)
        rows = [one for one in reversed(mine) if one.status != "canceled"]
    elif (kind, name) == ("checkout.session", "line_items"):
        shape[name] = list_of(
            session_items(world, state.get(Session, wanted)), f"/v1/checkout/sessions/{wanted}/line_items"
        )
        return
    elif _absent_payment(shape, name):
        shape[name] = None
        return
    else:
        raise invalid(f"This property cannot be expanded ({path}).", param="expand")
    shape[name] = list_of([shape_of(world, row) for row in rows], f"/v1/{kind}s/{wanted}/{name}")


def _absent_payment(shape: Json, name: str) -> bool:
    return shape.get("type") in ("payment_intent", "charge") and name in ("payment_intent", "charge")


def session_items(world: World, session: Session) -> list[Json]:
    lines: list[Json] = []
    for row in session.items:
        price = world.state.get(Price, row["price"])
        amount = price.unit_amount * row["quantity"]
        lines.append(
            {
                "id": f"li_{row['id'][3:]}",
                "object": "item",
                "amount_discount": 0,
                "amount_subtotal": amount,
                "amount_tax": 0,
                "amount_total": amount,
                "currency": price.currency,
                "description": price.nickname,
                "price": price_shape(world, price),
                "quantity": row["quantity"],
            }
        )
    return lines


def _walk(world: World, table: Table[R], among: list[Any], asked: Json) -> Iterator[R]:
    if asked.get("ending_before"):
        return table.oldest_first(among, after=world.state.get(table.kind, asked["ending_before"], "ending_before"))
    after = asked.get("starting_after")
    return table.newest_first(among, after=world.state.get(table.kind, after, "starting_after") if after else None)
