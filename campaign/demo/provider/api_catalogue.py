"""Customers, products, prices, webhook endpoints and events under /v1."""

from __future__ import annotations

from typing import Any

from campaign.demo.provider.endings import OVER, end
from campaign.demo.provider.errors import invalid, missing
from campaign.demo.provider.events import emit
from campaign.demo.provider.forms import CREATED, METADATA, NUMBER, TEXT, YES_NO
from campaign.demo.provider.listing import page
from campaign.demo.provider.records import (
    NOTHING,
    Customer,
    Json,
    Price,
    Product,
    Record,
    Subscription,
)
from campaign.demo.provider.rendering import shape_of
from campaign.demo.provider.routes import page_route, route
from campaign.demo.provider.sessions import tell_address
from campaign.demo.provider.world import World

CUSTOMER: Json = {"email": TEXT, "name": TEXT, "description": TEXT, "metadata": METADATA, "balance": NUMBER}
PRODUCT: Json = {"name": TEXT, "description": TEXT, "metadata": METADATA, "active": YES_NO}
RECURRING: Json = {"interval": TEXT, "interval_count": NUMBER, "usage_type": TEXT}


def amend(world: World, record: Any, asked: Json, happened: str) -> Json:
    """Takes over the fields that were sent; metadata is merged, an empty value removes its key."""
    before: Json = {}
    for name, value in asked.items():
        if name in ("expand", "metadata"):
            continue
        before[name] = getattr(record, name)
        setattr(record, name, value)
    if "metadata" in asked:
        before["metadata"] = record.metadata
        sent: Json | None = asked["metadata"]
        record.metadata = {} if sent is None else world.metadata_of({**record.metadata, **sent})
    world.changed(record)
    if happened:
        emit(world, happened, record, before)
    return shape_of(world, record)


def retrieve(world: World, kind: type[Record], wanted: str) -> Json:
    return shape_of(world, world.state.get(kind, wanted))


@route("POST", "/customers", CUSTOMER)
def create_customer(world: World, asked: Json) -> Json:
    customer = world.add(
        Customer(
            world.state.new_id(Customer),
            world.now,
            email=asked.get("email"),
            name=asked.get("name"),
            description=asked.get("description"),
            balance=asked.get("balance") or 0,
            metadata=world.metadata_of(asked.get("metadata")),
        )
    )
    tell_address(world, customer)
    emit(world, "customer.created", customer)
    return shape_of(world, customer)


@route("POST", "/customers/{id}", CUSTOMER)
def update_customer(world: World, asked: Json, wanted: str) -> Json:
    customer = world.state.get(Customer, wanted)
    if customer.deleted:
        raise missing("customer", wanted)
    shape = amend(world, customer, asked, "customer.updated")
    if "email" in asked:
        tell_address(world, customer)
    return shape


@route("GET", "/customers/{id}")
def get_customer(world: World, asked: Json, wanted: str) -> Json:
    del asked
    return retrieve(world, Customer, wanted)


@route("DELETE", "/customers/{id}")
def delete_customer(world: World, asked: Json, wanted: str) -> Json:
    del asked
    customer = world.state.get(Customer, wanted)
    if customer.deleted:
        raise missing("customer", wanted)
    for subscription in world.state.table(Subscription).find("customer", wanted):
        if subscription.status not in OVER:
            end(world, subscription, "cancellation_requested")
    customer.deleted = True
    world.changed(customer)
    emit(world, "customer.deleted", customer)
    return shape_of(world, customer)


@page_route("/customers", {"email": TEXT, "created": CREATED})
def list_customers(world: World, asked: Json) -> Json:
    wanted = asked.get("email")
    return page(
        world,
        world.state.table(Customer),
        asked,
        "/v1/customers",
        keep=lambda customer: not customer.deleted and (wanted is None or customer.email == wanted),
    )


