"""Patreon: its words stay in here; what leaves are facts."""
