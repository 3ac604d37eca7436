"""`people`: supporters, found by the address somebody types; who is one person; who asks to be forgotten."""

from __future__ import annotations

from collections.abc import Sequence

import click

from campaign.cli.output import as_json, instant, open_runtime, print_value, table
from campaign.counting import erase as counting_erase
from campaign.counting import merge as counting_merge
from campaign.counting.merge import Effect
from campaign.dashboard import supporters
from campaign.dashboard.supporters import Supporter
from campaign.domain.people import AddressHash
from campaign.ingest.addresses import hasher_of
from campaign.runtime import Runtime

address_option = click.option(
    "--address", prompt="E-mail address", help="Asked for when left out, so that no shell remembers it."
)
reason_option = click.option("--reason", required=True, help="Why, naming nobody: it is kept for good.")
by_option = click.option("--by", "actor", default="cli", show_default=True, help="Who decides, for the log.")
yes_option = click.option("--yes", is_flag=True, help="Without asking.")


@click.group()
def people() -> None:
    """Supporters. No address is kept: a person is found by typing it."""


@people.command()
@address_option
@as_json
def find(address: str, as_json: bool) -> None:
    """All that is known of one person: accounts, memberships, payments, sign-ups, and what they led to.

    With --json, the answer to somebody who asks what is held on them. Exit status 1: nobody is known.
    """
    runtime = open_runtime()
    found = supporters.find(runtime.db, _hashed(runtime, address).all)
    if not found.people:
        words = "it was erased on request" if found.is_erased else "nobody with this address is known"
        raise click.ClickException(words)
    known = [supporters.supporter(runtime.db, person_id) for person_id in found.people]
    print_value(
        [supporters.held_on(one) for one in known] if as_json else known,
        as_json,
        lambda: "\n\n".join(_described(one) for one in known),
    )


@people.command()
@click.argument("account", type=int)
@click.argument("other", type=int)
@reason_option
@by_option
@yes_option
def merge(account: int, other: int, reason: str, actor: str, yes: bool) -> None:
    """Two accounts are one person (their numbers are what `people find` shows)."""
    runtime = open_runtime()
    effect = counting_merge.merge(runtime.db, account, other, actor, reason, runtime.now(), keep=False)
    _ask(effect, "Merge them?", yes)
    counting_merge.merge(runtime.db, account, other, actor, reason, runtime.now())
    click.echo("Merged.")


@people.command("keep-apart")
@click.argument("account", type=int)
@click.argument("other", type=int)
@reason_option
@by_option
@yes_option
def keep_apart(account: int, other: int, reason: str, actor: str, yes: bool) -> None:
    """Two accounts are two people, whatever address they share."""
    runtime = open_runtime()
    effect = counting_merge.keep_apart(runtime.db, account, other, actor, reason, runtime.now(), keep=False)
    _ask(effect, "Keep them apart?", yes)
    counting_merge.keep_apart(runtime.db, account, other, actor, reason, runtime.now())
    click.echo("Kept apart.")


@people.command("take-back")
@click.argument("account", type=int)
@click.argument("other", type=int)
@reason_option
@by_option
@yes_option
def take_back(account: int, other: int, reason: str, actor: str, yes: bool) -> None:
    """What was decided about two accounts no longer holds: a merge as well as keeping them apart."""
    runtime = open_runtime()
    effect = counting_merge.unmerge(runtime.db, account, other, actor, reason, runtime.now(), keep=False)
    _ask(effect, "Take the decision back?", yes)
    counting_merge.unmerge(runtime.db, account, other, actor, reason, runtime.now())
    click.echo("Taken back.")


@people.command()
@address_option
@by_option
@yes_option
def erase(address: str, actor: str, yes: bool) -> None:
    """Whoever has this address is forgotten; the numbers stay (docs/people.md says what is kept, and why)."""
    runtime = open_runtime()
    hashed = _hashed(runtime, address)
    looked = counting_erase.erase(runtime.db, hashed.all, actor, runtime.now(), keep=False)
    f = looked.forgotten
    click.echo(
        f"{f.accounts} accounts with {f.memberships} memberships, {f.payments} payments and {f.sign_ups} sign-ups "
        "lose their owner. This can't be undone."
    )
    _ask(looked.effect, "Erase?", yes)
    counting_erase.erase(runtime.db, hashed.all, actor, runtime.now())
    click.echo("Erased. Erase them at your sources too: what a source tells again is counted as nobody's.")


