"""`make bench`: each of the product's hot paths beside its reference, in one run, as a table and as JSON."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.benchmarks import live, report, sizes, webhook
from tests.benchmarks.cores import CORES
from tests.benchmarks.newsroom import open_newsroom
from tests.benchmarks.runs import RUNS
from tests.proofs.figures import machine

BUILD = Path(__file__).parents[2] / "build"


def measure(folder: Path, seconds: float, number: int) -> dict[str, Any]:
    """All results, from an installation made in the folder: `number` runs of so many seconds against each server."""
    data = folder / "installation"
    data.mkdir(parents=True)
    newsroom = open_newsroom(data)
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "seconds": seconds,
        "runs": number,
        "cores": "one for the server, the others for the load" if CORES.apart else "as the system chooses",
        "sizes": sizes.measure(newsroom),
        "live": live.measure(newsroom, folder, seconds, number),
        "webhook": webhook.measure(newsroom, folder, seconds, number),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, default=BUILD / "benchmarks.json", help="where the results go as JSON")
    parser.add_argument("--seconds", type=float, default=3.0, help="length of one run (%(default)s)")
    parser.add_argument("--runs", type=int, default=RUNS, help="runs of each server (%(default)s)")
    parser.add_argument("--folder", type=Path, default=BUILD, help="the disk that is measured (%(default)s)")
    parser.add_argument("--unpinned", action="store_true", help="let the system choose who runs on which core")
    asked = parser.parse_args(arguments)
    CORES.apart = CORES.apart and not asked.unpinned
    asked.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=asked.folder) as folder:
        results = measure(Path(folder), asked.seconds, asked.runs)
    print("\n".join(report.lines(results)))
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    asked.json.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    report.record(results, "python -m tests.benchmarks --unpinned" if asked.unpinned else "make bench")
    print(f"\nAs JSON: {asked.json}")


if __name__ == "__main__":
    main()
