"""Objects in the shape of API versions from before 2025-03-31, for endpoints that were made long ago."""

from __future__ import annotations

from typing import Any

from campaign.demo.provider.records import NOTHING, Json

NEW_SHAPE_SINCE = "2025-03-31"


def is_older(api_version: str | None) -> bool:
    return api_version is not None and api_version[:10] < NEW_SHAPE_SINCE


def in_version(shape: Json, api_version: str | None) -> Json:
    """The object, or the page of objects, as a caller of this version is answered."""
    if not is_older(api_version):
        return shape
    if shape.get("object") == "list":
        return {**shape, "data": [in_older_shape(row) for row in shape["data"]]}
    return in_older_shape(shape)


def in_older_shape(shape: Json, latest_charge: str | None = None) -> Json:
    """The same object as an endpoint of an older version is told of it."""
    kind = shape.get("object")
    if kind == "subscription":
        return _subscription(shape)
    if kind == "invoice":
        return _invoice(shape, latest_charge)
    if kind == "charge":
        return {**shape, "invoice": None, "refunds": _no_rows(f"/v1/charges/{shape['id']}/refunds")}
    return shape


def _subscription(shape: Json) -> Json:
    rows: list[Json] = [dict(row) for row in shape["items"]["data"]]
    starts, ends = rows[0]["current_period_start"], rows[0]["current_period_end"]
    for row in rows:
        del row["current_period_start"], row["current_period_end"]
    return {
        **shape,
        "current_period_start": starts,
        "current_period_end": ends,
        "discount": None,
        "items": {**shape["items"], "data": rows},
        "plan": rows[0]["plan"],
        "quantity": rows[0]["quantity"],
    }


def _invoice(shape: Json, latest_charge: str | None) -> Json:
    older = {name: value for name, value in shape.items() if name not in ("parent", "payments", "total_taxes")}
    parent: Json = shape.get("parent") or NOTHING
    details: Json = parent.get("subscription_details") or NOTHING
    older["subscription"] = details.get("subscription")
    older["subscription_details"] = {"metadata": details.get("metadata")}
    older["paid"] = shape["status"] == "paid"
    older["paid_out_of_band"] = False
    older["charge"] = latest_charge
    older["payment_intent"] = None
    older["tax"] = None
    older["lines"] = {**shape["lines"], "data": [_line(row) for row in shape["lines"]["data"]]}
    return older


def _line(row: Json) -> Json:
    older: dict[str, Any] = {name: value for name, value in row.items() if name not in ("parent", "pricing", "taxes")}
    details: Json = row["parent"]["subscription_item_details"]
    return {
        **older,
        "type": "subscription",
        "proration": details["proration"],
        "subscription": details["subscription"],
        "subscription_item": details["subscription_item"],
        "price": {"id": row["pricing"]["price_details"]["price"], "object": "price"},
        "tax_amounts": [],
    }


def _no_rows(url: str) -> Json:
    return {"object": "list", "data": [], "has_more": False, "url": url}
