"""`/api/v1/openapi.json`, made from the definitions that validate."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from campaign.accounts.tokens import Scope
from campaign.dashboard import for_systems
from campaign.ingest import api, api_shapes

_SENT: dict[Scope, tuple[type[BaseModel], str]] = {
    Scope.SIGNUPS: (api_shapes.SignUps, "Tell sign-ups"),
    Scope.MEMBERSHIPS: (api_shapes.Memberships, "Tell memberships"),
    Scope.PAYMENTS: (api_shapes.Payments, "Tell payments"),
    Scope.ADJUSTMENTS: (api_shapes.AdjustmentIn, "Adjust a number by hand"),
}
_READ: dict[str, tuple[type[BaseModel], str]] = {
    "/campaigns": (for_systems.CampaignsOut, "All campaigns"),
    "/campaigns/{slug}": (for_systems.CampaignOut, "One campaign"),
    "/campaigns/{slug}/entries": (for_systems.EntriesOut, "Its entries, in the order of booking"),
}


class ProblemOut(BaseModel):
    """RFC 9457. `field` and `errors` name what in the request is wrong."""

    type: str
    title: str
    status: int
    detail: str
    field: str | None = None
    errors: list[dict[str, str]] | None = None


def document(public_url: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of this installation."""
    models: list[tuple[type[BaseModel], Literal["validation", "serialization"]]] = [
        *((model, "validation") for model, _ in _SENT.values()),
        *((model, "serialization") for model, _ in _READ.values()),
        (api_shapes.Received, "serialization"),
        (ProblemOut, "serialization"),
    ]
    _, schemas = models_json_schema(models, ref_template="#/components/schemas/{model}")
    bearer = {"type": "http", "scheme": "bearer", "description": "A token that staff made; it begins with mgt_."}
    paths = {f"/{scope}": {"post": _post(scope)} for scope in _SENT} | {path: {"get": _get(path)} for path in _READ}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Campaigns: what the newsroom's own systems tell and read",
            "version": "1",
            "description": "See docs/api.md. Facts are keyed by your ids; repeating anything is harmless.",
        },
        "servers": [{"url": f"{public_url}/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {"schemas": schemas["$defs"], "securitySchemes": {"token": bearer}},
    }


def _post(scope: Scope) -> dict[str, Any]:
    shape, summary = _SENT[scope]
    key = {
        "name": api.IDEMPOTENCY_KEY,
        "in": "header",
        "required": scope is Scope.ADJUSTMENTS,
        "description": "The same key and body get the same answer again, for 30 days; another body is refused.",
        "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
    }
    return {
        "operationId": f"tell_{scope}",
        "summary": summary,
        "description": f"The token needs the scope “{scope}”.",
        "parameters": [key],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref(shape)}}},
        "responses": _answers(api_shapes.Received, "400", "401", "403", "413", "415", "422", "429", "503"),
    }


def _get(path: str) -> dict[str, Any]:
    shape, summary = _READ[path]
    parameters: list[dict[str, Any]] = []
    if "{slug}" in path:
        parameters.append({"name": "slug", "in": "path", "required": True, "schema": {"type": "string"}})
    if path.endswith("/entries"):
        most = for_systems.MOST_ENTRIES
        parameters += [_number("after", 0, 2**62, 0), _number("limit", 1, most, 100)]
    return {
        "operationId": f"read{path.replace('/{slug}', '_one').replace('/', '_')}",
        "summary": summary,
        "description": "The token needs the scope “read”.",
        "parameters": parameters,
        "responses": _answers(shape, "401", "403", "404", "422", "429", "503"),
    }


def _number(name: str, least: int, most: int, default: int) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": least, "maximum": most, "default": default}
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _answers(shape: type[BaseModel], *problems: str) -> dict[str, Any]:
    problem = {"description": "Why not", "content": {"application/problem+json": {"schema": _ref(ProblemOut)}}}
    good = {"description": "Done", "content": {"application/json": {"schema": _ref(shape)}}}
    return {"200": good, **dict.fromkeys(problems, problem)}


def _ref(shape: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{shape.__name__}"}
