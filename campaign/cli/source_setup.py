"""`sources add`, `show`, `edit`, `key`, `secret`, `endpoint`, `remove`: the staff pages of sources, from a shell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import click

from campaign.cli.campaigns import actor
from campaign.cli.output import as_json, instant, open_runtime, print_value
from campaign.dashboard.source_kinds import KINDS
from campaign.dashboard.source_page import SourceDetails, source_details
from campaign.domain.errors import Invalid
from campaign.ingest import endpoints, imports, source_setup
from campaign.ingest.accounts import Accounts
from campaign.ingest.endpoints import EndpointState
from campaign.ingest.source_kind import KeyTried
from campaign.ingest.source_setup import NewSource
from campaign.ingest.stripe.allowance import Allowance, allowance
from campaign.runtime import Runtime
from campaign.store import sources as store
from campaign.store.sources import SourceSeen


@click.command()
@click.argument("slug")
@click.option("--kind", type=click.Choice(sorted(KINDS)), default=store.STRIPE, show_default=True)
@click.option("--name", required=True, help="What staff call it, and readers under “Last checked”.")
@click.option("--url", default="", help="Address of the site (Ghost).")
@click.option("--account", default="", help="Number of the page (Patreon).")
@click.option("--api-key", prompt="Key", hide_input=True, help="Asked for when left out.")
@click.option("--webhook-secret", prompt="Signing secret, if there is an endpoint", hide_input=True, default="")
def add(slug: str, kind: str, name: str, url: str, account: str, api_key: str, webhook_secret: str) -> None:
    """One more source. Its key is tried first; key and secret are kept encrypted under SECRET_KEY."""
    runtime = open_runtime()
    wanted = NewSource(kind, slug, name, api_key.strip(), webhook_secret.strip(), account, url.rstrip("/"))
    source, tried = source_setup.add(runtime.db, runtime.settings, wanted, actor=actor(), now=runtime.now())
    click.echo(f"{name} is a source. Its deliveries go to {endpoints.url_of(source, runtime.settings.public_url)}")
    click.echo(_tried(tried))


@click.command()
@click.argument("slug")
@as_json
def show(slug: str, as_json: bool) -> None:
    """A source's figures: members, money, waiting, failed, its import, key, endpoint and allowance."""
    runtime = open_runtime()
    source = source_of(runtime, slug)
    details = source_details(runtime.db, source.id, runtime.now())
    endpoint = endpoints.state_of(source)
    with runtime.db.read() as session:
        left = allowance(session, source.id, runtime.now()) if source.kind == store.STRIPE else None
    print_value(
        {
            "source": source,
            "figures": details.figures,
            "import": details.importing,
            "known_since": details.known_since,
            "endpoint": endpoint,
            "allowance": left,
        },
        as_json,
        lambda: "\n".join(_lines(details, endpoint, left)),
    )


@click.command()
@click.argument("slug")
@click.option("--name", help="Its new name.")
@click.option("--use/--out-of-use", default=None, help="Out of use, nothing is asked of it; what it sends waits.")
def edit(slug: str, name: str | None, use: bool | None) -> None:
    """Rename a source, or take it in or out of use."""
    runtime = open_runtime()
    source = source_of(runtime, slug)
    if name is None and use is None:
        raise Invalid("edit", "Say what changes: --name, --use or --out-of-use.")
    if name is not None:
        source_setup.rename(runtime.db, source.id, name, actor=actor(), now=runtime.now())
    if use is not None:
        source_setup.set_enabled(runtime.db, source.id, use, actor=actor(), now=runtime.now())
    after = source_of(runtime, slug)
    click.echo(f"{after.name} is {'in use' if after.enabled else 'out of use'}.")


@click.command()
@click.argument("slug")
@click.option("--try", "try_only", is_flag=True, help="Only say what the key it has opens.")
@click.option("--api-key", help="Asked for when left out.")
def key(slug: str, try_only: bool, api_key: str | None) -> None:
    """Give a source another key of the same account; it is tried first."""
    runtime = open_runtime()
    source = source_of(runtime, slug)
    if try_only:
        click.echo(_tried(source_setup.try_again(_accounts(runtime), source.id, now=runtime.now())))
        return
    typed = api_key or str(click.prompt("New key", hide_input=True))
    tried = source_setup.replace_key(
        *(runtime.db, runtime.settings, source.id, typed.strip()), actor=actor(), now=runtime.now()
    )
    click.echo(f"{source.name} is asked with the new key. {_tried(tried)}")


@click.command()
@click.argument("slug")
@click.option(
    "--old-for", type=click.IntRange(0, 168), default=24, show_default=True, help="Hours to take the old one."
)
@click.option("--webhook-secret", prompt="New signing secret", hide_input=True)
def secret(slug: str, old_for: int, webhook_secret: str) -> None:
    """Take deliveries signed with another secret; with the old one only for a while more."""
    runtime = open_runtime()
    source = source_of(runtime, slug)
    source_setup.add_secret(
        *(runtime.db, runtime.settings, source.id, webhook_secret),
        old_for=timedelta(hours=old_for),
        actor=actor(),
        now=runtime.now(),
    )
    click.echo(f"Deliveries to {source.name} are taken with the new secret.")


