"""For operators: does the process live, is it ready, and a few figures for Prometheus."""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from campaign.banner.freshness import Readiness, readiness
from campaign.banner.render import as_json
from campaign.runtime import Runtime
from campaign.web.shelf import Shelf


def blueprint(runtime: Runtime, shelf: Shelf) -> Blueprint:
    """`/healthz`, `/readyz`, `/metrics`."""
    bp = Blueprint("health", __name__)

    @bp.get("/healthz")
    def healthz() -> ResponseReturnValue:
        return _plain("ok\n")

    @bp.get("/readyz")
    def readyz() -> ResponseReturnValue:
        problems = readiness(runtime.db, runtime.now()).problems
        body = as_json({"ready": not problems, "not_ready": problems, "shelf_agrees": shelf.agrees})
        response = Response(body, 503 if problems else 200, mimetype="application/json")
        response.headers["Cache-Control"] = "no-store"
        return response

    @bp.get("/metrics")
    def metrics() -> ResponseReturnValue:
        if not _may_read_metrics(runtime.settings.metrics_token):
            abort(404)
        now = runtime.now()
        known = readiness(runtime.db, now)
        ages = {number.slug: (now - number.as_of).total_seconds() for number in known.numbers}
        return _plain(_figures(known, ages))

    return bp


def _may_read_metrics(token: str | None) -> bool:
    """With a token: whoever shows it. Without: this machine only, and not through a proxy on it."""
    if token:
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        return hmac.compare_digest(shown.encode(), token.encode())
    if any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP")):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _figures(known: Readiness, ages: dict[str, float]) -> str:
    lines = ["# TYPE campaign_ready gauge", f"campaign_ready {int(not known.problems)}"]
    parts = ("database", "schema", "snapshot", "jobs")
    lines += [f'campaign_problem{{part="{name}"}} {int(name in known.problems)}' for name in parts]
    for number in known.numbers:
        label = f'{{campaign="{number.slug}"}}'
        if number.count is not None:
            lines.append(f"campaign_number{label} {number.count}")
        lines.append(f"campaign_target{label} {number.target}")
        lines.append(f"campaign_as_of_age_seconds{label} {ages[number.slug]:.0f}")
    for name, value in (("jobs_last_success_age", known.jobs_seconds), ("inbox_oldest_waiting", known.waiting_seconds)):
        if value is not None:
            lines.append(f"campaign_{name}_seconds {value:.1f}")
    return "\n".join(lines) + "\n"


def _plain(text: str) -> Response:
    response = Response(text, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    return response
