"""Forms of sources: what is asked depends on their kind."""

from __future__ import annotations

from typing import Any

from campaign.dashboard.source_kinds import KindTold
from campaign.web import staff_fields as fields


class RenameForm(fields.Form):
    name = fields.text("Name", "Staff see it; readers too, under “Last checked”.", longest=120)


class KeyForm(fields.Form):
    api_key = fields.text(
        "New key", "It is tried before it is kept. It is stored encrypted and never shown again.", longest=300,
        autocomplete="off", spellcheck="false", autocapitalize="none",
    )  # fmt: skip


class SecretForm(fields.Form):
    webhook_secret = fields.text(
        "New signing secret", "As the source shows it at its webhook.", longest=200,
        autocomplete="off", spellcheck="false", autocapitalize="none",
    )  # fmt: skip
    old_hours = fields.whole(
        "Hours to take the old one", "Stripe asks the same when a secret is replaced there: give both the same time.",
        most=168, default=24,
    )  # fmt: skip


def add_form(told: KindTold) -> Any:
    """The form for a new source of a kind; what the kind does not need is hidden and empty."""
    secret: dict[str, Any] = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
    asked: dict[str, Any] = {
        "name": fields.text("Name", "What staff call it, and readers under “Last checked”.", longest=120),
        "slug": fields.text(
            "Short name", "Small letters, digits, dashes. Stands in the address deliveries go to; it stays.",
            longest=60, autocapitalize="none", spellcheck="false",
        ),
        "service_url": _text_or_nothing(
            told.needs_url, "Address of your site", "Like https://news.example.org", required=True, type="url"
        ),
        "account": _text_or_nothing(told.needs_account, "Number of the page", told.account_hint, required=False),
        "api_key": fields.text(told.key_label, told.key_hint, longest=300, **secret),
        "webhook_secret": fields.text("Signing secret", told.signing_hint, required=False, longest=200, **secret),
    }  # fmt: skip
    return type("AddSourceForm", (fields.Form,), asked)()


def _text_or_nothing(is_asked: bool, label: str, hint: str, *, required: bool, **attributes: Any) -> Any:
    if not is_asked:
        return fields.text(label, required=False)
    return fields.text(label, hint, required=required, longest=255, **attributes)
