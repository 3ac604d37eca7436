"""`staff`: who signs in."""

from __future__ import annotations

import click

from campaign.accounts import invites, people
from campaign.cli.campaigns import actor
from campaign.cli.output import as_json, instant, open_runtime, print_value, table
from campaign.cli.tokens import token_group
from campaign.domain.errors import NotFound
from campaign.domain.staff import Role, Staff
from campaign.runtime import Runtime


@click.group()
def staff() -> None:
    """Staff: people who sign in."""


staff.add_command(token_group)


@staff.command("list")
@as_json
def list_staff(as_json: bool) -> None:
    """Everybody who can sign in, and who could."""
    everybody = people.everybody(open_runtime().db)
    rows = [(p.email, p.name, p.role, "disabled" if p.disabled else "", instant(p.last_sign_in_at)) for p in everybody]
    shown = [
        {
            "email": p.email,
            "name": p.name,
            "role": p.role,
            "disabled": p.disabled,
            "last_sign_in_at": p.last_sign_in_at,
        }
        for p in everybody
    ]
    print_value(shown, as_json, lambda: table(("e-mail", "name", "role", "", "last sign-in"), rows))


@staff.command()
@click.argument("email")
@click.option("--role", type=click.Choice([r.value for r in Role]), default=Role.VIEWER.value, show_default=True)
def invite(email: str, role: str) -> None:
    """Print a one-time link with which EMAIL sets a name and a password."""
    runtime = open_runtime()
    link = invites.invite(
        runtime.db, email, Role(role), now=runtime.now(), actor=actor(), public_url=runtime.settings.public_url
    )
    click.echo(link.url)


@staff.command("first-admin")
def first_admin() -> None:
    """Print the one-time link that makes the first admin. Exit status 1 when there is staff already."""
    runtime = open_runtime()
    link = invites.first_admin_link(runtime.db, runtime.now(), runtime.settings.public_url)
    if link is None:
        raise click.ClickException("there is staff already: an admin can invite others")
    click.echo(link)


@staff.command()
@click.argument("email")
@click.option("--enable", is_flag=True, help="Let them sign in again.")
def disable(email: str, enable: bool) -> None:
    """Stop EMAIL from signing in; sessions end at once."""
    runtime = open_runtime()
    person = _by_email(runtime, email)
    people.set_disabled(runtime.db, person.id, not enable, now=runtime.now(), actor=actor())
    click.echo(f"{person.email} can sign in again." if enable else f"{person.email} can't sign in any more.")


def _by_email(runtime: Runtime, email: str) -> Staff:
    for person in people.everybody(runtime.db):
        if person.email == people.clean_email(email):
            return person
    raise NotFound("staff", email)
