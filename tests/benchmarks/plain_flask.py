"""The reference for the live number: what one would write first, a Flask route that writes the same JSON each time."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask, Response

NUMBER: dict[str, Any] = {
    "v": 1,
    "slug": "25k",
    "kind": "members",
    "count": 24600,
    "target": 25000,
    "percent": 98,
    "stage": "near",
    "text": "400 to go: 24,600 of 25,000 members",
    "as_of": "2025-12-01T09:00:00Z",
    "until": "2025-12-21T22:00:00Z",
}

application = Flask(__name__)


@application.get("/g/25k.json")
def number() -> Response:
    return Response(json.dumps(NUMBER, ensure_ascii=False), mimetype="application/json")