@route("POST", "/products", PRODUCT, ("name",))
def create_product(world: World, asked: Json) -> Json:
    product = world.add(
        Product(
            world.state.new_id(Product),
            world.now,
            name=asked["name"],
            description=asked.get("description"),
            metadata=world.metadata_of(asked.get("metadata")),
            updated=world.now,
        )
    )
    emit(world, "product.created", product)
    return shape_of(world, product)


@route("POST", "/products/{id}", PRODUCT)
def update_product(world: World, asked: Json, wanted: str) -> Json:
    product = world.state.get(Product, wanted)
    product.updated = world.now
    return amend(world, product, asked, "product.updated")


@route("GET", "/products/{id}")
def get_product(world: World, asked: Json, wanted: str) -> Json:
    del asked
    return retrieve(world, Product, wanted)


@page_route("/products", {"active": YES_NO, "created": CREATED, "ids": [TEXT]})
def list_products(world: World, asked: Json) -> Json:
    active, ids = asked.get("active"), asked.get("ids")
    return page(
        world,
        world.state.table(Product),
        asked,
        "/v1/products",
        keep=lambda product: active in (None, product.active) and (not ids or product.id in ids),
    )


@route(
    "POST",
    "/prices",
    {
        "currency": TEXT,
        "unit_amount": NUMBER,
        "product": TEXT,
        "product_data": {"name": TEXT, "metadata": METADATA},
        "recurring": RECURRING,
        "nickname": TEXT,
        "lookup_key": TEXT,
        "active": YES_NO,
        "metadata": METADATA,
    },
    ("currency",),
)
def create_price(world: World, asked: Json) -> Json:
    product = asked.get("product")
    if asked.get("product_data"):
        product = create_product(world, asked["product_data"])["id"]
    recurring: Json = asked.get("recurring") or NOTHING
    if recurring.get("interval") not in (None, "day", "week", "month", "year"):
        raise invalid("Invalid recurring[interval]: must be one of month, year, week, or day", param="recurring")
    price = world.add(
        Price(
            world.state.new_id(Price),
            world.now,
            product=world.state.get(Product, product or "", "product").id,
            currency=asked["currency"].lower(),
            unit_amount=asked.get("unit_amount") or 0,
            interval=recurring.get("interval"),
            interval_count=recurring.get("interval_count") or 1,
            active=asked.get("active", True),
            nickname=asked.get("nickname"),
            lookup_key=asked.get("lookup_key"),
            metadata=world.metadata_of(asked.get("metadata")),
        )
    )
    emit(world, "price.created", price)
    return shape_of(world, price)


@route("POST", "/prices/{id}", {"active": YES_NO, "nickname": TEXT, "lookup_key": TEXT, "metadata": METADATA})
def update_price(world: World, asked: Json, wanted: str) -> Json:
    return amend(world, world.state.get(Price, wanted), asked, "price.updated")


@route("GET", "/prices/{id}")
def get_price(world: World, asked: Json, wanted: str) -> Json:
    del asked
    return retrieve(world, Price, wanted)


@page_route(
    "/prices",
    {
        "active": YES_NO,
        "currency": TEXT,
        "product": TEXT,
        "type": TEXT,
        "lookup_keys": [TEXT],
        "created": CREATED,
        "recurring": {"interval": TEXT, "usage_type": TEXT},
    },
)
def list_prices(world: World, asked: Json) -> Json:
    recurring: Json = asked.get("recurring") or NOTHING
    interval = recurring.get("interval")
    kinds = {"recurring": True, "one_time": False}

    def keep(price: Price) -> bool:
        return (
            asked.get("active") in (None, price.active)
            and asked.get("currency") in (None, price.currency)
            and interval in (None, price.interval)
            and kinds.get(asked.get("type", ""), bool(price.interval)) == bool(price.interval)
            and (not asked.get("lookup_keys") or price.lookup_key in asked["lookup_keys"])
        )

    return page(world, world.state.table(Price), asked, "/v1/prices", by="product", keep=keep)
