"""The application, as each test opens one of its own."""

from __future__ import annotations

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from campaign.app import create_app
from campaign.runtime import Runtime


def an_app(runtime: Runtime) -> Flask:
    """An application over a runtime; what one has compiled of the templates, the next ones take."""
    app = create_app(runtime)
    app.jinja_env.bytecode_cache = _COMPILED
    return app


class _Compiled(BytecodeCache):
    """Compiled templates in memory. Jinja itself compares the digest of the source."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._kept.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()
