"""Somebody asks to be forgotten: the numbers stay, and nothing leads from them to a human being any more."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from campaign.counting.merge import Effect, reassign_and_recount
from campaign.domain.errors import NotFound
from campaign.store import accounts_shown, audit, erasures, forgetting, lookup
from campaign.store.engine import Database
from campaign.store.fact_rows import lock_facts
from campaign.store.forgetting import Forgotten
from campaign.store.ledger import Cause


@dataclass(frozen=True, slots=True)
class Erased:
    """What lost its owner, and what that does to the numbers: nothing, as a rule."""

    forgotten: Forgotten
    effect: Effect


def erase(db: Database, hashes: Collection[str], actor: str, now: datetime, *, keep: bool = True) -> Erased:
    """Everybody with this address, under any key, is nobody; `keep` False: only what that would do.

    The address stays on a list, as a hash: told again, it is nobody's. Raises NotFound where nobody has it.
    """
    with db.write() as session:
        lock_facts(session)
        step = session.begin_nested()
        people = lookup.people_of_address(session, hashes)
        if not people:
            raise NotFound("person with this address", "")
        accounts = {a.id for a in accounts_shown.of_people(session, people)}
        forgotten = forgetting.forget(session, people, hashes, now)
        cause = Cause("staff", author=actor, note="erased on request")
        effect = reassign_and_recount(session, accounts, cause, now)
        numbers = ", ".join(map(str, people))
        audit.write(session, actor, "people.erase", f"person {numbers}", now, {"accounts": len(accounts)})
        if keep:
            step.commit()
        else:
            step.rollback()
    return Erased(forgotten, effect)


def let_back(db: Database, hashes: Collection[str], actor: str, now: datetime) -> None:
    """What is told of the address from now on belongs to a person again; what was erased stays so. Raises NotFound."""
    with db.write() as session:
        if not erasures.let_back(session, hashes):
            raise NotFound("erased address like this", "")
        audit.write(session, actor, "people.let_back", "an erased address", now)
