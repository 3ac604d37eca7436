"""What staff read of comparisons with a source."""

from __future__ import annotations

from campaign.dashboard.sweep_words import counted, sweep_words


def test_a_sweep_without_a_difference_says_so() -> None:
    said = sweep_words(
        "sweep", {"seen": {"subscription": 2700, "charge": 1}, "unknown": {}, "different": {}, "named": []}
    )
    assert said.looked_at == "Looked at 2,700 memberships, 1 payment."
    assert said.found == "No difference."
    assert not said.has_difference


def test_a_sweep_says_what_was_unknown_and_what_was_different() -> None:
    report = {"seen": {"member": 9}, "unknown": {"member": 1}, "different": {"member": 2}, "named": ["member a"]}
    said = sweep_words("sweep", report)
    assert said.found == "Not known here: 1 member; different here: 2 members. Asked for again, and put right."
    assert said.named == ("member a",)
    assert said.has_difference


def test_a_listing_says_how_many_events_were_never_delivered() -> None:
    assert sweep_words("listing", {"events": 3, "never_delivered": 0}).found == "All had been delivered."
    assert sweep_words("listing", {"events": 3, "never_delivered": 1}).found == "1 was never delivered; taken in now."
    assert sweep_words("listing", {"events": 3, "never_delivered": 2}).has_difference


def test_an_import_says_what_it_took_in_and_one_without_a_report_says_nothing() -> None:
    assert sweep_words("import", {"seen": {"price": 3, "refund": 0}}).looked_at == "Taken in: 3 prices."
    for kind in ("import", "sweep", "listing"):
        said = sweep_words(kind, {})
        assert (said.looked_at, said.found) == ("", "")


def test_a_kind_without_words_is_named_as_it_is() -> None:
    assert counted({"payment_link": 2}) == "2 payment link"
