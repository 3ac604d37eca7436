"""Runtime: what every process is handed. It opens things, and it is the only clock."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dotenv import dotenv_values

from campaign.domain.errors import Invalid
from campaign.store.engine import Database, open_database
from config import Settings, SettingsError

__all__ = ["Runtime", "SettingsError", "build_runtime", "configure_logging", "load_runtime", "read_environ"]


@dataclass(frozen=True, slots=True)
class Runtime:
    """Settings, an opened database and the clock: `now()` is aware, UTC, moved by CLOCK_OFFSET_SECONDS in the demo."""

    settings: Settings
    db: Database
    now: Callable[[], datetime]

    @property
    def public_dir(self) -> Path:
        """The folder with the last published files: read after a restart when the database is gone."""
        return self.settings.data_dir / "public"


def read_environ(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment over what `.env` in the working directory says."""
    from_file = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    return {**from_file, **(os.environ if environ is None else environ)}


def load_runtime() -> Runtime:
    """The runtime of this process's environment. Raises SettingsError."""
    environ = read_environ()
    return build_runtime(Settings.from_env(environ, demo=environ.get("CAMPAIGN_DEMO") == "1"))


def build_runtime(settings: Settings) -> Runtime:
    """A Runtime; makes DATA_DIR. Connects to nothing yet."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Invalid("DATA_DIR", f"DATA_DIR {settings.data_dir} can't be made: {error.strerror}") from error
    offset = timedelta(seconds=settings.clock_offset_seconds)
    return Runtime(settings, open_database(settings.database_url), lambda: datetime.now(UTC) + offset)


def configure_logging(settings: Settings) -> None:
    """This process logs to stderr, as text or as one JSON object a line. Records name ids, never people."""
    stream = logging.StreamHandler(sys.stderr)
    if settings.log_format == "json":
        stream.setFormatter(_JsonFormatter())
    else:
        stream.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [stream]
    root.setLevel(logging.INFO)
    for noisy in ("apscheduler", "stripe", "alembic", "httpx", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
