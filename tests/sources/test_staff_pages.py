"""What staff see of every kind of source: its page stands, with what it sells and where it delivers to."""

from __future__ import annotations

from pathlib import Path

from tests.sources.line import Line
from tests.web.staff_room import StaffRoom


def test_the_page_of_a_source_shows_what_it_sells_and_how_it_stands(line: Line, tmp_path: Path) -> None:
    line.world.join("jane@example.org")
    line.take_in_all()
    line.sweep()
    room = StaffRoom(line.stand.db, tmp_path)
    room.now = line.stand.now()
    try:
        editor = room.signed_in()
        page = editor.text(f"/sources/{line.stand.source_id}")
        every = editor.text("/sources")
    finally:
        room.close()
    sold = {"stripe": "Membership", "ghost": "Gold", "patreon": "Gold"}.get(line.world.kind)
    if sold is not None:  # it is asked, so it was compared; others push or are brought in
        assert sold in page
        assert line.world.kind.title() in every
        for page_of_it in (page, every):
            assert "No difference." in page_of_it
    for figure in ("Members 1", "Waiting 0", "Failed 0"):
        assert figure in " ".join(every.split())
