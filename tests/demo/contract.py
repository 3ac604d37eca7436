"""Objects and parameters held against the classes of the installed `stripe` package."""

from __future__ import annotations

import decimal
import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ForwardRef, get_args, get_origin

import stripe
import typing_extensions
from stripe import params
from stripe._list_object import ListObject
from stripe._object_classes import get_object_class
from stripe._stripe_object import StripeObject, UntypedStripeObject
from stripe.params import checkout as checkout_params

PARAMETERS: dict[str, Any] = {
    "GET /v1/account": params.AccountRetrieveCurrentParams,
    "GET /v1/balance_transactions": params.BalanceTransactionListParams,
    "GET /v1/balance_transactions/{id}": params.BalanceTransactionRetrieveParams,
    "GET /v1/charges": params.ChargeListParams,
    "GET /v1/charges/{id}": params.ChargeRetrieveParams,
    "GET /v1/checkout/sessions": checkout_params.SessionListParams,
    "GET /v1/checkout/sessions/{id}": checkout_params.SessionRetrieveParams,
    "GET /v1/checkout/sessions/{id}/line_items": checkout_params.SessionListLineItemsParams,
    "GET /v1/customers": params.CustomerListParams,
    "GET /v1/customers/{id}": params.CustomerRetrieveParams,
    "GET /v1/disputes": params.DisputeListParams,
    "GET /v1/disputes/{id}": params.DisputeRetrieveParams,
    "GET /v1/events": params.EventListParams,
    "GET /v1/events/{id}": params.EventRetrieveParams,
    "GET /v1/invoice_payments": params.InvoicePaymentListParams,
    "GET /v1/invoice_payments/{id}": params.InvoicePaymentRetrieveParams,
    "GET /v1/invoices": params.InvoiceListParams,
    "GET /v1/invoices/{id}/lines": params.InvoiceLineItemListParams,
    "GET /v1/invoices/{id}": params.InvoiceRetrieveParams,
    "GET /v1/payment_intents": params.PaymentIntentListParams,
    "GET /v1/payment_intents/{id}": params.PaymentIntentRetrieveParams,
    "GET /v1/prices": params.PriceListParams,
    "GET /v1/prices/{id}": params.PriceRetrieveParams,
    "GET /v1/products": params.ProductListParams,
    "GET /v1/products/{id}": params.ProductRetrieveParams,
    "GET /v1/refunds": params.RefundListParams,
    "GET /v1/refunds/{id}": params.RefundRetrieveParams,
    "GET /v1/subscription_items": params.SubscriptionItemListParams,
    "GET /v1/subscriptions": params.SubscriptionListParams,
    "GET /v1/subscriptions/{id}": params.SubscriptionRetrieveParams,
    "GET /v1/webhook_endpoints": params.WebhookEndpointListParams,
    "GET /v1/webhook_endpoints/{id}": params.WebhookEndpointRetrieveParams,
    "POST /v1/checkout/sessions": checkout_params.SessionCreateParams,
    "POST /v1/checkout/sessions/{id}/expire": checkout_params.SessionExpireParams,
    "POST /v1/customers": params.CustomerCreateParams,
    "POST /v1/customers/{id}": params.CustomerUpdateParams,
    "POST /v1/invoices/{id}/finalize": params.InvoiceFinalizeInvoiceParams,
    "POST /v1/invoices/{id}/mark_uncollectible": params.InvoiceMarkUncollectibleParams,
    "POST /v1/invoices/{id}/pay": params.InvoicePayParams,
    "POST /v1/invoices/{id}/void": params.InvoiceVoidInvoiceParams,
    "POST /v1/prices": params.PriceCreateParams,
    "POST /v1/prices/{id}": params.PriceUpdateParams,
    "POST /v1/products": params.ProductCreateParams,
    "POST /v1/products/{id}": params.ProductUpdateParams,
    "POST /v1/refunds": params.RefundCreateParams,
    "POST /v1/refunds/{id}": params.RefundUpdateParams,
    "POST /v1/refunds/{id}/cancel": params.RefundCancelParams,
    "POST /v1/subscriptions": params.SubscriptionCreateParams,
    "POST /v1/subscriptions/{id}": params.SubscriptionUpdateParams,
    "POST /v1/webhook_endpoints": params.WebhookEndpointCreateParams,
    "POST /v1/webhook_endpoints/{id}": params.WebhookEndpointUpdateParams,
    "DELETE /v1/customers/{id}": params.CustomerDeleteParams,
    "DELETE /v1/subscriptions/{id}": params.SubscriptionCancelParams,
    "DELETE /v1/webhook_endpoints/{id}": params.WebhookEndpointDeleteParams,
}


def assert_params_known(requests: Iterable[Mapping[str, Any]]) -> None:
    """Every parameter in what `StripeWorld.requests()` returns is one that the installed client knows there."""
    wrong = [problem for one in requests for problem in parameter_problems(one)]
    assert not wrong, "\n".join(wrong)


