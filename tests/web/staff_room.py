"""A browser for tests of staff pages: it keeps cookies, and takes each form's token from the page the form is on."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import flask
from flask import Flask
from werkzeug.test import TestResponse

from campaign.accounts.passwords import hash_password
from campaign.accounts.people import new_session_key
from campaign.counting import previews, recounts
from campaign.domain.staff import Role, Staff
from campaign.runtime import Runtime
from campaign.store import staff
from campaign.store.engine import Database
from campaign.web import staff_sessions
from config import Settings
from tests.an_app import an_app

NOW = datetime(2026, 11, 22, 12, 34, 5, tzinfo=UTC)
PASSWORD = "four herons over a quay"


class StaffRoom:
    """The app over a real database, at a time that the test sets."""

    def __init__(self, db: Database, folder: Path, public_url: str = "http://localhost") -> None:
        self.db = db
        self.now = NOW
        settings = Settings(
            secret_key="s" * 32, person_key="p" * 32, public_url=public_url, data_dir=folder, database_url="sqlite:///x"
        )  # fmt: skip
        self.runtime = Runtime(settings, db, lambda: self.now)
        self.app: Flask = an_app(self.runtime)

    def close(self) -> None:
        self.app.extensions["shelf"].stop()

    def count(self) -> None:
        """The jobs process has worked out previews and booked what edits asked for."""
        previews.run_due(self.db, self.now)
        recounts.run_due(self.db, self.now)

    def hire(self, role: Role = Role.ADMIN, email: str = "") -> str:
        """Somebody of this role is on the staff, with PASSWORD; their address."""
        return self._hired(role, email).email

    def _hired(self, role: Role, email: str) -> Staff:
        with self.db.write() as session:
            return staff.add(
                session,
                email=email or f"{role.value}@example.org",
                name=role.value.title(),
                password_hash=_hash(),
                role=role,
                session_key=new_session_key(),
                now=self.now,
            )

    def visitor(self) -> Visitor:
        return Visitor(self)

    def signed_in(self, role: Role = Role.ADMIN) -> Visitor:
        """A new person of this role, signed in by the cookie that signing in would have given them."""
        visitor = Visitor(self)
        visitor.carry_session(self._hired(role, ""))
        return visitor


@functools.cache
def _hash() -> str:
    return hash_password(PASSWORD)


class Visitor:
    """One browser."""

    def __init__(self, room: StaffRoom) -> None:
        self._room = room
        self._client = room.app.test_client()

    def carry_session(self, person: Staff) -> None:
        """The browser has this person's session."""
        with self._room.app.test_request_context("/staff/"):
            staff_sessions.start(self._room.runtime, person)
            started = dict(flask.session)
        with self._client.session_transaction("/staff/") as session:
            session.update(started)
            session.permanent = True

    def get(self, path: str) -> TestResponse:
        return self._client.get(f"/staff{path}")

    def follow(self, answer: TestResponse) -> TestResponse:
        """Where an answer leads."""
        return self._client.get(answer.headers["Location"])

    def text(self, path: str) -> str:
        """The words of a page that must be there, without its markup."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return words(answer)

    def post(self, path: str, page: str | None = None, **values: Any) -> TestResponse:
        """Send a form with the token of a page (by default the one at the same address)."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(page or path).text)
        token = found[1] if found else ""
        return self._client.post(f"/staff{path}", data={"csrf_token": token, **values})

    def bare_post(self, path: str, **values: Any) -> TestResponse:
        """Send a form without a token."""
        return self._client.post(f"/staff{path}", data=values)

    def post_bytes(self, path: str, body: bytes, content_type: str) -> TestResponse:
        """Send a body as it is."""
        return self._client.post(f"/staff{path}", data=body, content_type=content_type)

    def sign_in(self, email: str, password: str = PASSWORD, **values: str) -> TestResponse:
        return self.post("/sign-in", email=email, password=password, **values)

    def session(self) -> str:
        """What the browser's cookie says."""
        cookie = self._client.get_cookie("staff", path="/staff")
        return cookie.value if cookie else ""

    def cookie(self) -> str:
        return str(self._client.get_cookie("staff", path="/staff"))


def words(answer: TestResponse) -> str:
    """What a page says, without markup."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", answer.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def fields(answer: TestResponse) -> dict[str, str]:
    """What the main form of a page would send if nothing were typed."""
    page = answer.text
    form = max(re.findall(r"<form\b.*?</form>", page, re.DOTALL), key=len)
    sent: dict[str, str] = {}
    for tag in re.findall(r"<input\b[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        is_box = 'type="checkbox"' in tag
        if name and "disabled" not in tag and (not is_box or "checked" in tag):
            sent[name[1]] = unescape(value[1]) if value else ""
    for name, body in re.findall(r'<select\b[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option selected[^>]* value="([^"]*)"', body)
        first = re.search(r'<option[^>]* value="([^"]*)"', body)
        sent[name] = unescape((chosen or first)[1]) if chosen or first else ""
    return sent


@contextmanager
def open_room(db: Database, folder: Path, **values: str) -> Iterator[StaffRoom]:
    room = StaffRoom(db, folder, **values)
    try:
        yield room
    finally:
        room.close()
