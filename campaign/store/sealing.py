"""What a source's owner entrusts to us, encrypted under SECRET_KEY."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from campaign.domain.errors import Invalid


@dataclass(frozen=True, slots=True)
class SourceSecrets:
    """The key we ask a source with, and the secrets its deliveries are signed with. Kept out of `repr`."""

    api_key: str | None = field(default=None, repr=False)
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)


def seal(secrets: SourceSecrets, secret_key: str) -> bytes:
    """The secrets, readable only with SECRET_KEY."""
    body = {"api_key": secrets.api_key, "webhook_secrets": list(secrets.webhook_secrets)}
    return _fernet(secret_key).encrypt(json.dumps(body).encode())


def unseal(sealed: bytes, secret_key: str) -> SourceSecrets:
    """The secrets of `seal`. Raises Invalid when SECRET_KEY is another one."""
    try:
        body = cast(dict[str, Any], json.loads(_fernet(secret_key).decrypt(sealed)))
    except InvalidToken as error:
        raise Invalid(
            "SECRET_KEY", "A source's secrets were sealed under another SECRET_KEY; enter them again."
        ) from error
    return SourceSecrets(body["api_key"], tuple(cast(Sequence[str], body["webhook_secrets"])))


def _fernet(secret_key: str) -> Fernet:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"source secrets").derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
