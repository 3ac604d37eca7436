"""What came of the banner, by words and by article: shown, pressed, begun, paid, and still there two weeks later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from campaign.domain.campaign import Campaign
from campaign.domain.lasting import Lasting, membership_lasts, payment_lasts, sign_up_lasts
from campaign.store import led, people, showings
from campaign.store.engine import Database, Session
from campaign.store.showings import CLICKED, SHOWN, Place

MOST_ARTICLES = 20


@dataclass(slots=True)
class Outcome:
    """Sums. `joined` are paid or confirmed ones: so many of them stand after the days, are gone, or are too young."""

    shown: int = 0
    clicked: int = 0
    began: int = 0
    joined: int = 0
    stands: int = 0
    gone: int = 0
    young: int = 0

    @property
    def old_enough(self) -> int:
        """Of how many it can be said."""
        return self.stands + self.gone

    def add(self, other: Outcome) -> None:
        """The other's sums are part of these."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    def note(self, lasting: Lasting | None) -> None:
        """One more joined, and lasts so; None: nobody joined."""
        if lasting is not None:
            self.joined += 1
            setattr(self, lasting.value, getattr(self, lasting.value) + 1)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """`variants`: by the key of the words, "" for the campaign's own. `articles`: the first of them, most joined first.

    `others`: all further articles together, None without any.
    """

    variants: tuple[tuple[str, Outcome], ...]
    articles: tuple[tuple[str, Outcome], ...]
    others: Outcome | None
    total: Outcome


def outcomes(db: Database, campaign: Campaign, now: datetime) -> Outcomes:
    """Everything since the campaign began, as its facts are known now."""
    with db.read() as session:
        by_place = _by_place(session, campaign, now)
    variants = _grouped(by_place, 0)
    articles = sorted(_grouped(by_place, 1).items(), key=_most_first)
    total = Outcome()
    for one in variants.values():
        total.add(one)
    others = Outcome() if len(articles) > MOST_ARTICLES else None
    for _, one in articles[MOST_ARTICLES:]:
        if others is not None:
            others.add(one)
    return Outcomes(tuple(sorted(variants.items())), tuple(articles[:MOST_ARTICLES]), others, total)


def _by_place(session: Session, campaign: Campaign, now: datetime) -> Mapping[Place, Outcome]:
    found: dict[Place, Outcome] = defaultdict(Outcome)
    for place, sums in showings.by_place(session, campaign.id).items():
        found[place].add(Outcome(shown=sums.get(SHOWN, 0), clicked=sums.get(CLICKED, 0)))
    for place, sign_up in led.sign_ups_of(session, campaign.id):
        found[place].began += 1
        found[place].note(sign_up_lasts(sign_up, now))
    known, rules = led.of_campaign(session, campaign.slug), people.source_rules(session)
    for payment in led.payments_of(session, known):
        found[known.payments[payment.id]].note(payment_lasts(payment, now))
    for person in led.people_of(session, known):
        for membership in person.memberships:
            place = known.memberships.get(membership.id)
            if place is not None:
                found[place].note(membership_lasts(membership, person.payments, campaign, rules, now))
    return found


def _grouped(by_place: Mapping[Place, Outcome], part: int) -> dict[str, Outcome]:
    grouped: dict[str, Outcome] = defaultdict(Outcome)
    for place, one in by_place.items():
        grouped[place[part]].add(one)
    return grouped


def _most_first(article: tuple[str, Outcome]) -> tuple[int, int, int, str]:
    name, one = article
    return -one.joined, -one.clicked, -one.shown, name
