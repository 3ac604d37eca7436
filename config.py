"""Settings, read once from the environment (and `.env`); a missing or malformed one stops the start in one sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit


class SettingsError(Exception):
    """A setting is missing or malformed; the message names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the environment decides. Secrets are kept out of `repr`."""

    secret_key: str = field(repr=False)
    person_key: str = field(repr=False)
    public_url: str
    data_dir: Path
    database_url: str = field(repr=False)
    stripe_api_key: str | None = field(default=None, repr=False)
    stripe_webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    stripe_api_base: str | None = None
    ghost_url: str | None = None
    ghost_admin_key: str | None = field(default=None, repr=False)
    ghost_webhook_secret: str | None = field(default=None, repr=False)
    patreon_token: str | None = field(default=None, repr=False)
    patreon_webhook_secret: str | None = field(default=None, repr=False)
    patreon_api_base: str | None = None
    publish_to: str | None = None
    s3_endpoint: str | None = None
    aws_access_key_id: str | None = field(default=None, repr=False)
    aws_secret_access_key: str | None = field(default=None, repr=False)
    aws_region: str = "us-east-1"
    purge_urls: tuple[str, ...] = ()
    purge_method: str = "PURGE"
    purge_header: tuple[str, str] | None = field(default=None, repr=False)
    trusted_proxies: int = 0
    metrics_token: str | None = field(default=None, repr=False)
    web_processes: int = 1
    log_format: str = "text"
    clock_offset_seconds: int = 0
    port: int = 8000
    demo: bool = False
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = None
    alert_webhook_url: str | None = field(default=None, repr=False)
    person_key_version: str = "1"
    person_keys_old: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @classmethod
    def from_env(cls, environ: Mapping[str, str], *, demo: bool = False) -> Settings:
        """The settings of an environment. `demo`: whether CLOCK_OFFSET_SECONDS is allowed. Raises SettingsError."""
        data_dir = Path(environ.get("DATA_DIR") or "data").resolve()
        return cls(
            secret_key=_secret(environ, "SECRET_KEY"),
            person_key=_secret(environ, "PERSON_KEY"),
            public_url=_url(environ, "PUBLIC_URL").rstrip("/"),
            data_dir=data_dir,
            database_url=_database_url(environ, data_dir),
            stripe_api_key=_stripe_key(environ),
            stripe_webhook_secrets=tuple(
                s.strip() for s in environ.get("STRIPE_WEBHOOK_SECRETS", "").split(",") if s.strip()
            ),
            stripe_api_base=_url(environ, "STRIPE_API_BASE") if environ.get("STRIPE_API_BASE") else None,
            ghost_url=_ghost_url(environ),
            ghost_admin_key=_ghost_key(environ),
            ghost_webhook_secret=environ.get("GHOST_WEBHOOK_SECRET", "").strip() or None,
            patreon_token=environ.get("PATREON_TOKEN", "").strip() or None,
            patreon_webhook_secret=environ.get("PATREON_WEBHOOK_SECRET", "").strip() or None,
            patreon_api_base=_url(environ, "PATREON_API_BASE") if environ.get("PATREON_API_BASE") else None,
            publish_to=_publish_to(environ),
            s3_endpoint=_url(environ, "S3_ENDPOINT") if environ.get("S3_ENDPOINT") else None,
            aws_access_key_id=environ.get("AWS_ACCESS_KEY_ID", "").strip() or None,
            aws_secret_access_key=environ.get("AWS_SECRET_ACCESS_KEY", "").strip() or None,
            aws_region=environ.get("AWS_REGION", "").strip() or "us-east-1",
            purge_urls=_purge_urls(environ),
            purge_method=_one_of(environ, "PURGE_METHOD", ("PURGE", "POST")),
            purge_header=_purge_header(environ),
            trusted_proxies=_whole(environ, "TRUSTED_PROXIES", 0, 0, 10),
            metrics_token=environ.get("METRICS_TOKEN") or None,
            web_processes=_whole(environ, "WEB_PROCESSES", 1, 1, 64),
            log_format=_one_of(environ, "LOG_FORMAT", ("text", "json")),
            clock_offset_seconds=_clock_offset(environ, demo),
            port=_whole(environ, "PORT", 8000, 0, 65535),
            demo=demo,
            smtp_url=_smtp_url(environ),
            mail_from=_mail_from(environ),
            alert_webhook_url=_url(environ, "ALERT_WEBHOOK_URL") if environ.get("ALERT_WEBHOOK_URL") else None,
            person_key_version=(version := str(_whole(environ, "PERSON_KEY_VERSION", 1, 1, 999))),
            person_keys_old=_old_keys(environ, version),
        )


def _publish_to(environ: Mapping[str, str]) -> str | None:
    value = environ.get("PUBLISH_TO", "").strip()
    if value and not re.match(r"s3://[a-z0-9.-]{3,63}(/|$)", value) and not value.startswith("/"):
        raise SettingsError("PUBLISH_TO must be a folder from the root, like /srv/public, or s3://bucket/folder.")
    return value or None


def _purge_urls(environ: Mapping[str, str]) -> tuple[str, ...]:
    urls = [url.strip() for url in environ.get("PURGE_URLS", "").split(",") if url.strip()]
    return tuple(dict.fromkeys(_url({"PURGE_URLS": url}, "PURGE_URLS") for url in urls))


def _purge_header(environ: Mapping[str, str]) -> tuple[str, str] | None:
    value = environ.get("PURGE_HEADER", "").strip()
    found = re.fullmatch(r"([A-Za-z0-9-]+):[ \t]*([\x20-\x7e]+)", value)
    if value and found is None:
        raise SettingsError("PURGE_HEADER must be one header, like Fastly-Key: the-key.")
    return None if found is None else (found[1], found[2])


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise SettingsError(f"{name} is not set: put it into the environment or into .env (see README, Settings).")
    return value


def _secret(environ: Mapping[str, str], name: str) -> str:
    value = _required(environ, name)
    if len(value) < 32:
        raise SettingsError(f"{name} is too short: use at least 32 characters, like `openssl rand -hex 32` prints.")
    return value


def _url(environ: Mapping[str, str], name: str) -> str:
    value = _required(environ, name)
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"{name} must be an address like https://goal.example.org, not {value!r}.")
    return value


def _database_url(environ: Mapping[str, str], data_dir: Path) -> str:
    value = environ.get("DATABASE_URL", "").strip() or f"sqlite:///{data_dir / 'campaign.db'}"
    if not value.startswith(("sqlite:///", "postgresql://", "postgres://")):
        raise SettingsError("DATABASE_URL must begin with sqlite:/// or postgresql://.")
    return value


def _old_keys(environ: Mapping[str, str], newest: str) -> tuple[tuple[str, str], ...]:
    """Keys of addresses before PERSON_KEY, the newest first: `version:key`, separated by commas."""
    found: dict[str, str] = {}
    for part in filter(None, (p.strip() for p in environ.get("PERSON_KEYS_OLD", "").split(","))):
        version, _, key = part.partition(":")
        if not (version.isascii() and version.isdigit()) or len(key) < 32:
            raise SettingsError("PERSON_KEYS_OLD must be like 1:key or 2:key,1:key, each key at least 32 characters.")
        if version == newest or version in found:
            raise SettingsError(
                f"PERSON_KEYS_OLD names version {version} twice: a new PERSON_KEY needs a new PERSON_KEY_VERSION."
            )
        found[version] = key
    return tuple(sorted(found.items(), key=lambda item: -int(item[0])))


def _stripe_key(environ: Mapping[str, str]) -> str | None:
    value = environ.get("STRIPE_API_KEY", "").strip()
    if value and not re.match(r"(sk|rk)_(live|test)_", value):
        raise SettingsError(
            "STRIPE_API_KEY must be a secret or restricted key: rk_live_…, sk_live_…, rk_test_… or sk_test_…."
        )
    return value or None


def _smtp_url(environ: Mapping[str, str]) -> str | None:
    value = environ.get("SMTP_URL", "").strip()
    if not value:
        return None
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good:
        raise SettingsError("SMTP_URL must be an address like smtp://name:password@mail.example.org:587 or smtps://….")
    return value


def _mail_from(environ: Mapping[str, str]) -> str | None:
    value = environ.get("MAIL_FROM", "").strip()
    if environ.get("SMTP_URL", "").strip() and not value:
        raise SettingsError("MAIL_FROM is not set: with SMTP_URL, say from which address mail is sent.")
    if value and (not value.isprintable() or "@" not in parseaddr(value)[1].strip("@")):
        raise SettingsError("MAIL_FROM must be an address like news@example.org or Our News <news@example.org>.")
    return value or None


def _ghost_url(environ: Mapping[str, str]) -> str | None:
    if environ.get("GHOST_ADMIN_KEY", "").strip() and not environ.get("GHOST_URL", "").strip():
        raise SettingsError("GHOST_URL is not set: with GHOST_ADMIN_KEY, say at which address your Ghost site is run.")
    return _url(environ, "GHOST_URL").rstrip("/") if environ.get("GHOST_URL", "").strip() else None


def _ghost_key(environ: Mapping[str, str]) -> str | None:
    value = environ.get("GHOST_ADMIN_KEY", "").strip()
    if value and not re.fullmatch(r"[0-9a-f]{24}:[0-9a-f]{64}", value):
        raise SettingsError("GHOST_ADMIN_KEY must be an Admin API key: 24 letters and digits, a colon, and 64 more.")
    return value or None


def _whole(environ: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    value = environ.get(name, "").strip()
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise SettingsError(f"{name} must be a whole number from {least} to {most}, not {value!r}.")
    return int(value)


def _one_of(environ: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    value = environ.get(name, "").strip() or allowed[0]
    if value not in allowed:
        raise SettingsError(f"{name} must be one of {', '.join(allowed)}, not {value!r}.")
    return value


def _clock_offset(environ: Mapping[str, str], demo: bool) -> int:
    value = environ.get("CLOCK_OFFSET_SECONDS", "").strip() or "0"
    try:
        offset = int(value)
    except ValueError:
        raise SettingsError(f"CLOCK_OFFSET_SECONDS must be a whole number of seconds, not {value!r}.") from None
    if offset and not demo:
        raise SettingsError("CLOCK_OFFSET_SECONDS is for the demo and for tests only: take it out of the environment.")
    return offset
