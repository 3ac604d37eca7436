"""What was measured, kept as rows; `python -m tests.proofs.figures` renders them into docs/measurements.md.

    record("first import", "25,000 subscriptions", {"seconds": 312.4, "API calls": 1_204}, command="make prove")

A figure is replaced by the next one of the same proof and name. Remarks in the page outside the marked part stay.
"""

from __future__ import annotations

import json
import os
import platform
import re
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "figures"
PAGE = ROOT / "docs" / "measurements.md"
BEGIN = "<!-- figures: written by `python -m tests.proofs.figures` -->"
END = "<!-- end of figures -->"
Value = str | int | float

EMPTY_PAGE = f"""# Measurements

What was measured, with the command that measures it again. The tables are written by `python -m tests.proofs.figures`
from what the last runs left in `build/figures`; the rest is written by hand and stays.

{BEGIN}
{END}
"""


@dataclass(frozen=True)
class Figure:
    proof: str
    name: str
    values: dict[str, Value]
    command: str
    date: str
    machine: str


def machine() -> str:
    """Cores, memory, processor and Python: what a figure depends on most."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    told = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    model = told.group(1) if told else platform.machine()
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, Python {platform.python_version()}"


def record(
    proof: str,
    name: str,
    values: Mapping[str, Value],
    *,
    command: str,
    date: str | None = None,
    folder: Path = FOLDER,
) -> Figure:
    """The figure is kept as a file of its own, in place of an earlier one of the same name."""
    figure = Figure(proof, name, dict(values), command, date or f"{datetime.now(UTC):%Y-%m-%d}", machine())
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{_file_name(proof)}--{_file_name(name)}.json"
    fresh = path.with_suffix(f".{os.getpid()}.new")
    fresh.write_text(json.dumps(asdict(figure), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    fresh.replace(path)
    return figure


def prove_command(file: str) -> str:
    """What runs the long forms of a module again."""
    return f"make prove ARGS={Path(file).relative_to(ROOT)}"


def load(folder: Path = FOLDER) -> list[Figure]:
    """Every figure that is kept, by proof and name."""
    found = [Figure(**json.loads(path.read_text(encoding="utf-8"))) for path in sorted(folder.glob("*.json"))]
    return sorted(found, key=lambda figure: (figure.proof, figure.name))


def tables(figures: list[Figure]) -> str:
    """A heading and a table for each proof."""
    parts: list[str] = []
    for proof in dict.fromkeys(figure.proof for figure in figures):
        rows = [figure for figure in figures if figure.proof == proof]
        parts.append(f"## {proof}\n")
        parts.append("| what | figures | command | date |\n|---|---|---|---|")
        parts += [f"| {f.name} | {_words(f.values)} | `{f.command}` | {f.date} |" for f in rows]
        parts.append(f"\nMachine: {'; '.join(dict.fromkeys(f.machine for f in rows))}.\n")
    return "\n".join(parts)


def render(figures: list[Figure], page: Path = PAGE) -> None:
    """The marked part of the page holds these figures; what is written around it stays."""
    text = page.read_text(encoding="utf-8") if page.exists() else EMPTY_PAGE
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(f"{before}{BEGIN}\n\n{tables(figures)}\n{END}{after}", encoding="utf-8")


def _file_name(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.casefold()).strip("-")


def _words(values: Mapping[str, Value]) -> str:
    return "; ".join(f"{name}: {_number(value)}" for name, value in values.items())


def _number(value: Value) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3g}" if abs(value) < 100 else f"{value:,.0f}"


if __name__ == "__main__":
    kept = load()
    render(kept)
    print(f"{len(kept)} figures in {PAGE.relative_to(ROOT)}")
    sys.exit(0 if kept else 1)
