"""A page at a Ghost site says the published words: over HTTP, with the site's cache counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from campaign.banner.found import look
from campaign.banner.publish import Publisher
from campaign.counting import adjust
from campaign.dashboard import ghost_page as staff_side
from campaign.domain.campaign import Campaign, EditorState
from campaign.domain.display import Display
from campaign.domain.errors import Invalid
from campaign.domain.staff import Role
from campaign.jobs.schedule import push_to_ghost
from campaign.notify.alarms import raise_alarms, standing
from campaign.runtime import Runtime
from campaign.store import audit, campaigns, ghost_pages, publications, sources
from campaign.store.engine import Database, open_database
from campaign.store.sealing import SourceSecrets
from tests.banner.newsroom import a_campaign
from tests.ingest.stand import settings_for
from tests.sources.ghost_world import KEY_ID, GhostWorld
from tests.web.staff_room import NOW, StaffRoom

SLUG = "member-goal-25k"


class Site:
    """A campaign, its publisher, and a Ghost site whose page is written by the job."""

    def __init__(self, db: Database, folder: Path, ghost: GhostWorld, *languages: str) -> None:
        self.db, self.folder, self.ghost, self.now = db, folder, ghost, NOW
        self.pages = ghost.pages
        self.settings = settings_for(folder, **ghost.settings())
        self.source_id = ghost.set_up(db, self.settings)
        self.publisher = Publisher(self.settings.public_url, folder / "public")
        self.campaign = self.add(a_campaign(languages=languages))
        self.number = 0
        self.join(24_613)

    def add(self, campaign: Campaign) -> Campaign:
        with self.db.write() as session:
            return campaigns.create(session, campaign, "editor", "new", self.now)

    def join(self, number: int, campaign: Campaign | None = None) -> None:
        adjust.adjust(self.db, (campaign or self.campaign).id, number, "joined", "ana", self.now)

    def want(self, *, on: bool = True, language: str = "en", campaign: Campaign | None = None) -> None:
        wanted = (campaign or self.campaign, self.source_id, language)
        staff_side.want(self.db, *wanted, is_on=on, actor="ana", now=self.now)

    def edit(self, **values: object) -> None:
        with self.db.write() as session:
            before = campaigns.load(session, self.campaign.id)
            campaigns.save(session, replace(before, **values), "editor", "why", self.now)  # type: ignore[arg-type]

    def after(self, minutes: float = 1) -> str | None:
        """Some time later what is due is published, and the job has run once."""
        self.now += timedelta(minutes=minutes)
        self.publisher.publish_due(self.db, self.now)
        return self.work()

    def wait(self, minutes: int) -> None:
        """The job has run once a minute; nothing is published meanwhile."""
        for _ in range(minutes):
            self.now += timedelta(minutes=1)
            self.work()

    def work(self) -> str | None:
        return push_to_ghost(Runtime(self.settings, self.db, lambda: self.now))

    def alarms(self) -> list[str]:
        raise_alarms(self.db, self.settings, self.now)
        return [alarm.text for alarm in standing(self.db) if alarm.key.startswith("ghost")]

    @property
    def page(self) -> ghost_pages.GhostPage:
        with self.db.read() as session:
            found = ghost_pages.of_campaign(session, self.campaign.id)
        assert found is not None
        return found

    @property
    def printed(self) -> str:
        return self.pages.printed(SLUG)

    @property
    def headline(self) -> str:
        found = re.search(r'class="mg-headline">([^<]+)<', self.printed)
        return unescape(found[1]) if found else ""

    @property
    def key(self) -> str:
        (key,) = self.pages.kept
        return key


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path, ghost: GhostWorld) -> Iterator[Site]:
    """On SQLite alone; what is kept and read is tried on both databases by the tests of `bilingual`."""
    db = open_database(sqlite_url)
    yield Site(db, tmp_path, ghost, "en")
    db.dispose()


@pytest.fixture
def bilingual(db: Database, tmp_path: Path, ghost: GhostWorld) -> Site:
    return Site(db, tmp_path, ghost, "en", "uk")


def test_the_page_says_the_published_fragment_word_for_word(bilingual: Site) -> None:
    site = bilingual
    site.want(language="uk")
    assert site.after() == "1 written"
    with site.db.read() as session:
        published = publications.body_at(session, "/g/25k.uk.html")
    assert published is not None
    assert site.printed == published.decode()
    assert "24\xa0613" in site.headline
    kept = site.pages.kept[site.key]
    assert (kept["title"], kept["canonical_url"]) == ("25,000 members", "http://127.0.0.1/g/25k/")
    assert kept["html"].startswith("<!--kg-card-begin: html-->"), "Ghost would take it apart"
    assert "<script" not in site.printed
    assert not re.search(r"days? left|today|tomorrow|дн", site.headline), "absolute dates only"


def test_the_check_finds_what_the_theme_prints(site: Site) -> None:
    site.want()
    site.after()
    style = '<link rel="stylesheet" href="http://127.0.0.1/mg.css">'
    found = look(f"<html><body>{style}{site.printed}</body></html>", "25k", "http://127.0.0.1")
    assert found.works
    (said,) = found.words
    assert f"“{site.headline}” (As of Nov 22, 2026, 2:35" in said


def test_a_page_that_can_not_be_written_for_an_hour_is_an_alarm(site: Site) -> None:
    site.want()
    site.ghost.behave(outage=True)
    site.after()
    site.wait(59)
    assert site.alarms() == []
    site.wait(2)
    (said,) = site.alarms()
    assert "page of “25,000 members” at Ghost can’t be written since 2026-11-22 12:35 UTC: Ghost failed (503)." in said
    site.ghost.behave()
    site.wait(5)
    assert site.alarms() == []


def test_what_is_no_longer_wanted_is_no_trouble(site: Site) -> None:
    site.pages.refuses = [422]
    site.want()
    site.after()
    assert site.page.problem
    site.edit(state=EditorState.ARCHIVED)
    site.after()
    assert (site.page.problem, site.page.failing_since) == ("", None)


def test_nothing_is_written_while_the_words_stay(site: Site) -> None:
    site.want()
    site.after()
    for _ in range(4):
        site.wait(14)
        site.after()
    assert (site.pages.writes, site.pages.purges) == (1, 1)
    assert site.ghost.asked.count(f"/ghost/api/admin/pages/{site.key}/") == 4, "looked at each quarter of an hour"


def test_the_cache_is_emptied_at_most_once_in_fifteen_minutes(site: Site) -> None:
    site.want()
    purged: list[int] = []
    for minute in range(0, 66, 3):
        site.join(1)
        before = site.pages.purges
        site.after(3)
        purged += [minute] * (site.pages.purges - before)
        site.now += timedelta(seconds=1)
    assert purged == [0, 15, 30, 45, 60]
    assert "24,634" in site.headline


def test_two_campaigns_at_one_site_take_turns(site: Site) -> None:
    second = site.add(a_campaign(slug="drive", name="Drive"))
    site.want()
    site.want(campaign=second)
    for quarter in range(4):
        site.join(1)
        site.join(1, second)
        site.after()
        site.wait(14)
        assert site.pages.purges == quarter + 1
    assert site.headline
    assert site.pages.printed("member-goal-drive")


def test_somebody_who_saves_the_page_meanwhile_is_read_again(site: Site) -> None:
    site.want()
    site.after()
    site.join(100)
    site.pages.meanwhile = [{"title": "Our goal"}]
    assert site.after(15) == "1 written"
    assert "24,713" in site.headline
    assert site.pages.kept[site.key]["title"] == "Our goal", "what others changed beside the words stays"
    site.join(100)
    site.pages.meanwhile = [{"title": "Goal"}, {"title": "Goals"}]
    site.after(15)
    assert "editing the page" in site.page.problem
    site.after()
    assert "24,713" in site.headline
    site.after(5)
    assert ("24,813" in site.headline, site.page.problem) == (True, "")


def test_a_page_that_was_deleted_is_made_again(site: Site) -> None:
    site.want()
    site.after()
    site.pages.kept.clear()
    site.after(15)
    assert site.printed == ""
    site.after()
    assert "24,613" in site.headline
    site.pages.kept.clear()
    site.join(1)
    site.after(15)
    assert "24,614" in site.headline


def test_who_unpublishes_the_page_in_ghost_is_not_overruled(site: Site) -> None:
    site.want()
    site.after()
    site.pages.change(site.key, status="draft")
    site.join(1)
    site.after()
    site.wait(20)
    assert "somebody unpublished the page" in site.page.problem
    assert site.printed == ""
    site.want()
    site.after()
    assert "24,614" in site.headline


def test_a_page_of_the_newsrooms_own_is_left_alone(site: Site) -> None:
    site.pages.kept["ab"] = {"id": "ab", "slug": SLUG, "status": "published", "html": "<p>Ours</p>"}
    site.want()
    assert site.after() == "1 failed: see “Kits”"
    assert "another page named member-goal-25k" in site.page.problem
    assert site.printed == "<p>Ours</p>"


def test_a_post_that_has_the_address_already_is_told(site: Site) -> None:
    """Ghost would give the page another one, and the theme would print nothing."""
    site.ghost.post_slug = SLUG
    site.want()
    site.after()
    assert "another post named member-goal-25k" in site.page.problem
    assert site.pages.writes == 0
    site.ghost.post_slug = "renamed"
    site.after(5)
    assert site.headline


@pytest.mark.parametrize("how", ["off", "archived", "hidden", "language"])
def test_words_are_taken_back_at_once_and_come_again_later(bilingual: Site, how: str) -> None:
    site = bilingual
    site.want(language="uk" if how == "language" else "en")
    site.after()
    assert site.headline
    if how == "off":
        site.want(on=False)
    elif how == "hidden":
        site.edit(display=Display(off=True))
    elif how == "language":
        site.edit(languages=("en",))
    else:
        site.edit(state=EditorState.ARCHIVED)
    assert site.after() == "1 taken back"
    assert site.printed == ""
    assert site.pages.kept[site.key]["status"] == "draft"
    site.wait(20)
    assert site.pages.purges == 2, "nothing more is written"
    site.edit(display=Display(), languages=("en", "uk"), state=EditorState.PUBLIC)
    site.want()
    site.after()
    assert "24,613" in site.headline


@pytest.mark.parametrize(
    "how", [{"state": EditorState.DRAFT}, {"state": EditorState.ARCHIVED}, {"display": Display(off=True)}]
)
def test_nothing_is_written_of_what_readers_do_not_see(site: Site, how: dict[str, object]) -> None:
    hidden = site.add(a_campaign(slug="hidden", **how))
    site.join(100, hidden)
    site.want(campaign=hidden)
    for _ in range(3):
        assert site.after() is None
    assert site.ghost.asked == []


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_an_answer_that_was_lost_counts_as_a_writing(site: Site, status: int) -> None:
    site.pages.loses = [status]
    site.want()
    assert site.after() == "1 failed: see “Kits”"
    assert site.page.problem == f"Ghost failed ({status})"
    site.wait(14)
    assert site.pages.writes == 1
    site.after()
    assert (site.pages.writes, len(site.pages.kept), site.page.problem) == (2, 1, ""), "found by its name"


def test_what_may_stand_after_a_lost_answer_is_taken_back(site: Site) -> None:
    site.pages.loses = [502]
    site.want()
    site.after()
    assert site.headline
    site.want(on=False)
    site.after()
    assert site.printed == ""


@pytest.mark.parametrize(
    ("status", "told"), [(401, "refuses our key"), (403, "refuses our key"), (422, "what we asked")]
)
def test_what_is_refused_was_not_written_and_is_tried_again_soon(site: Site, status: int, told: str) -> None:
    site.want()
    site.after()
    site.join(1)
    site.pages.refuses = [status]
    site.after(15)
    assert told in site.page.problem
    site.after(5)
    assert "24,614" in site.headline


def test_while_ghost_is_down_nothing_is_lost(site: Site) -> None:
    site.want()
    site.ghost.behave(outage=True)
    site.after()
    site.wait(11)
    assert site.page.problem == "Ghost failed (503)"
    assert len(site.ghost.asked) == 3, "every five minutes"
    site.ghost.behave()
    site.after(5)
    assert site.headline
    site.want(on=False)
    site.ghost.behave(outage=True)
    site.after()
    site.ghost.behave()
    site.after(5)
    assert site.printed == ""


def test_another_address_that_answers_404_to_everything_is_no_page_taken_back(site: Site) -> None:
    site.want()
    site.after()
    answer = site.ghost.respond
    site.ghost.respond = lambda path, asked, headers: (404, {})  # type: ignore[method-assign]
    site.want(on=False)
    site.after()
    assert "there is no Ghost at the address" in site.page.problem
    site.ghost.respond = answer  # type: ignore[method-assign]
    site.after(5)
    assert site.printed == ""


def test_a_site_that_is_out_of_use_or_has_another_key_is_told_to_staff(site: Site) -> None:
    wrong = SourceSecrets(f"{KEY_ID}:{'cd' * 32}")
    with site.db.write() as session:
        added = {"kind": "ghost", "service_url": site.ghost.address}
        site.source_id = sources.add(session, "second", "Second", wrong, site.settings, site.now, **added).id
    site.want()
    site.after()
    assert site.page.problem == "Ghost refuses our key (401)"
    with site.db.write() as session:
        sources.change(session, site.source_id, enabled=False)
    site.after(5)
    assert site.page.problem == "Second is out of use, so nothing is written there"
    assert site.pages.writes == 0


def test_another_site_is_chosen_only_once_the_first_says_nothing(site: Site) -> None:
    site.want()
    site.after()
    with site.db.write() as session:
        added = {"kind": "ghost", "service_url": site.ghost.address}
        other = sources.add(
            session, "second", "Second", SourceSecrets(f"{KEY_ID}:{'cd' * 32}"), site.settings, site.now, **added
        ).id
    how = {"is_on": True, "actor": "ana", "now": site.now}
    with pytest.raises(Invalid, match="switch the page off first"):
        staff_side.want(site.db, site.campaign, other, "en", **how)
    with pytest.raises(Invalid, match="languages"):
        staff_side.want(site.db, site.campaign, site.source_id, "de", **how)
    with pytest.raises(Invalid, match="Choose your Ghost site"):
        staff_side.want(site.db, site.campaign, 99, "en", **how)
    site.want(on=False)
    site.after()
    staff_side.want(site.db, site.campaign, other, "en", **how)
    assert (site.page.source_id, site.page.page_key) == (other, None)


def test_staff_switch_it_on_and_see_how_it_stands(site: Site, tmp_path: Path) -> None:
    room = StaffRoom(site.db, tmp_path)
    room.now = site.now
    try:
        editor = room.signed_in(Role.EDITOR)
        page = editor.get("/campaigns/25k/kits").text
        assert "{{#get &#34;pages&#34; filter=&#34;slug:member-goal-25k&#34;}}" in page
        sent = {"source": str(site.source_id), "language": "en"}
        answer = editor.post("/campaigns/25k/kits/ghost", "/campaigns/25k/kits", is_on="y", **sent)
        assert "within about a minute" in editor.follow(answer).text
        site.ghost.behave(outage=True)
        site.after()
        assert "It did not work: Ghost failed (503)" in editor.text("/campaigns/25k/kits")
        site.ghost.behave()
        site.after(5)
        assert "The words stand in your site" in editor.text("/campaigns/25k/kits")
        editor.post("/campaigns/25k/kits/ghost", "/campaigns/25k/kits", **sent)
        assert "It is being taken back" in editor.text("/campaigns/25k/kits")
        site.after()
        assert site.printed == ""
        with site.db.read() as session:
            said = [line.details for line in audit.lines(session, 10) if line.action == "ghost_page.change"]
        assert [one["on"] for one in said] == [False, True]
        refused = room.signed_in(Role.VIEWER).post("/campaigns/25k/kits/ghost", "/account", **sent)
        assert refused.status_code == 403
    finally:
        room.close()
