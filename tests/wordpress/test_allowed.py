"""What the WordPress plugin lets through is what a fragment has; WordPress itself runs in `test_plugin`."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ROOT / "deploy" / "wordpress" / "member-goal" / "member-goal.php"
FRAGMENT = ROOT / "templates" / "banner" / "fragment.html"


def test_every_element_and_attribute_of_a_fragment_passes_the_plugin() -> None:
    allowed = PLUGIN.read_text().partition("function member_goal_allowed")[2].partition("function ")[0]
    data = re.search(r"foreach \(\[([^]]+)\]", allowed)
    assert data is not None
    names = {f"data-{name}" for name in re.findall(r"'([a-z-]+)'", data[1])} | set(
        re.findall(r"'([a-z-]+)' =>", allowed)
    )
    told = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->", " ", FRAGMENT.read_text(), flags=re.DOTALL)
    used = set(re.findall(r"<([a-z]+)", told))
    for tag in re.findall(r"<[a-z]+([^>]*)>", told):
        used |= set(re.findall(r"([a-z-]+)(?==|\s|$)", re.sub(r'"[^"]*"', "", tag)))
    assert {"section", "progress", "class", "data-until", "hidden"} <= used
    assert used - names == set()


@pytest.mark.skipif(shutil.which("php") is None, reason="there is no php here")
def test_the_plugin_is_php_that_can_be_read() -> None:
    done = subprocess.run(["php", "-l", str(PLUGIN)], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
