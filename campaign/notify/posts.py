"""One message to a web address, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import requests

from campaign.notify.mail import NotSaid, PerhapsSaid

TIMEOUT_SECONDS = 10


def post(address: str, body: Mapping[str, Any], message_id: int) -> None:
    """The receiver has answered 2xx. Raises NotSaid, PerhapsSaid."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": f"outbox-{message_id}"}
    try:
        answer = requests.post(
            address,
            data=json.dumps(dict(body), ensure_ascii=False).encode(),
            headers=headers,
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
        )
    except requests.ConnectionError as error:
        raise NotSaid("the receiver can't be reached", is_final=False) from error
    except requests.Timeout as error:
        raise PerhapsSaid("the receiver did not answer in time") from error
    except requests.RequestException as error:
        raise NotSaid(f"it can't be posted: {type(error).__name__}", is_final=True) from error
    if answer.status_code == 429 or answer.status_code >= 500:
        raise NotSaid(f"the receiver answered {answer.status_code}", is_final=False)
    if not answer.ok or answer.is_redirect:
        raise NotSaid(f"the receiver answered {answer.status_code}", is_final=True)
