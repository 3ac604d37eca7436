"""The staff pages: one blueprint under /staff/, put together here; who may do what stands at each view."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from flask import Blueprint, Flask, Response
from flask.blueprints import BlueprintSetupState

from campaign.runtime import Runtime
from campaign.web import (
    staff_by_hand,
    staff_campaigns,
    staff_compare,
    staff_forecast,
    staff_format,
    staff_kits,
    staff_lists,
    staff_number,
    staff_operations,
    staff_outcome,
    staff_overview,
    staff_page,
    staff_people,
    staff_sessions,
    staff_showing,
    staff_sign_in,
    staff_sources,
    staff_steps,
    staff_supporters,
    staff_systems,
    staff_try_out,
)

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def blueprint(runtime: Runtime) -> Blueprint:
    """All staff pages of a runtime; the app that registers it gets their sessions, filters and headers."""
    bp = Blueprint("staff", __name__, url_prefix="/staff", template_folder=str(TEMPLATES))
    for pages in (
        staff_sign_in,
        staff_lists,
        staff_by_hand,
        staff_overview,
        staff_campaigns,
        staff_forecast,
        staff_steps,
        staff_compare,
        staff_showing,
        staff_outcome,
        staff_try_out,
        staff_kits,
        staff_number,
        staff_operations,
        staff_people,
        staff_supporters,
        staff_sources,
        staff_systems,
    ):
        pages.add_pages(bp, runtime)

    def install(state: BlueprintSetupState) -> None:
        app = cast(Flask, state.app)
        staff_sessions.install(app, bp, runtime)
        staff_format.install(app)

    bp.record_once(install)
    bp.after_request(_private)
    staff_page.show_errors(bp)
    return bp


def _private(response: Response) -> Response:
    """Staff pages are kept by nobody, framed by nobody, and load nothing from elsewhere."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = (
        "default-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
    )
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    return response
