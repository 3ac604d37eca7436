"""Whatever is sent to /api/v1, valid or not, is answered as the document says, and never by a failure of ours."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import hypothesis
import pytest
import schemathesis
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from campaign.accounts import tokens
from campaign.accounts.tokens import Scope
from campaign.counting.check import check
from campaign.domain.campaign import GoalKind
from campaign.store import campaigns
from campaign.store.engine import Database
from campaign.web import api
from tests.web.staff_room import NOW, StaffRoom, open_room
from tests.web.test_api import a_campaign

EXAMPLES = int(os.environ.get("API_FUZZ_EXAMPLES", "8"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def room(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StaffRoom]:
    monkeypatch.setattr(api, "MOST_A_MINUTE", 10**9)
    with open_room(db, tmp_path) as room:
        with db.write() as session:
            for slug, kind in (("members", GoalKind.MEMBERS), ("fund", GoalKind.AMOUNT), ("s", GoalKind.SIGNUPS)):
                campaigns.create(session, a_campaign(slug, kind), "ada", "new", NOW - timedelta(days=60))
        yield room
        for campaign_id in (1, 2, 3):
            assert not check(db, campaign_id, room.now).found, "standing entries are those of the facts"


@pytest.mark.timeout(900)
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_the_api_never_fails(room: StaffRoom, mode: GenerationMode) -> None:
    made = tokens.make(room.db, name="Fuzz", source_slug="fuzz", scopes=list(Scope), days=30, actor="ada", now=room.now)
    headers = {"Authorization": f"Bearer {made.secret}"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", room.app)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) == 7
    seen: set[int] = set()
    for operation in operations:
        if mode is GenerationMode.NEGATIVE and not operation.body and not operation.query:
            continue  # nothing in it can be wrong

        @hypothesis.settings(
            max_examples=EXAMPLES,
            deadline=None,
            suppress_health_check=list(hypothesis.HealthCheck),
            database=None,
        )
        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        def probe(case: schemathesis.Case) -> None:
            seen.add(case.call_and_validate(headers=headers, checks=CHECKS).status_code)

        probe()
    assert (200 if mode is GenerationMode.POSITIVE else 422) in seen, seen
