"""Where sources deliver: size and signature first, then custody, then the answer."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, jsonify, request

from campaign.domain.errors import DatabaseUnavailable, NotFound
from campaign.ingest.errors import TooLarge, Unverified
from campaign.ingest.kinds import KINDS
from campaign.ingest.receive import LARGEST_BODY, Receiver
from campaign.ingest.source_kind import Arrived, SourceKind
from campaign.runtime import Runtime
from campaign.store.sources import STRIPE


def blueprint(runtime: Runtime) -> Blueprint:
    """The addresses sources deliver to, of every kind."""
    bp = Blueprint("webhooks", __name__)
    receiver = Receiver(runtime.db, runtime.settings)
    for kind in KINDS.values():
        _add_door(bp, runtime, receiver, kind)
    return bp


def _add_door(bp: Blueprint, runtime: Runtime, receiver: Receiver, kind: SourceKind) -> None:
    offset = timedelta(seconds=runtime.settings.clock_offset_seconds)

    def receive(slug: str = kind.name, topic: str | None = None) -> Response:
        """200 once on disk, also for a repeat and for what is ignored; 503 when it must be sent again."""
        now = runtime.now()
        if topic is not None and topic not in kind.topics:
            return _refused(404, "There is no such event.")
        try:
            arrived = Arrived(_read_body(), dict(request.headers), topic)
            receipt = receiver.receive(kind.name, slug, arrived, now, real_now=now - offset)
        except TooLarge:
            return _refused(413, f"The body is over {LARGEST_BODY} bytes.")
        except Unverified as error:
            return _refused(kind.refused_status, f"Refused: {error}.")
        except NotFound:
            return _refused(404, "There is no such source.")
        except DatabaseUnavailable:
            return _refused(503, "It can't be kept now; send it again.")
        answer: dict[str, object] = {"kept": True, "repeat": receipt.repeat}
        return jsonify(answer if receipt.ignored is None else {**answer, "ignored": receipt.ignored})

    for path in _paths(kind):
        bp.add_url_rule(path, f"receive_{kind.name}", receive, methods=["POST"])


def _paths(kind: SourceKind) -> list[str]:
    """One address for all events of a source, or one for each; Stripe's first source needs no name."""
    door = f"/webhooks/{kind.name}"
    if kind.topics:
        return [f"{door}/<slug>/<topic>"]
    return [f"{door}/<slug>", *([door] if kind.name == STRIPE else [])]


def _read_body() -> bytes:
    """The whole body, whatever its declared length says; never more than the limit is read. Raises TooLarge."""
    if (request.content_length or 0) > LARGEST_BODY:
        raise TooLarge
    request.max_content_length = LARGEST_BODY + 2  # the limit below is reached first
    parts: list[bytes] = []
    left = LARGEST_BODY + 1
    while left and (part := request.stream.read(left)):
        parts.append(part)
        left -= len(part)
    if not left:
        raise TooLarge
    return b"".join(parts)


def _refused(status: int, detail: str) -> Response:
    answer = jsonify({"status": status, "detail": detail})
    answer.status_code = status
    answer.content_type = "application/problem+json"
    if status == 503:
        answer.headers["Retry-After"] = "5"
    return answer
