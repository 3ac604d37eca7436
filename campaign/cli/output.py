"""What commands print, and how they end: errors in one sentence, exit status 2 where something given can't be used."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, cast

import click

from campaign.domain.errors import CampaignTrackerError
from campaign.runtime import Runtime, SettingsError, load_runtime

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs instead of text for people.")


class OneSentence(click.Group):
    """A group whose commands end with one sentence and status 2 when what they were given can't be used."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (CampaignTrackerError, SettingsError) as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(2)


def open_runtime() -> Runtime:
    """The runtime of this command's environment, closed when the command ends.

    Commands call it when they run, so that --help needs no settings. Raises SettingsError.
    """
    runtime = load_runtime()
    click.get_current_context().find_root().call_on_close(runtime.db.dispose)
    return runtime


def print_value(value: object, as_json: bool, text: Callable[[], str]) -> None:
    """The value as one JSON document, or as the text a person reads."""
    click.echo(json.dumps(plain(value), ensure_ascii=False, indent=2) if as_json else text())


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows under their heads, in columns as wide as they need to be."""
    lines = [tuple(heads), *(tuple("" if cell is None else str(cell) for cell in row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in lines)


def plain(value: object) -> Any:
    """A frozen value as JSON has it: dataclasses as objects, instants in ISO 8601."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in cast(Mapping[object, object], value).items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in cast(Iterable[object], value)]
    return value


def instant(value: datetime | None) -> str:
    """An instant for people at a shell."""
    return value.strftime("%Y-%m-%d %H:%M:%S UTC") if value is not None else "never"


def show_progress(word: str) -> Callable[[int], None]:
    """Tells on a terminal how far long work is, and is silent elsewhere."""

    def show(done: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{done:,} {word}", nl=False, err=True)

    return show
