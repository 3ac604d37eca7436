"""What a campaign's page offers, set on its form."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from campaign.domain.campaign import Join
from campaign.store import campaigns, prices, sources
from campaign.store.engine import Database
from campaign.store.prices import ToldPrice
from campaign.store.sealing import SourceSecrets
from tests.web.staff_room import NOW, StaffRoom, Visitor, fields, words


@pytest.fixture
def room(db: Database, tmp_path: Path) -> Iterator[StaffRoom]:
    room = StaffRoom(db, tmp_path)
    with db.write() as session:
        source = sources.add(session, "shop", "Shop", SourceSecrets("rk_live_1"), room.runtime.settings, NOW)
        sold = [
            ToldPrice("price_m", "Month", 500, "EUR", "month", True),
            ToldPrice("price_y", "Year", 5000, "EUR", "year", True),
        ]
        prices.save(session, source.id, sold, 1)
    yield room
    room.close()


def save(editor: Visitor, **changes: object) -> object:
    sent = fields(editor.get("/campaigns/new"))
    sent |= {
        "name": "25k",
        "slug": "25k",
        "target": "25000",
        "kind": "members",
        "zone": "UTC",
        "languages": "en",
        "starts_on": "2026-10-01",
        "ends_on": "2026-12-31",
        "grace_days": "14",
    }
    return editor.post("/campaigns/new", **{**sent, **changes})


def joined(room: StaffRoom) -> Join:
    with room.db.read() as session:
        return campaigns.by_slug(session, "25k").join


def test_prices_gifts_words_and_the_portal_are_kept_and_shown_again(room: StaffRoom) -> None:
    editor = room.signed_in()
    answer = save(
        editor,
        join_price="1 price_m",
        more_prices="1 price_y",
        give_source="1",
        give_currency="eur",
        give_amounts="10 25.50",
        give_free="y",
        give_minimum="3",
        privacy="We learn that you gave.",
        portal_url="https://billing.stripe.com/p/login/abc",
    )
    assert answer.status_code == 303, words(answer)
    wanted = Join(
        1, "price_m", "", ("price_y",), (1000, 2550), True, 300, "EUR",
        "We learn that you gave.", "https://billing.stripe.com/p/login/abc",
    )  # fmt: skip
    assert joined(room) == wanted
    page = editor.get("/campaigns/25k/edit")
    assert 'value="10 25.5"' in page.text
    assert "Month, 5 EUR a month" in words(page)
    again = editor.post("/campaigns/25k/edit", **{**fields(page), "more_prices": "1 price_y", "reason": "nothing"})
    assert again.status_code in (200, 303), words(again)
    assert joined(room) == wanted, "saving the form as it is shown changes nothing"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"give_source": "1", "give_amounts": "10"}, "Say the currency"),
        ({"give_source": "1", "give_currency": "EUR"}, "Suggest an amount"),
        ({"give_source": "1", "give_currency": "EUR", "give_amounts": "ten"}, "Enter an amount"),
        ({"give_source": "1", "give_currency": "EUR", "give_amounts": "1 2 3 4 5 6 7 8 9"}, "up to 8"),
        ({"portal_url": "javascript:alert(1)"}, "begins with https"),
        ({"more_prices": "1 price_y"}, "one source only"),
    ],
)
def test_what_can_not_be_offered_is_said_beside_its_field(room: StaffRoom, sent: dict[str, str], said: str) -> None:
    answer = save(room.signed_in(), **sent)
    assert answer.status_code == 400
    assert said in words(answer)
