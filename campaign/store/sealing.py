"""What a source's owner entrusts to us, encrypted under SECRET_KEY."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from campaign.domain.errors import Invalid


@dataclass(frozen=True, slots=True)
class SourceSecrets:
    """The key we ask a source with, and the secrets its deliveries are signed with. Kept out of `repr`.

    `expiries`: until when a secret is taken that is being replaced; one that is not named there has no end.
    """

    api_key: str | None = field(default=None, repr=False)
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    expiries: Mapping[str, datetime] = field(default_factory=dict[str, datetime], repr=False)

    def rolled(self, secret: str, old_until: datetime) -> SourceSecrets:
        """With a new signing secret; those of before are taken until an instant."""
        expiries = {old: min(old_until, self.expiries.get(old, old_until)) for old in self.webhook_secrets}
        secrets = (secret, *(old for old in self.webhook_secrets if old != secret))
        return replace(self, webhook_secrets=secrets, expiries={k: v for k, v in expiries.items() if k != secret})

    def at(self, now: datetime) -> SourceSecrets:
        """Without the signing secrets that have run out."""
        left = tuple(s for s in self.webhook_secrets if s not in self.expiries or self.expiries[s] > now)
        return replace(self, webhook_secrets=left, expiries={s: self.expiries[s] for s in left if s in self.expiries})


def seal(secrets: SourceSecrets, secret_key: str) -> bytes:
    """The secrets, readable only with SECRET_KEY."""
    body: dict[str, Any] = {
        "api_key": secrets.api_key,
        "webhook_secrets": list(secrets.webhook_secrets),
        "expiries": {secret: until.timestamp() for secret, until in secrets.expiries.items()},
    }
    return _fernet(secret_key).encrypt(json.dumps(body).encode())


def unseal(sealed: bytes, secret_key: str) -> SourceSecrets:
    """The secrets of `seal`. Raises Invalid when SECRET_KEY is another one."""
    try:
        body = cast(dict[str, Any], json.loads(_fernet(secret_key).decrypt(sealed)))
    except InvalidToken as error:
        raise Invalid(
            "SECRET_KEY", "A source's secrets were sealed under another SECRET_KEY; enter them again."
        ) from error
    expiries = cast(dict[str, float], body.get("expiries") or {})
    return SourceSecrets(
        body["api_key"],
        tuple(cast(Sequence[str], body["webhook_secrets"])),
        {secret: datetime.fromtimestamp(until, UTC) for secret, until in expiries.items()},
    )


def seal_text(text: str, secret_key: str, purpose: str) -> bytes:
    """The text, readable only with SECRET_KEY and for the same purpose."""
    return _fernet(secret_key, purpose).encrypt(text.encode())


def unseal_text(sealed: bytes, secret_key: str, purpose: str) -> str:
    """The text of `seal_text`. Raises Invalid when SECRET_KEY is another one."""
    try:
        return _fernet(secret_key, purpose).decrypt(sealed).decode()
    except InvalidToken as error:
        raise Invalid("SECRET_KEY", "This was sealed under another SECRET_KEY.") from error


def _fernet(secret_key: str, purpose: str = "source secrets") -> Fernet:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