@click.command()
@click.argument("slug")
@click.option("--make", "what", flag_value="make", help="Make it at Stripe, at our version, with what is used.")
@click.option("--repair", "what", flag_value="repair", help="Switch it on and put version and events right.")
@click.option("--roll", "what", flag_value="roll", help="Replace its secret; the old one is taken for 24 hours more.")
@as_json
def endpoint(slug: str, what: str | None, as_json: bool) -> None:
    """The webhook endpoint at Stripe: how it stands, or make, repair and re-key it."""
    runtime = open_runtime()
    source = source_of(runtime, slug)
    if source.kind != store.STRIPE:
        raise Invalid("endpoint", f"{source.name} is no Stripe account; its deliveries are set up there by hand.")
    url = endpoints.url_of(source, runtime.settings.public_url)
    acts: dict[str, Callable[..., EndpointState]] = {
        "make": endpoints.make,
        "repair": endpoints.repair,
        "roll": endpoints.roll,
    }
    if what is None:
        state = endpoints.look(_accounts(runtime), source.id, url, runtime.now())
    else:
        state = acts[what](_accounts(runtime), source.id, url, actor=actor(), now=runtime.now())
    print_value(state, as_json, lambda: f"{url}\n{_endpoint(state)}")


@click.command()
@click.argument("slug")
@click.confirmation_option(prompt="It has told nothing, and goes without a trace?")
def remove(slug: str) -> None:
    """Take away a source that has told nothing yet; another one is taken out of use instead."""
    runtime = open_runtime()
    source = source_of(runtime, slug)
    source_setup.remove(runtime.db, runtime.settings, source.id, actor=actor(), now=runtime.now())
    click.echo(f"{source.name} is gone.")


@click.command("give-up-import")
@click.argument("slug")
def give_up_import(slug: str) -> None:
    """Forget an import that waits to go on; what it took in stays."""
    runtime = open_runtime()
    source = source_of(runtime, slug)
    was_there = imports.give_up(runtime.db, source.id, actor=actor(), now=runtime.now())
    click.echo("It is given up." if was_there else "There was none.")


COMMANDS = (add, show, edit, key, secret, endpoint, remove, give_up_import)


def source_of(runtime: Runtime, slug: str) -> SourceSeen:
    """The source with this slug, the environment's own among them. Raises NotFound."""
    with runtime.db.write() as session:
        store.ensure_from_env(session, runtime.settings, runtime.now())
        return store.by_slug(session, slug)


def _accounts(runtime: Runtime) -> Accounts:
    return Accounts(runtime.db, runtime.settings)


def _tried(tried: KeyTried | None) -> str:
    if tried is None:
        return "Its key was not tried."
    whose = f"The key opens {tried.account_name or tried.account or 'the account'}"
    if not tried.lacks:
        return f"{whose} and may do all that is needed."
    return f"{whose}. It lacks:\n" + "\n".join(
        f"  {lack.words}" + (f" (for {lack.purpose})" if lack.purpose else "") for lack in tried.lacks
    )


def _endpoint(state: EndpointState) -> str:
    seen = state.seen
    if seen is None:
        return f"It can't be seen: {state.trouble}." if state.trouble else "Stripe has no endpoint there."
    said = [f"{seen.key}, {'on' if seen.is_enabled else 'OFF'}, version {seen.api_version}"]
    said += [f"does not send {name}" for name in seen.missing] + [f"sends needlessly {name}" for name in seen.needless]
    return "\n".join([*said, "It is right." if seen.is_right else "Put it right with --repair."])


def _lines(details: SourceDetails, endpoint: EndpointState, left: Allowance | None) -> list[str]:
    f = details.figures
    source = details.page.source
    lines: list[Any] = [
        f"{source.name} ({source.kind}, {'live' if source.livemode else 'test'}"
        f"{'' if source.enabled else ', out of use'})",
        f"members {f.members:,}, payments {f.payments:,}, waiting {f.waiting:,}, failed {f.failed:,}",
        f"last event {instant(f.last_event_at)}",
    ]
    last = details.last_comparison
    lines.append(f"last comparison {instant(None if last is None else last.began_at)}")
    if details.importing is not None:
        seen = ", ".join(f"{n:,} {kind}" for kind, n in details.importing.state.seen.items()) or "nothing yet"
        lines.append(f"import {'running' if details.importing.is_running else 'waiting'}: {seen}")
        lines += [details.importing.stopped] if details.importing.stopped else []
    if source.kind == store.STRIPE:
        lines.append(f"endpoint: {_endpoint(endpoint)}" if endpoint.looked_at else "endpoint: not looked at yet")
    if left is not None:
        lines.append(f"reads in 30 days: {left.used:,} of {left.allowed:,} (imports and sweeps stop at {left.guard:,})")
    return [str(line) for line in lines]
