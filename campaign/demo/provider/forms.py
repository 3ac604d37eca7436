"""Form-encoded parameters as the real client sends them, held against what each address knows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import parse_qsl

from campaign.demo.provider.errors import invalid, missing_parameter, unknown_parameter
from campaign.demo.provider.records import Json

TEXT, NUMBER, YES_NO, METADATA, ANY = "text", "number", "yes_no", "metadata", "any"
RANGE: Json = {"gt": NUMBER, "gte": NUMBER, "lt": NUMBER, "lte": NUMBER}
CREATED = ("range", RANGE)
EXPAND: Json = {"expand": [TEXT]}
PAGE: Json = {"limit": NUMBER, "starting_after": TEXT, "ending_before": TEXT, **EXPAND}
SEGMENT = re.compile(r"\[([^\]]*)\]")


def parse(encoded: str) -> Json:
    """`items[0][price]=p` becomes {"items": {"0": {"price": "p"}}}; lists are found when read against a schema."""
    tree: Json = {}
    for key, value in parse_qsl(encoded, keep_blank_values=True):
        names = [key.split("[", 1)[0], *SEGMENT.findall(key)]
        at = tree
        for name in names[:-1]:
            below = at.setdefault(name, {})
            if not isinstance(below, dict):
                raise invalid(f"Invalid parameter: {key}", param=key)
            at = cast("Json", below)
        at[names[-1] or str(len(at))] = value
    return tree


def names_in(tree: Mapping[str, Any], prefix: str = "") -> set[str]:
    """The names that were sent, without indexes and values, and without what metadata keys are called."""
    found: set[str] = set()
    for name, value in tree.items():
        full = prefix if name.isdigit() else f"{prefix}.{name}" if prefix else name
        if isinstance(value, dict) and not full.endswith("metadata"):
            found |= names_in(cast("Json", value), full)
        else:
            found.add(full)
    return found


def read(tree: Json, schema: Json, required: tuple[str, ...] = ()) -> Json:
    """The values, typed as the schema says; an unknown name is refused by name."""
    values = _object(tree, schema, "")
    for name in required:
        if name not in values:
            raise missing_parameter(name)
    return values


def _object(tree: Json, schema: Json, prefix: str) -> Json:
    values: Json = {}
    for name, raw in tree.items():
        full = f"{prefix}[{name}]" if prefix else name
        if name not in schema:
            raise unknown_parameter(full)
        values[name] = _value(raw, schema[name], full)
    return values


def _value(raw: Any, kind: Any, name: str) -> Any:
    if isinstance(kind, tuple):
        kind = cast("tuple[str, Json]", kind)[1] if isinstance(raw, dict) else NUMBER
    if isinstance(kind, list):
        rows = cast("Json", raw) if isinstance(raw, dict) else {"0": raw} if raw else {}
        of = cast("list[Any]", kind)[0]
        return [_value(row, of, f"{name}[{index}]") for index, row in rows.items()]
    if isinstance(kind, dict) or kind == METADATA:
        if raw == "":
            return None
        if not isinstance(raw, dict):
            raise invalid(f"Invalid object: {name}", param=name)
        sent = cast("Json", raw)
        return sent if kind == METADATA else _object(sent, cast("Json", kind), name)
    if kind == ANY:
        return None
    if isinstance(raw, dict):
        raise invalid(f"Invalid string: {name}", param=name)
    return _scalar(str(raw), kind, name)


def _scalar(raw: str, kind: str, name: str) -> str | int | bool | None:
    if kind == NUMBER:
        if raw in ("", "now"):
            return raw or None
        if not re.fullmatch(r"-?\d{1,15}", raw):
            raise invalid(f"Invalid integer: {raw}", param=name, code="parameter_invalid_integer")
        return int(raw)
    if kind == YES_NO:
        if raw not in ("true", "false"):
            raise invalid(f"Invalid boolean: {raw}", param=name)
        return raw == "true"
    return raw or None
