"""What the README tells people to type and to tick exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from campaign.cli import main
from campaign.ingest.stripe.events import EVENT_TYPES

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TYPED = sorted(set(re.findall(r"python -m campaign ([^`\n\\]*(?:\\\n[^`\n\\]*)*)", README)))


def test_the_events_to_send_are_those_that_lead_to_something() -> None:
    block = next(b for b in re.findall(r"```\n(.*?)```", README, re.DOTALL) if "customer.subscription.created" in b)
    assert set(block.split()) == {name for some in EVENT_TYPES for name in some}


@pytest.mark.parametrize("typed", TYPED)
def test_every_command_exists_with_its_options(typed: str) -> None:
    words = [word for word in shlex.split(typed.replace("\\\n", " "), comments=True) if word]
    command: click.Command = main
    while isinstance(command, click.Group) and words:
        assert words[0] in command.commands, typed
        command = command.commands[words.pop(0)]
    known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
    assert {word for word in words if word.startswith("--")} <= known, typed


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_what_it_links_to_is_there(path: str) -> None:
    assert (ROOT / path).exists()
