"""A whole installation at one address of its own: what readers and staff are shown, with something on every page."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext
from sqlalchemy import text
from werkzeug.serving import WSGIRequestHandler, make_server

from campaign.accounts import invites
from campaign.banner.publish import Publisher
from campaign.counting import adjust, edit
from campaign.domain.campaign import Campaign, EditorState, GoalKind, Join
from campaign.domain.display import Display
from campaign.domain.people import AddressHash
from campaign.domain.staff import Role
from campaign.domain.steps import Step
from campaign.ingest import sign_up_form
from campaign.ingest.addresses import hasher_of
from campaign.ingest.files import booking
from campaign.ingest.sign_up_form import Asked
from campaign.store.engine import Database
from tests.banner.newsroom import a_campaign
from tests.browser.article import article_path, with_article
from tests.counting.test_merge import tell
from tests.ledgers import add_source
from tests.web.staff_room import NOW, StaffRoom, Visitor, fields, open_room

LANGUAGES = ("en", "ar", "uk", "de")
MEMBERS = "Email,Member since,Paid until\nana@example.org,2026-02-01,2027-12-31\nnobody,2026-02-01,2027-12-31\n"
SIGN_IN = "/staff/sign-in"
ASKED_WITH = {"slug": "25k", "kind": "stripe"}
ASKED_WITH |= dict.fromkeys(("import_id", "hand_id", "entry_id", "person_id", "source_id"), "1")


@dataclass
class Installation:
    """Where it is, and the addresses of its pages."""

    address: str
    room: StaffRoom
    admin: Visitor
    readers: dict[str, str] = field(default_factory=dict)
    """Name of a surface to its path: pages that stand by themselves."""
    staff: list[str] = field(default_factory=list)
    """Every page of the staff's that is an answer to GET, by the application's own routes."""

    def at_the_desk(self, browser: Browser, **options: object) -> BrowserContext:
        """A browser that is signed in as an admin."""
        context = browser.new_context(**options)  # type: ignore[arg-type]
        context.add_cookies([{"name": "staff", "value": self.admin.session(), "url": f"{self.address}/staff/"}])
        return context


@contextmanager
def installed(db: Database, folder: Path) -> Iterator[Installation]:
    """It serves; a campaign for members in four languages and one for sign-ups are public."""
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True, request_handler=_Silent)
    address = f"http://127.0.0.1:{server.server_port}"
    with open_room(db, folder, public_url=address) as room:
        admin = room.signed_in(Role.ADMIN)
        looked_at = _fill(room, admin)
        Publisher(address, folder / "public").publish_due(db, room.now)
        room.app.extensions["shelf"].refresh()
        server.app = with_article(room.app, address)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield Installation(address, room, admin, _of_readers(room), _of_staff(room, preview_id=looked_at))
        server.shutdown()
        thread.join()
        server.server_close()


class _Silent(WSGIRequestHandler):
    def log(self, *words: object) -> None:
        return


def _fill(room: StaffRoom, admin: Visitor) -> str:
    """Campaigns, entries of several kinds, a list, a promise, two supporters; the number of an edit's preview."""
    with room.db.write() as session:
        add_source(session, NOW)
    form_settings = replace(room.runtime.settings, smtp_url="smtp://127.0.0.1:9", mail_from="news@example.org")
    sign_up_form.ensure_source(room.db, form_settings, NOW)
    steps = (Step(23_000, {"en": "A reporter in the harbour"}), Step(24_800, {"en": "A second one"}))
    # One browser looks at it more often than a reader would be shown it.
    seen = Display(most=0, thank_members=True)
    goal = a_campaign(languages=LANGUAGES, ladder=steps, join=Join(home_url="https://news.example.org/"), display=seen)
    campaign = edit.create(room.db, goal, "ana", "new", NOW)
    petition = a_campaign(slug="petition", name="A petition", kind=GoalKind.SIGNUPS, target=1_000)
    signs = edit.create(room.db, petition, "ana", "new", NOW)
    sign_up_form.ask(room.db, form_settings, signs, Asked("reader@example.org", "en", None, None), NOW)
    edit.create(room.db, _gifts(), "ana", "new", NOW)
    edit.create(room.db, a_campaign(slug="next", name="Next year", state=EditorState.DRAFT), "ana", "new", NOW)
    adjust.adjust(room.db, campaign.id, 24_612, "counted at the door", "ana", NOW - timedelta(days=3))
    adjust.adjust(room.db, campaign.id, -12, "counted twice", "ana", NOW, public=True)
    for name in ("jane", "john"):
        tell(room.db, 1, f"cus_{name}", _hashed(room, f"{name}@example.org"))
    told = {"exported_at": "2026-11-20T10:00", "source": "new", "name": "Old table", "zone": "Europe/Kyiv"}
    told |= dict.fromkeys(("what", "campaign", "date_order", "decimals", "currency"), "")
    admin.post("/lists/new", file=(io.BytesIO(MEMBERS.encode()), "members.csv"), **told)
    booking.run_due(room.db, lambda: room.now)
    given = dict.fromkeys(("address", "amount", "currency", "campaign", "starts_at", "ends_at", "received_at"), "")
    admin.post("/by-hand/enter", page="/by-hand", what="member", note="cash at the fair", **given)
    form = fields(admin.get("/campaigns/25k/edit")) | {"grace_days": "30", "reason": "longer grace"}
    looked_at = admin.post("/campaigns/25k/edit", **form)
    room.count()
    return looked_at.headers["Location"].rpartition("/")[2]


