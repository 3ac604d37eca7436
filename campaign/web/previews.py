"""`/g/<slug>/preview?t=`: what a signed link of the staff's shows on the newsroom's own page."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from campaign.banner import previews
from campaign.banner.render import as_json
from campaign.runtime import Runtime


def blueprint(runtime: Runtime) -> Blueprint:
    """The route; an unknown, changed or expired token, and another campaign's, answers like an unknown address."""
    bp = Blueprint("previews", __name__)

    @bp.get("/g/<slug>/preview")
    def preview(slug: str) -> ResponseReturnValue:
        shown = previews.open_preview(
            runtime.db,
            slug,
            request.args.get("t", ""),
            secret_key=runtime.settings.secret_key,
            public_url=runtime.settings.public_url,
            now=runtime.now(),
        )
        answer = Response(as_json(shown), mimetype="application/json")
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Access-Control-Allow-Origin"] = "*"
        return answer

    return bp