@people.command("let-back")
@address_option
@by_option
def let_back(address: str, actor: str) -> None:
    """An erased address may be known again, for what is told of it from now on."""
    runtime = open_runtime()
    counting_erase.let_back(runtime.db, _hashed(runtime, address).all, actor, runtime.now())
    click.echo("What is told of this address from now on belongs to a person again.")


@people.command()
@as_json
def waiting(as_json: bool) -> None:
    """What hangs between two people whom staff keep apart."""
    found = supporters.waiting(open_runtime().db)
    rows = [(w.account.id, w.account.source, w.other.id, w.other.source, w.why) for w in found]
    heads = ("account", "at", "or with", "at", "joined by")
    print_value(found, as_json, lambda: table(heads, rows) if rows else "Nothing waits.")


@people.command()
@as_json
def suggest(as_json: bool) -> None:
    """Who might be one person, and why. Nothing is merged by itself."""
    runtime = open_runtime()
    found = supporters.suggestions(runtime.db, runtime.now())
    rows = [(s.account.id, s.account.source, s.other.id, s.other.source, "; ".join(s.why)) for s in found]
    heads = ("account", "at", "and", "at", "because")
    print_value(found, as_json, lambda: table(heads, rows) if rows else "Nobody.")


@people.command()
@as_json
def keys(as_json: bool) -> None:
    """How many accounts have their address under which version of the key."""
    runtime = open_runtime()
    found = supporters.keys_left(runtime.db)
    newest = runtime.settings.person_key_version
    rows = [(k.source, k.version, f"{k.accounts:,}", "newest" if k.version == newest else "to be moved") for k in found]
    print_value(found, as_json, lambda: table(("source", "version", "accounts", ""), rows))


def _hashed(runtime: Runtime, address: str) -> AddressHash:
    hashed = hasher_of(runtime.settings)(address)
    if hashed is None:
        raise click.UsageError("Type an address.")
    return hashed


def _ask(effect: Effect, question: str, yes: bool) -> None:
    rows = [(c.slug, f"{c.before:,}", f"{c.after:,}", c.entries) for c in effect.changes]
    click.echo(table(("campaign", "now", "then", "entries"), rows) if rows else "No campaign's number changes.")
    if not yes:
        click.confirm(question, abort=True)


def _described(known: Supporter) -> str:
    accounts = [
        (a.id, a.source, a.name, f"key {a.key_version}" if a.key_version else "no address") for a in known.accounts
    ]
    memberships = [
        (known.sources.get(m.source_id), m.key, instant(m.started_at), instant(m.ended_at) if m.ended_at else "runs")
        for m in known.person.memberships
    ]
    booked = [
        (entries.campaign.slug, instant(e.occurred_at), e.kind, f"{e.amount:+,}", line.cause)
        for entries in known.entries
        for line in entries.lines
        for e in (line.entry,)
    ]
    decided = [
        (d.own.id, "merged with" if d.is_merge else "kept apart from", d.other.id, d.decision.reason)
        for d in known.decisions
    ]
    return "\n".join(
        [
            f"Person {known.person.id}: {_number(known.person.payments, 'payment')}, "
            f"{_number(known.person.sign_ups, 'sign-up')}.",
            table(("account", "source", "its id there", "address"), accounts),
            table(("source", "membership", "since", "until"), memberships),
            *([table(("account", "staff", "account", "why"), decided)] if decided else []),
            table(("campaign", "occurred", "entry", "amount", "cause"), booked),
        ]
    )


def _number(what: Sequence[object], word: str) -> str:
    return f"{len(what)} {word}{'' if len(what) == 1 else 's'}"
