"""`staff token`: tokens with which the newsroom's own systems come in."""

from __future__ import annotations

import click

from campaign.accounts import tokens
from campaign.accounts.tokens import Scope
from campaign.cli.campaigns import actor
from campaign.cli.output import as_json, instant, open_runtime, print_value, table


@click.group("token")
def token_group() -> None:
    """Tokens of the newsroom's own systems (docs/api.md)."""


@token_group.command("make")
@click.argument("name")
@click.option("--source", required=True, help="Short name of its source; made where there is none.")
@click.option("--scope", "scopes", type=click.Choice([s.value for s in Scope]), multiple=True, required=True)
@click.option("--days", default=365, show_default=True, help="For how long it is good.")
def make(name: str, source: str, scopes: tuple[str, ...], days: int) -> None:
    """Print a new token, which is shown this once. NAME says what it is for."""
    runtime = open_runtime()
    made = tokens.make(
        runtime.db, name=name, source_slug=source, scopes=scopes, days=days, actor=actor(), now=runtime.now()
    )
    click.echo(made.secret)


@token_group.command("list")
@as_json
def list_tokens(as_json: bool) -> None:
    """Every token, without its secret."""
    runtime = open_runtime()
    found = tokens.listing(runtime.db)
    now = runtime.now()
    rows = [
        (
            t.id,
            t.name,
            t.source_slug,
            " ".join(t.scopes),
            instant(t.last_used_at),
            "revoked" if t.revoked_at else "expired" if not t.is_good_at(now) else instant(t.expires_at),
        )
        for t in found
    ]
    print_value(found, as_json, lambda: table(("id", "name", "source", "may", "last used", "until"), rows))


@token_group.command("revoke")
@click.argument("token_id", type=int)
def revoke(token_id: int) -> None:
    """The token TOKEN_ID is useless from now on."""
    runtime = open_runtime()
    token = tokens.revoke(runtime.db, token_id, actor=actor(), now=runtime.now())
    click.echo(f"The token {token.name!r} is revoked.")
