"""What docs/api.md tells a developer to type is typed, with curl, and answers what it says."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from campaign.accounts import tokens
from campaign.accounts.tokens import Scope
from campaign.domain.campaign import GoalKind
from campaign.store import campaigns
from campaign.store.engine import Database
from campaign.web.api_document import document
from tests.web.staff_room import NOW, open_room
from tests.web.test_api import a_campaign

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```sh\n(curl .*?)```\n```json\n(.*?)```", DOCS, re.DOTALL)


@pytest.fixture
def installation(db: Database, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A served installation, as the environment of a shell."""
    with open_room(db, tmp_path) as room:
        with db.write() as session:
            for slug, kind in (
                ("members", GoalKind.MEMBERS),
                ("fund", GoalKind.AMOUNT),
                ("petition", GoalKind.SIGNUPS),
            ):
                campaigns.create(session, a_campaign(slug, kind), "ada", "new", NOW)
        made_token = tokens.make(
            db, name="CRM", source_slug="crm", scopes=list(Scope), days=30, actor="ada", now=room.now
        )
        server = make_server("127.0.0.1", 0, room.app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield {"GOAL": f"http://127.0.0.1:{server.server_port}", "TOKEN": made_token.secret, "PATH": "/usr/bin:/bin"}
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
def test_every_example_answers_what_the_page_says(installation: dict[str, str]) -> None:
    assert len(EXAMPLES) == 7
    for typed, said in EXAMPLES:
        shell = subprocess.run(
            ["sh", "-c", typed], env=installation, capture_output=True, text=True, check=True, timeout=30
        )
        assert json.loads(shell.stdout) == json.loads(said), typed


def test_the_page_names_every_status_and_scope_of_the_document() -> None:
    paths = document("https://x")["paths"].values()
    answers = {status for path in paths for method in path.values() for status in method["responses"]}
    assert all(re.search(rf"\b{status}\b", DOCS) for status in answers - {"200", "404"})
    assert all(f"`{scope}`" in DOCS for scope in Scope)
