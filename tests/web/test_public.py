"""Readers' routes: where the button leads, thanks, health, and errors in the asked kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from campaign.domain.campaign import Join
from campaign.domain.errors import Conflict, DatabaseUnavailable, Invalid, NotFound, SchemaMismatch
from campaign.store import job_runs
from campaign.store.engine import Database
from campaign.web.limits import RateLimit
from tests.an_app import an_app
from tests.banner.newsroom import NOON, Newsroom, a_campaign


@pytest.fixture
def newsroom(db: Database, tmp_path: Path) -> Newsroom:
    room = Newsroom(db, tmp_path / "public", a_campaign())
    room.book(24_600)
    room.publish()
    return room


@pytest.fixture
def app(newsroom: Newsroom) -> Iterator[Flask]:
    app = an_app(newsroom.runtime())
    yield app
    app.extensions["shelf"].stop()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_the_button_leads_to_the_newsrooms_own_page_where_we_sell_nothing(client: FlaskClient) -> None:
    answer = client.get("/g/25k/go?v=b&a=story-7")
    assert (answer.status_code, answer.headers["Location"]) == (303, "https://news.example.org/")
    assert answer.headers["Cache-Control"] == "no-store"


def test_thanks_lead_back_to_the_newsrooms_page_with_the_mark_of_having_joined(client: FlaskClient) -> None:
    answer = client.get("/g/25k/thanks?session_id=cs_1")
    assert answer.status_code == 200
    assert b'href="https://news.example.org/#mg=joined-25k"' in answer.data
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_address_that_is_no_web_address_is_never_led_to(newsroom: Newsroom, client: FlaskClient) -> None:
    newsroom.edit(join=Join(home_url="javascript:alert(1)"))
    newsroom.publish()
    client.application.extensions["shelf"].refresh()
    assert b"javascript" not in client.get("/g/25k/thanks").data
    assert re.fullmatch(r"/g/25k/\?t=[0-9a-f]{24}#join", client.get("/g/25k/go").headers["Location"])


@pytest.mark.parametrize("path", ["/g/nobody/go", "/g/nobody/thanks", "/g/nobody/?v=a"])
def test_nobody_is_led_anywhere_for_an_unknown_campaign(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_no_reader_gets_a_cookie(client: FlaskClient) -> None:
    for path in ("/g/25k.json", "/g/25k/", "/g/25k/?v=a", "/g/25k/go", "/g/25k/thanks", "/mg.js", "/healthz"):
        assert "Set-Cookie" not in client.get(path).headers


def test_ready_says_what_is_not_ready(newsroom: Newsroom, client: FlaskClient) -> None:
    assert client.get("/readyz").get_json()["not_ready"].keys() == {"jobs"}
    with newsroom.db.write() as session:
        job_runs.ensure(session, ["publish"])
        job_runs.succeed(session, "publish", None, newsroom.now)
    assert client.get("/readyz").status_code == 200
    newsroom.now += timedelta(minutes=11)
    assert client.get("/readyz").get_json()["not_ready"].keys() == {"jobs", "snapshot"}


def test_figures_are_for_this_machine_or_the_token(newsroom: Newsroom, client: FlaskClient) -> None:
    figures = client.get("/metrics").get_data(as_text=True)
    assert 'campaign_number{campaign="25k"} 24600' in figures
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "198.51.100.7"}).status_code == 404
    runtime = newsroom.runtime()
    guarded = an_app(replace(runtime, settings=replace(runtime.settings, metrics_token="t0ken")))
    assert guarded.test_client().get("/metrics").status_code == 404
    assert guarded.test_client().get("/metrics", headers={"Authorization": "Bearer t0ken"}).status_code == 200
    guarded.extensions["shelf"].stop()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound("campaign", "x"), 404),
        (Invalid("target", "The target must be above zero."), 422),
        (Conflict("version 3"), 409),
        (DatabaseUnavailable("gone"), 503),
        (SchemaMismatch("old"), 503),
        (RuntimeError("a mistake"), 500),
    ],
)
def test_an_error_has_its_status_and_comes_in_the_asked_kind(app: Flask, error: Exception, status: int) -> None:
    app.add_url_rule("/api/fails", "api_fails", lambda: (_ for _ in ()).throw(error))
    app.add_url_rule("/staff/fails", "staff_fails", lambda: (_ for _ in ()).throw(error))
    client = app.test_client()
    problem = client.get("/api/fails")
    assert (problem.status_code, problem.mimetype) == (status, "application/problem+json")
    assert problem.get_json()["status"] == status
    if isinstance(error, Invalid):
        assert problem.get_json()["field"] == "target"
    page = client.get("/staff/fails")
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert "a mistake" not in page.get_data(as_text=True)
    assert "default-src" in page.headers["Content-Security-Policy"]


def test_a_limit_counts_each_address_by_itself_and_forgets() -> None:
    limit = RateLimit(2, timedelta(minutes=1))
    assert [limit.allows("a", NOON) for _ in range(3)] == [True, True, False]
    assert limit.allows("b", NOON)
    assert limit.allows("a", NOON + timedelta(minutes=1))
