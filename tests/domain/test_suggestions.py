"""Only what can be justified is suggested, and nothing that is decided."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from campaign.domain.suggestions import Evidence, Mark, Suggestion, suggest

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def amount(account: int, source: int, hours: float = 0, *, has_address: bool = False) -> Mark:
    return Mark(account, source, Evidence.AMOUNT, "4321 USD", has_address, NOON + timedelta(hours=hours))


def test_the_same_id_at_two_sources_is_a_reason_and_several_add_up() -> None:
    marks = [
        Mark(1, 1, Evidence.MEMBERSHIP, "sub_12345678"),
        Mark(2, 2, Evidence.MEMBERSHIP, "sub_12345678"),
        Mark(1, 1, Evidence.ACCOUNT, "cus_12345678"),
        Mark(2, 2, Evidence.ACCOUNT, "cus_12345678"),
        Mark(3, 3, Evidence.ACCOUNT, "cus_12345678"),
    ]
    found = suggest(marks, ())
    assert [(s.account, s.other) for s in found] == [(1, 2), (1, 3), (2, 3)]
    assert [evidence for evidence, _ in found[0].reasons] == [Evidence.MEMBERSHIP, Evidence.ACCOUNT]
    assert suggest(reversed(marks), ()) == found


def test_short_ids_and_those_of_one_source_say_nothing() -> None:
    assert suggest([Mark(1, 1, Evidence.ACCOUNT, "17"), Mark(2, 2, Evidence.ACCOUNT, "17")], ()) == ()
    assert (
        suggest([Mark(1, 1, Evidence.ACCOUNT, "cus_12345678"), Mark(2, 1, Evidence.ACCOUNT, "cus_12345678")], ()) == ()
    )


def test_one_amount_within_a_day_says_something_only_where_it_is_rare() -> None:
    pair = [amount(1, 1), amount(2, 2, 20, has_address=True)]
    assert suggest(pair, ()) == (Suggestion(1, 2, ((Evidence.AMOUNT, "4321 USD"),)),)
    assert suggest([*pair, amount(3, 2, 3)], ()) == ()
    assert suggest([*pair, amount(3, 1, 3)], ()) == ()
    assert suggest([amount(1, 1), amount(2, 2, 25)], ()) == ()
    assert suggest([amount(1, 1, has_address=True), amount(2, 2, has_address=True)], ()) == ()


def test_what_is_decided_is_not_asked_again() -> None:
    marks = [Mark(1, 1, Evidence.PAYMENT, "ch_12345678"), Mark(2, 2, Evidence.PAYMENT, "ch_12345678")]
    assert len(suggest(marks, ())) == 1
    assert suggest(marks, {frozenset((1, 2))}) == ()
