"""Where sources deliver: size and signature first, then custody, then the answer."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, jsonify, request

from campaign.domain.errors import DatabaseUnavailable, NotFound
from campaign.ingest.errors import TooLarge, Unverified
from campaign.ingest.receive import LARGEST_BODY, Receiver
from campaign.runtime import Runtime
from campaign.store.sources import FIRST_SLUG


def blueprint(runtime: Runtime) -> Blueprint:
    """The addresses sources deliver to."""
    bp = Blueprint("webhooks", __name__)
    receiver = Receiver(runtime.db, runtime.settings)
    offset = timedelta(seconds=runtime.settings.clock_offset_seconds)

    @bp.post("/webhooks/stripe")
    @bp.post("/webhooks/stripe/<slug>")
    def receive_stripe(slug: str = FIRST_SLUG) -> Response:
        """200 once on disk, also for a repeat and for what is ignored; 503 when it must be sent again."""
        now = runtime.now()
        try:
            body = _read_body()
            receipt = receiver.receive_stripe(
                slug, body, request.headers.get("Stripe-Signature"), now, real_now=now - offset
            )
        except TooLarge:
            return _refused(413, f"The body is over {LARGEST_BODY} bytes.")
        except Unverified as error:
            return _refused(400, f"Refused: {error}.")
        except NotFound:
            return _refused(404, "There is no such source.")
        except DatabaseUnavailable:
            return _refused(503, "It can't be kept now; send it again.")
        answer: dict[str, object] = {"kept": True, "repeat": receipt.repeat}
        return jsonify(answer if receipt.ignored is None else {**answer, "ignored": receipt.ignored})

    _ = receive_stripe
    return bp


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
