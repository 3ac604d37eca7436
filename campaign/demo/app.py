"""The application with the demo newspaper in front of it: one address."""

from __future__ import annotations

from flask import Flask

from campaign.app import create_app
from campaign.demo import pages
from campaign.demo.stand_in import StandIn
from campaign.runtime import Runtime


def create_demo(runtime: Runtime) -> Flask:
    """The product's own application, and the newspaper's pages at `/`."""
    app = create_app(runtime)
    provider = StandIn(runtime.settings.stripe_api_base or "", runtime.settings.stripe_api_key or "")
    app.register_blueprint(pages.blueprint(runtime, app.extensions["shelf"], provider))
    return app
