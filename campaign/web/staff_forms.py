"""The smaller forms of staff pages."""

from __future__ import annotations

from campaign.domain.staff import Role
from campaign.web import staff_fields as fields

ROLES = [
    (Role.VIEWER.value, "Viewer: sees everything here"),
    (Role.EDITOR.value, "Editor: also campaigns, words, adjustments"),
    (Role.ADMIN.value, "Admin: also people, sources, keys"),
]


class SignInForm(fields.Form):
    email = fields.text("E-mail", type="email", autocomplete="username", autofocus="")
    password = fields.password("Password")
    next = fields.hidden()


class WelcomeForm(fields.Form):
    email = fields.text("E-mail", required=False, type="email", autocomplete="username")
    name = fields.text("Your name", "Colleagues see it beside what you change.", autocomplete="name")
    password = fields.password("Password", "At least 12 characters; a few words in a row are fine.", new=True)


class PasswordForm(fields.Form):
    current = fields.password("Current password")
    password = fields.password("New password", "At least 12 characters; a few words in a row are fine.", new=True)


class InviteForm(fields.Form):
    email = fields.text("E-mail", type="email", autocomplete="off")
    role = fields.select("Role", ROLES)


class RoleForm(fields.Form):
    role = fields.select("Role", ROLES)


class AdjustForm(fields.Form):
    amount = fields.text("Change by", "With its sign: +12 or −3.", inputmode="text", autocomplete="off")
    reason = fields.long_text("Why", "Colleagues see it; readers too when you make it public.", longest=500)
    public = fields.check("Show it to readers", "Listed under corrections on the campaign’s page.")


class ReasonForm(fields.Form):
    reason = fields.long_text("Why", longest=500)


class HoldForm(fields.Form):
    until = fields.local_time("Until", "The number follows the ledger again by itself then.")
    reason = fields.text("Why", longest=300)


class AtForm(fields.Form):
    at = fields.local_time("Day and time", required=False)
