"""The reference for the live number: what one would write first, a Flask route that writes the same answer."""

from __future__ import annotations

import json
import os
from typing import Any

from flask import Flask, Response

ANSWER = "BENCHMARK_ANSWER"
"""The setting with what is to be answered: `{"number": {...}, "headers": {...}}`."""

_answer: dict[str, Any] = json.loads(os.environ.get(ANSWER, "{}"))
application = Flask(__name__)


@application.get("/g/25k.json")
def number() -> Response:
    body = json.dumps(_answer["number"], ensure_ascii=False, separators=(",", ":"))
    response = Response(body, mimetype="application/json", headers=_answer["headers"])
    response.add_etag()
    return response
