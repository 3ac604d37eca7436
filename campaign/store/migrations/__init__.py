"""Dated migrations, named by verb; each works with the previous release."""
