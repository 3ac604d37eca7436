"""What a campaign is about ends the same, whichever of its facts comes first."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from campaign.counting import recounts
from campaign.counting.book import recount
from campaign.counting.check import check
from campaign.counting.edit import create
from campaign.domain.about import Scope
from campaign.domain.campaign import Campaign, GoalKind, Rule
from campaign.domain.progress import fold
from campaign.store import campaigns, day_totals, facts, prices, stamps
from campaign.store.engine import Database
from campaign.store.ledger import Cause
from campaign.store.prices import ToldPrice
from campaign.store.tables import Source
from campaign.store.told import Told, ToldAccount, ToldInvoice, ToldMembership, ToldPayment
from tests.stories import PRICE, campaign, day, line

NOW = day(30)
LINES = (line(1, 31),)


def tell(db: Database, fact: ToldInvoice | ToldMembership | ToldPayment) -> None:
    told = Told()
    told.add(ToldAccount("ada", None), fact)
    with db.write() as session:
        saved = facts.save(session, 1, told, stamps.next_stamp(session))
        recount(session, saved.touched, Cause("inbox", 1), NOW)


def tell_membership(db: Database) -> None:
    tell(db, ToldMembership("sub", "ada", "active", day(1), invoices_complete=True, price_keys=(PRICE,),
                            tags=("roof", "spring")))  # fmt: skip


def tell_invoice(db: Database) -> None:
    tell(db, ToldInvoice("in", "sub", "paid", 500, "USD", day(1), None, LINES, ("pi",)))


def tell_payment(db: Database) -> None:
    tell(db, ToldPayment("ch", "ada", "pi", None, "succeeded", 500, "USD", 500, "USD", 9, day(1), False, None, ()))


def tell_price(db: Database) -> None:
    told = ToldPrice(PRICE, "Monthly", 500, "USD", "month", active=True, product_key="prod_roof")
    with db.write() as session:
        changed = prices.save(session, 1, [told], stamps.next_stamp(session))
        recounts.products_changed(session, changed, NOW)
    recounts.run_due(db, NOW)


TOLD: tuple[Callable[[Database], None], ...] = (tell_membership, tell_invoice, tell_payment, tell_price)
SCOPES = {
    "tag": Scope(tags=("roof",)),
    "product": Scope(products=("prod_roof",)),
    "price": Scope(prices=(PRICE,)),
    "other": Scope(products=("prod_door",), tags=("door",)),
}


def value(db: Database, of: Campaign) -> int:
    with db.read() as session:
        return fold(day_totals.load(session, of.id), of).value


@pytest.mark.parametrize("order", [*itertools.permutations(range(4))][::5])
def test_tags_and_products_reach_the_payments_of_a_membership_in_any_order(
    db: Database, order: tuple[int, ...]
) -> None:
    with db.write() as session:
        session.add(Source(kind="stripe", slug="s", name="s", livemode=True, enabled=True, created_at=NOW))
    for name, scope in SCOPES.items():
        for kind in (GoalKind.AMOUNT, GoalKind.GIVERS, GoalKind.MEMBERS):
            create(db, campaign(kind, slug=f"{name}-{kind.value}", rule=Rule(scope=scope)), "e", "n", NOW)
    for at in order:
        TOLD[at](db)
    with db.read() as session:
        everything = campaigns.all_campaigns(session)
    numbers = {of.slug: value(db, of) for of in everything}
    assert numbers == {
        f"{name}-{kind}": 0 if name == "other" else worth
        for name in SCOPES
        for kind, worth in (("amount", 500), ("givers", 1), ("members", 1))
    }
    assert [check(db, of.id, NOW).found for of in everything] == [[] for _ in everything]
