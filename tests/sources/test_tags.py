"""A campaign about some tags counts what carries one of them, whichever source says it, and as it says it now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from campaign.counting import edit
from campaign.domain.about import Scope
from campaign.domain.campaign import Campaign, GoalKind, Rule
from campaign.store.engine import Database
from tests.ingest.files.lists import EXPORT, Newsroom, a_campaign
from tests.sources.ghost_world import GhostWorld
from tests.sources.line import Line
from tests.sources.newsroom_system import NewsroomSystem
from tests.sources.patreon_world import PatreonWorld


@pytest.fixture
def ghost(db: Database, tmp_path: Path) -> Iterator[Line]:
    world = GhostWorld()
    with Line.between(world, db, tmp_path) as line:
        yield line
    world.stop()


@pytest.fixture
def patreon(db: Database, tmp_path: Path) -> Iterator[Line]:
    world = PatreonWorld()
    with Line.between(world, db, tmp_path) as line:
        yield line
    world.stop()


def about(line: Line, kind: GoalKind, *tags: str) -> Campaign:
    """A campaign of these tags beside the one that takes everything."""
    day = line.world.now.date()
    scope = Scope(tags=tags)
    made = line.stand.campaign(kind, day - timedelta(days=5), day + timedelta(days=400), scope=scope)
    assert line.stand.value(made) == 0
    return made


def test_a_label_at_ghost_is_a_tag_however_it_is_written_and_until_it_is_taken_off(ghost: Line) -> None:
    roof = about(ghost, GoalKind.NEW_MEMBERS, "roof fund")
    world = ghost.world
    world.join("jane@example.org")
    joe = world.humans[world.join("joe@example.org")]
    world.label(joe, "VIP", " Roof Fund")
    ghost.catch_up()
    assert (ghost.number, ghost.stand.value(roof)) == (2, 1)
    world.label(joe, "VIP")
    ghost.catch_up()
    assert (ghost.number, ghost.stand.value(roof)) == (2, 0)
    assert ghost.stand.differences(roof) == []


def test_a_label_whose_name_can_be_no_tag_is_known_by_its_slug(ghost: Line) -> None:
    odd = about(ghost, GoalKind.NEW_MEMBERS, "label-0")
    world = ghost.world
    world.label(world.humans[world.join("jane@example.org")], "100 % roof!")
    ghost.catch_up()
    assert ghost.stand.value(odd) == 1


def test_a_tier_at_ghost_is_a_tag_by_its_name_for_what_is_given_too(ghost: Line) -> None:
    gold = about(ghost, GoalKind.NEW_MEMBERS, "gold")
    world = ghost.world
    human = world.new_human("jane@example.org")
    world.give(human, "gift", 45)
    world.join("joe@example.org")
    ghost.catch_up()
    assert ghost.stand.value(gold) == 1  # the gift's tier is told without a name, as Ghost does
    world.label(human, "gold")
    ghost.catch_up()
    assert ghost.stand.value(gold) == 2
    world.delete(human)
    ghost.catch_up()
    assert ghost.stand.value(gold) == 1
    assert ghost.stand.differences(gold) == []


def test_a_label_that_no_delivery_told_is_found_by_the_sweep(ghost: Line) -> None:
    roof = about(ghost, GoalKind.NEW_MEMBERS, "roof")
    world = ghost.world
    jane = world.humans[world.join("jane@example.org")]
    ghost.take_in_all()
    world.deliveries(drop=1.0)
    world.label(jane, "roof")
    ghost.catch_up()
    assert ghost.stand.value(roof) == 0
    assert ghost.sweep()["different"] == {"member": 1}
    assert ghost.stand.value(roof) == 1
    assert ghost.sweep()["different"] == {}


def test_a_tier_and_a_page_at_patreon_are_tags_of_members_and_of_what_they_pay(patreon: Line) -> None:
    gold, page = about(patreon, GoalKind.NEW_MEMBERS, "gold"), about(patreon, GoalKind.AMOUNT, "thenews")
    world = patreon.world
    world.join("jane@example.org")
    world.join("joe@example.org")
    patreon.catch_up()
    assert (patreon.stand.value(gold), patreon.stand.value(page)) == (2, 1000)
    world.advance(32)
    patreon.sweep()
    assert (patreon.stand.value(gold), patreon.stand.value(page)) == (2, 2000)
    world.tier_title = "Silver"
    assert patreon.sweep()["different"] == {"member": 2}
    assert patreon.stand.value(gold) == 0
    assert patreon.stand.differences(gold) + patreon.stand.differences(page) == []


def test_a_column_of_a_list_gives_its_members_and_payments_tags(db: Database) -> None:
    newsroom = Newsroom(db)
    rule = Rule(scope=Scope(tags=("roof", "spring drive")))
    newsroom.open(a_campaign(rule=rule), a_campaign(GoalKind.AMOUNT, rule=rule))
    members = 'email,since,tags\nana@example.org,2026-02-01,"Roof, VIP!"\nbo@example.org,2026-02-01,door\n'
    first = newsroom.bring_in(members)
    assert newsroom.number() == 1
    paid = "email;date;amount;currency;labels\nana@example.org;2026-03-01;25,00;EUR;Spring Drive|x\n"
    newsroom.bring_in(paid + "bo@example.org;2026-03-01;7,50;EUR;\n", source="bank")
    assert newsroom.number("amount") == 2500
    later = newsroom.bring_in(members.replace("door", "roof"), at=EXPORT + timedelta(days=1))
    assert newsroom.number() == 2
    newsroom.undo(later)
    assert newsroom.number() == 1
    newsroom.undo(first)
    assert newsroom.number() == 0
    assert newsroom.differences() == []


def test_a_pushed_membership_carries_the_tags_its_system_gives_it(db: Database, tmp_path: Path) -> None:
    with NewsroomSystem.beside(db, tmp_path) as system:
        plain = a_campaign(slug="roof", zone="UTC", rule=Rule(scope=Scope(tags=("roof fund",))))
        edit.create(db, replace(plain, ends_on=system.now.date() + timedelta(days=400)), "ana", "new", system.now)
        for address, tags in (("jane@example.org", [" Roof Fund", "vip"]), ("joe@example.org", ["door"])):
            key = system.join(address)
            system.tags[key] = tags
        system.night()
        assert (system.number, system.number_of("roof")) == (2, 1)
        system.tags.clear()
        system.advance(1)
        system.night()
        assert (system.number, system.number_of("roof")) == (2, 0)
        for odd in ("", " ", "-x", "50%", "x" * 49, 7, None):
            system.tags[key] = [odd]
            assert system.push(system.body([system.humans[key]])) == 422
