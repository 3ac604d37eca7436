"""What the README tells people to type and to tick exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from campaign.cli import main
from campaign.ingest.stripe.key import NEEDED, WRITES

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TYPED = sorted(set(re.findall(r"python -m campaign ([^`\n\\]*(?:\\\n[^`\n\\]*)*)", README)))


def test_the_permissions_it_names_are_those_that_a_key_is_tried_for() -> None:
    rows = dict(re.findall(r"^\| (read|write): (.*?) \|", README, re.MULTILINE))
    read = {words.removesuffix(": read") for _, words, _ in NEEDED}
    assert {name.strip() for name in rows["read"].split(",")} == read
    written = set(re.findall(r"^\| write: (.*?) \|", README, re.MULTILINE))
    assert written == {words.removesuffix(": write") for _, words, _, _ in WRITES}


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
