"""Commands run in this process, on each kind of database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click.testing
import pytest

from campaign.cli import main

Run = Callable[..., click.testing.Result]


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command line and holds its exit status against `status`."""
    monkeypatch.chdir(tmp_path)
    settings = {
        "SECRET_KEY": "s" * 32,
        "PERSON_KEY": "p" * 32,
        "PUBLIC_URL": "https://goal.example.org",
        "DATABASE_URL": database_url,
        "DATA_DIR": str(tmp_path / "data"),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    def invoke(*words: str, status: int = 0, answer: str | None = None) -> click.testing.Result:
        result = click.testing.CliRunner().invoke(main, words, input=answer)
        assert result.exit_code == status, (result.output, result.exception)
        return result

    return invoke
