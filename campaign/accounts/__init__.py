"""Staff, sign-in, invites, roles; shows the audit log."""

from campaign.accounts.invites import first_admin_link as first_admin_link
from campaign.accounts.people import create_staff as create_staff
