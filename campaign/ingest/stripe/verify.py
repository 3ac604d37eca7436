"""Is this what Stripe signed, just now? Bytes first; nothing is parsed before the answer is yes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import cast

from stripe import SignatureVerificationError, WebhookSignature

from campaign.ingest.errors import Unverified

TOLERANCE_SECONDS = 300

_HEADER = re.compile(r"[\x20-\x7e]{1,4096}")
_verify_header = cast("Callable[[str, str, str, int], bool]", WebhookSignature.verify_header)  # type: ignore[reportUnknownMemberType]
_TIMESTAMP = re.compile(r"(?:^|,)t=([0-9]{1,12})(?:,|$)")


def verify(body: bytes, header: str | None, secrets: Sequence[str], real_now: datetime) -> None:
    """Returns when one of the secrets signed the body within 300 s of the real time. Raises Unverified.

    The library's own check refuses only old ones and raises other errors on odd bytes, so those are refused before.
    """
    if not header:
        raise Unverified("the Stripe-Signature header is missing")
    timestamp = _TIMESTAMP.search(header) if _HEADER.fullmatch(header) else None
    if timestamp is None:
        raise Unverified("the Stripe-Signature header can't be read")
    if int(timestamp[1]) > real_now.timestamp() + TOLERANCE_SECONDS:
        raise Unverified("the signature is from the future")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Unverified("the body is not UTF-8") from None
    if not any(_is_signed_with(text, header, secret) for secret in secrets):
        raise Unverified("no active secret made this signature within the last 5 minutes")


def _is_signed_with(text: str, header: str, secret: str) -> bool:
    try:
        return _verify_header(text, header, secret, TOLERANCE_SECONDS)
    except SignatureVerificationError:
        return False
