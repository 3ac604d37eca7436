"""The benchmarks run and measure what they say. How fast anything is, is for `make bench`."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests import nginx
from tests.benchmarks import live, report, webhook
from tests.benchmarks.__main__ import measure
from tests.proofs import figures


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
def results(folder: Path) -> dict[str, Any]:
    return measure(folder, seconds=0.3, number=1)


def test_every_server_gives_only_good_answers_and_costs_something(results: dict[str, Any]) -> None:
    measured = results["live"]["servers"] | results["webhook"]["servers"]
    expected = {live.PREPARED, live.FLASK, live.BARE, webhook.KEPT, webhook.NOT_KEPT}
    assert measured.keys() - {live.NGINX} == expected
    assert (live.NGINX in measured) == (nginx.command() is not None)
    for one in measured.values():
        assert sum(run["wrong"] for run in one["runs"]) == 0
        assert one["per_second"] > 0
        assert one["cpu_microseconds"] > 0


def test_every_delivery_is_kept_once_and_none_without_the_database_step(results: dict[str, Any], folder: Path) -> None:
    """What is in the inbox is what was answered with 200, over all runs against the product."""
    hook = results["webhook"]
    counted = hook["servers"][webhook.KEPT]["runs"][0]["answers"]
    assert hook["kept"] > counted
    with sqlite3.connect(folder / "installation" / "campaign.db") as connection:
        events, objects = connection.execute(
            "SELECT count(DISTINCT e.external_id), (SELECT count(*) FROM source_object WHERE kind = 'invoice') "
            "FROM inbox_event e WHERE e.state = 'waiting'"
        ).fetchone()
    connection.close()
    assert events == objects == hook["kept"]


def test_the_live_number_is_small(results: dict[str, Any]) -> None:
    assert results["live"]["bytes"] == results["sizes"]["live number"]["identity"] <= 400


def test_the_results_are_printed_and_kept_as_figures(results: dict[str, Any], tmp_path: Path) -> None:
    said = "\n".join(report.lines(results))
    assert webhook.KEPT in said
    assert "WRONG" not in said
    report.record(results, "make bench", tmp_path)
    rows = figures.load(tmp_path)
    assert {row.command for row in rows} == {"make bench"}
    assert any("requests/s" in row.values for row in rows)
    assert json.loads(json.dumps(results)) == results
