"""The house rules that no other tool checks."""

from __future__ import annotations

import ast
import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config import Settings

ROOT = Path(__file__).parent.parent
TOP_LEVEL = {
    *("campaign", "templates", "tests", "config.py", "wsgi.py", "requirements.txt", "requirements-dev.txt"),
    *("README.md", "CHANGELOG.md", "LICENSE", "Makefile", "pyproject.toml", "docs", "deploy"),
    *(".ci", ".editorconfig", ".env.example", ".gitignore"),
}
MACHINE_PATH = re.compile(r"(?<![\w.])/(work|farm|root)/[\w.]")
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")
MAX_MODULE_LINES = 300
MAX_FUNCTION_LINES = 45


def committed_files() -> list[Path]:
    """The files in git; outside of a checkout all files in the folders that belong to the project."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]
    folders = [ROOT / name for name in sorted(TOP_LEVEL) if (ROOT / name).exists()]
    found = [path for top in folders for path in (top.rglob("*") if top.is_dir() else [top])]
    return [path for path in found if path.is_file() and "__pycache__" not in path.parts]


def texts() -> dict[str, str]:
    found = {}
    for path in committed_files():
        try:
            found[str(path.relative_to(ROOT))] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
    return found


def product_modules() -> dict[str, str]:
    return {name: text for name, text in texts().items() if name.startswith("campaign/") and name.endswith(".py")}


def test_no_file_names_a_path_of_a_machine() -> None:
    assert [name for name, text in texts().items() if MACHINE_PATH.search(text)] == []


def test_the_top_level_is_the_agreed_one() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in committed_files()} - TOP_LEVEL == set()


def test_modules_are_short() -> None:
    lengths = {name: text.count("\n") for name, text in product_modules().items() if "/migrations/" not in name}
    assert {name: lines for name, lines in lengths.items() if lines >= MAX_MODULE_LINES} == {}


def test_functions_are_short() -> None:
    long = {
        f"{name}:{node.name}": lines
        for name, text in product_modules().items()
        if "/migrations/" not in name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > MAX_FUNCTION_LINES
    }
    assert long == {}


def test_nothing_is_marked_as_unfinished() -> None:
    assert [name for name, text in texts().items() if UNFINISHED.search(text)] == []


def test_names_of_modules_say_something() -> None:
    empty = re.compile(r"(utils?|helpers?|common|misc|managers?|handlers?)\.py$")
    assert [name for name in product_modules() if empty.match(name.rsplit("/", 1)[-1])] == []


def imported_modules(text: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def test_the_domain_imports_the_standard_library_only() -> None:
    ours = "campaign.domain"
    foreign = {
        f"{name} imports {module}"
        for name, text in product_modules().items()
        if name.startswith("campaign/domain/")
        for module in imported_modules(text)
        if module.split(".")[0] not in sys.stdlib_module_names and module != ours and not module.startswith(f"{ours}.")
    }
    assert foreign == set()


def test_the_readme_says_how_to_run_and_to_test() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make run" in readme
    assert "make test" in readme


def settings() -> set[str]:
    """The names of all settings; whether it is the demo is said by the command, not by the environment."""
    return {field.name.upper() for field in dataclasses.fields(Settings)} - {"DEMO"}


@pytest.mark.parametrize("document", ["README.md", ".env.example"])
def test_every_setting_is_documented(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    assert [name for name in sorted(settings()) if not re.search(rf"\b{name}\b", text)] == []


def test_the_example_names_no_setting_that_does_not_exist() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^#?([A-Z_0-9]+)=", text, re.MULTILINE)) - settings() == set()


@pytest.mark.parametrize("document", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_pinned(document: str) -> None:
    lines = (ROOT / document).read_text(encoding="utf-8").splitlines()
    required = [line for line in lines if line and not line.startswith(("#", "-r "))]
    assert [line for line in required if not re.fullmatch(r"[\w.-]+(\[\w+\])?==[\w.]+", line)] == []


def test_what_is_imported_is_required() -> None:
    required = (ROOT / "requirements.txt").read_text(encoding="utf-8").lower()
    known = {"argon2": "argon2-cffi", "dotenv": "python-dotenv", "flask_login": "flask-login", "flask_wtf": "flask-wtf"}
    known |= {"fontTools": "fonttools", "jwt": "pyjwt", "resvg_py": "resvg-py"}
    modules = {module.split(".")[0] for text in product_modules().values() for module in imported_modules(text)}
    foreign = modules - set(sys.stdlib_module_names) - {"campaign", "config", "wsgi"}
    assert [name for name in sorted(foreign) if f"\n{known.get(name, name)}" not in required] == []