def parameter_problems(request: Mapping[str, Any]) -> Iterator[str]:
    address = f"{request['method']} {request['path']}"
    known = PARAMETERS.get(address)
    if known is None:
        yield f"{address}: no such call"
        return
    for name in request["parameters"]:
        if not _knows(known, name.split(".")):
            yield f"{address}: no parameter {name}"


def _knows(kind: Any, names: list[str]) -> bool:
    for found in _leaves(kind):
        if found is dict or get_origin(found) in (dict, Mapping):
            return True
        if not typing_extensions.is_typeddict(found):
            continue
        hints = typing_extensions.get_type_hints(found, localns={"StripeContext": object, "Mapping": Mapping})
        if names[0] in hints and (len(names) == 1 or _knows(hints[names[0]], names[1:])):
            return True
    return False


def _leaves(kind: Any) -> Iterator[Any]:
    origin = get_origin(kind)
    if origin in (dict, Mapping):
        yield kind
    elif origin is not None:
        for inner in get_args(kind):
            yield from _leaves(inner)
    else:
        yield kind


def shape_problems(shape: Mapping[str, Any], where: str = "") -> Iterator[str]:
    """What the shape has that its class has not, lacks that its class always has, or has in another type."""
    yield from _against(shape, get_object_class("V1", shape["object"]), where or shape["object"])


def _against(shape: Mapping[str, Any], kind: type[StripeObject], where: str) -> Iterator[str]:
    known = annotations_of(kind)
    for name, value in shape.items():
        if name not in known:
            yield f"{where}.{name}: {kind.__name__} has no such field"
        else:
            yield from _value_against(value, known[name], f"{where}.{name}")
    if shape.get("deleted"):
        return
    for name, told in known.items():
        if name not in shape and name != "OBJECT_NAME" and not _may_be_none(told):
            yield f"{where}.{name}: missing"


def _value_against(value: Any, told: Any, where: str) -> Iterator[str]:
    leaves = list(_classes(told))
    if value is None:
        if not _may_be_none(told):
            yield f"{where}: is null, but is always there"
    elif isinstance(value, list):
        for index, row in enumerate(value):
            yield from _value_against(row, told, f"{where}[{index}]")
    elif isinstance(value, dict):
        yield from _object_against(value, told, leaves, where)
    elif not _is_one_of(value, leaves):
        yield f"{where}: {value!r} is not {told}"


def _object_against(value: dict[str, Any], told: Any, leaves: list[Any], where: str) -> Iterator[str]:
    if value.get("object") == "list":
        if ListObject not in leaves or set(value) != {"object", "data", "has_more", "url"}:
            yield f"{where}: not the list that is expected"
        yield from _value_against(value["data"], told, f"{where}.data")
    elif isinstance(value.get("object"), str):
        kind = get_object_class("V1", value["object"])
        names = {_name_of(leaf) for leaf in leaves}
        if kind.__name__ not in names and UntypedStripeObject not in leaves:
            yield f"{where}: a {kind.__name__} stands where {names} is expected"
        yield from _against(value, kind, where)
    elif value:
        inner = [leaf for leaf in leaves if isinstance(leaf, type) and issubclass(leaf, StripeObject)]
        if UntypedStripeObject in inner:
            return
        if len(inner) == 1:
            yield from _against(value, inner[0], where)
        else:
            yield f"{where}: an object stands where {told} is expected"


def annotations_of(kind: type) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in reversed(kind.__mro__):
        if one.__module__.startswith("stripe.") and one is not StripeObject:
            found |= {name: told for name, told in vars(one).get("__annotations__", {}).items() if name[0] != "_"}
    return found


def _classes(told: Any) -> Iterator[Any]:
    origin = get_origin(told)
    if origin is not None and isinstance(origin, type) and issubclass(origin, StripeObject):
        yield origin
    if get_args(told) and origin is not typing.Literal:
        for inner in get_args(told):
            yield from _classes(inner)
    elif isinstance(told, ForwardRef):
        yield told
    else:
        yield told


def _name_of(leaf: Any) -> str:
    name = leaf if isinstance(leaf, str) else getattr(leaf, "__forward_arg__", getattr(leaf, "__name__", ""))
    return name.removesuffix("Resource")


def _may_be_none(told: Any) -> bool:
    return type(None) in get_args(told) or get_origin(told) is typing.ClassVar or told is Any


def _is_one_of(value: Any, leaves: list[Any]) -> bool:
    for leaf in leaves:
        if get_origin(leaf) is typing.Literal and value in get_args(leaf):
            return True
        if leaf is Any or (isinstance(leaf, type) and type(value) is leaf):
            return True
        if leaf is decimal.Decimal and isinstance(value, str):
            return True
        if leaf is float and type(value) is int:
            return True
        if isinstance(leaf, typing.TypeVar):
            return True
    return False


def event_types() -> frozenset[str]:
    return frozenset(get_args(annotations_of(stripe.Event)["type"]))