def _gifts() -> Campaign:
    join = Join(source_id=1, give_amounts=(500, 2_000), give_free=True, give_currency="EUR", privacy="No cookie.")
    return a_campaign(slug="boat", name="A boat", kind=GoalKind.AMOUNT, target=2_000_000, currency="EUR", join=join)


def _hashed(room: StaffRoom, address: str) -> AddressHash:
    found = hasher_of(room.runtime.settings)(address)
    assert found is not None
    return found


def _of_readers(room: StaffRoom) -> dict[str, str]:
    with room.db.read() as session:
        key = session.execute(text("SELECT key FROM sign_up")).scalar_one()
    confirm = sign_up_form.link(room.runtime.settings, "petition", key, sign_up_form.CONFIRM)
    return {
        "article": article_path(),
        "article, right to left": article_path(lang="ar"),
        "article, one line": article_path(look="thin"),
        "article, bold": article_path(skin="bold"),
        "article, plain": article_path(skin="plain"),
        "article, at the lower edge": article_path(look="bottom"),
        "article, of a member": article_path(member="1"),
        "article, one line, of a member": article_path(member="1", look="thin"),
        "article, empty element": article_path(inside="nothing"),
        "campaign page": "/g/25k/",
        "campaign page, right to left": "/g/25k/ar/",
        "sign-up": "/g/petition/",
        "sign-up sent": "/g/petition/sign-up/sent",
        "thanks": "/g/25k/thanks",
        "thanks, right to left": "/g/25k/thanks?lang=ar",
        "sign-up, by the link of the mail": confirm.removeprefix(room.runtime.settings.public_url),
        "giving": "/g/boat/",
        "joining that is closed": f"/g/25k/join?t={'0a' * 12}",
        "frame": article_path(inside="frame"),
        "frame, one line": article_path(inside="frame", look="thin"),
        "frame, right to left": article_path(inside="frame", lang="ar"),
        "big screen": "/g/25k/screen.en.html",
        "big screen, right to left": "/g/25k/screen.ar.html",
        "nothing here": "/g/nobody/",
        "sign-in of staff": SIGN_IN,
    }


def _of_staff(room: StaffRoom, **known: str) -> list[str]:
    link = invites.invite(
        room.db, "new@example.org", Role.EDITOR, now=room.now, actor="ana", public_url="http://localhost"
    ).url
    known |= ASKED_WITH | {"token": link.rpartition("/")[2]}
    with room.app.test_request_context("/"):
        adapter = room.app.create_url_adapter(None) or room.app.url_map.bind("localhost")
        rules = [one for one in room.app.url_map.iter_rules() if one.endpoint.startswith("staff.")]
        pages = [
            one for one in rules if "GET" in (one.methods or ()) and not one.rule.endswith((".csv", ".json", ".zip"))
        ]
        paths = [adapter.build(one.endpoint, {name: known[name] for name in one.arguments}) for one in pages]
    return [path for path in paths if path != SIGN_IN] + ["/staff/campaigns/none"]
