"""The web application: prepared bytes in front, then Flask with its blueprints and errors."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from flask import Flask, Response
from werkzeug.middleware.proxy_fix import ProxyFix

from campaign.banner import notices
from campaign.banner.render import TEMPLATES
from campaign.runtime import Runtime
from campaign.web import api, assets, errors, health, join, previews, public, seen, sign_up, staff, webhooks
from campaign.web.prepared import Prepared
from campaign.web.shelf import Headers, Shelf

MOST_BYTES = 2 * 1024 * 1024
"""Of any body; deliveries have a smaller limit of their own, and so have forms."""
MOST_FORM_BYTES = 512 * 1024


def create_app(runtime: Runtime) -> Flask:
    """The application for one installation; connects to nothing before it is asked something.

    Public files are served from `app.extensions["shelf"]`, which follows the database in a thread of its own.
    """
    app = Flask(__name__, static_folder=str(assets.STATIC), static_url_path="/static", template_folder=str(TEMPLATES))
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MOST_FORM_BYTES
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600
    page_headers = security_headers(runtime)
    shelf = Shelf(runtime.db, runtime.public_dir, assets.asset_pages(), page_headers)
    errors.install(app)
    app.register_blueprint(webhooks.blueprint(runtime))
    app.register_blueprint(api.blueprint(runtime))
    app.register_blueprint(staff.blueprint(runtime))
    app.register_blueprint(health.blueprint(runtime, shelf))
    gathering = seen.start_gathering(runtime)
    app.register_blueprint(seen.blueprint(shelf, gathering))
    app.register_blueprint(public.blueprint(shelf, page_headers, runtime.settings.public_url, gathering))
    app.register_blueprint(join.blueprint(runtime))
    app.register_blueprint(previews.blueprint(runtime))
    app.register_blueprint(sign_up.blueprint(runtime))
    app.after_request(partial(_secured, page_headers))
    app.extensions["shelf"] = shelf
    shelf.start()
    inner = app.wsgi_app
    if runtime.settings.trusted_proxies:
        hops = runtime.settings.trusted_proxies
        inner = ProxyFix(inner, x_for=hops, x_proto=hops, x_host=0, x_port=0, x_prefix=0)
    cast(Any, app).wsgi_app = Prepared(inner, shelf, lambda: notices.not_found_html().encode())
    return app


def security_headers(runtime: Runtime) -> Headers:
    """What every page of ours carries: nothing inline runs, nothing of others is loaded, nobody frames it."""
    pays_at = runtime.settings.stripe_api_base
    form_action = "form-action 'self' https:" + (f" {pays_at}" if pays_at else "")
    nothing_else = "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    headers = [
        ("Content-Security-Policy", f"default-src 'self'; img-src 'self' data:; {nothing_else}; {form_action}"),
        ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ]
    if runtime.settings.public_url.startswith("https://"):
        headers.append(("Strict-Transport-Security", "max-age=31536000"))
    return headers


def _secured(headers: Headers, response: Response) -> Response:
    for name, value in [*headers, ("X-Content-Type-Options", "nosniff")]:
        if name not in response.headers:
            response.headers[name] = value
    return response
