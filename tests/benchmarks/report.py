"""The benchmarks' results in words: a table for people, rows for the page of measurements."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks import live, webhook
from tests.proofs import figures

Values = dict[str, str | int | float]


def lines(results: dict[str, Any]) -> Iterator[str]:
    """The tables, line by line."""
    number, hook = results["live"], results["webhook"]
    yield f"Machine: {results['machine']}. {results['runs']} runs of {results['seconds']:g} s each, in turn; medians."
    yield f"Cores: {results['cores']}."
    yield ""
    yield f"The live number, {number['bytes']} bytes, {number['connections']} connections ({number['generator']})"
    yield from _servers(number["servers"])
    if number["times_nginx"] is None:
        yield "  There is no nginx here, so nothing stands beside it."
    else:
        yield _goal("CPU per request, times nginx's", number["times_nginx"], live.MOST_OF_NGINX, most=True)
    yield _goal("times below the Flask route's", number["times_below_flask"], live.LEAST_BELOW_FLASK, most=False)
    yield ""
    yield f"A delivery to the webhook, {hook['body_bytes']} bytes, {hook['connections']} connections, on SQLite"
    yield from _servers(hook["servers"])
    yield f"  {'commits of one row on this disk':32}{hook['disk_commits_per_second']:>12,.0f} a second"
    yield _goal("CPU without the database, share", hook["share"], webhook.LEAST_SHARE, most=False)
    yield ""
    yield f"{'Bytes':34}{'identity':>12}{'gzip':>12}{'br':>12}"
    for name, row in results["sizes"].items():
        coded = "".join(f"{'-' if row[c] is None else row[c]:>12}" for c in ("identity", "gzip", "br"))
        yield f"  {name + ' ' + row['path']:32}{coded}"


def record(results: dict[str, Any], command: str, folder: Path = figures.FOLDER) -> None:
    """Every result is a row of the page of measurements."""
    number, hook = results["live"], results["webhook"]
    rows: dict[str, Values] = {f"live number: {name}": _row(one) for name, one in number["servers"].items()}
    rows["live number: ratios"] = {
        "times nginx's CPU (goal: at most 2.5)": "no nginx" if number["times_nginx"] is None else number["times_nginx"],
        "times below the Flask route's (goal: at least 6)": number["times_below_flask"],
    }
    rows |= {f"webhook: {name}": _row(one) for name, one in hook["servers"].items()}
    rows["webhook: ratio"] = {
        "share of CPU that is not the database's (goal: at least 0.40)": hook["share"],
        "commits of one row on the same disk a second": round(hook["disk_commits_per_second"]),
    }
    rows["bytes sent"] = {
        name: ", ".join(f"{row[c]} {c}" for c in ("identity", "gzip", "br") if row[c] is not None)
        for name, row in results["sizes"].items()
    }
    for name, values in rows.items():
        figures.record(f"Benchmarks, cores: {results['cores']}", name, values, command=command, folder=folder)


def _servers(servers: dict[str, Any]) -> Iterator[str]:
    for name, one in servers.items():
        spread = " ".join(f"{run['cpu_microseconds']:.1f}" for run in one["runs"])
        wrong = sum(run["wrong"] for run in one["runs"])
        told = f"   {wrong} WRONG ANSWERS" if wrong else ""
        yield (
            f"  {name:32}{one['per_second']:>12,.0f} a second{one['cpu_microseconds']:>10.1f} µs CPU  ({spread}){told}"
        )


def _goal(words: str, value: float, goal: float, *, most: bool) -> str:
    met = value <= goal if most else value >= goal
    return (
        f"  {words:32}{value:>12.2f}   goal {'at most' if most else 'at least'} {goal:g}: {'met' if met else 'MISSED'}"
    )


def _row(one: dict[str, Any]) -> Values:
    return {"requests/s": round(one["per_second"]), "µs CPU a request": round(one["cpu_microseconds"], 1)}
