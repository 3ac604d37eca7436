"""How good the forecasts are on a file of ended campaigns: `python -m campaign.forecast.backtest FILE [--json]`.

Cut-offs at 10, 25, 50, 75 and 90 % of the time, where at least 3 days and 5 payments were seen; payments and money;
25 quantiles, CRPS on log(total / unit + 1); skill is 1 − CRPS / CRPS of the straight line (docs/forecast.md).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np

from campaign.domain.errors import Invalid
from campaign.forecast import scores
from campaign.forecast.build import SEED, build
from campaign.forecast.rule import outlook
from campaign.forecast.scores import AFTER_THREE_DAYS, Scored
from campaign.forecast.series import Series, read_series
from campaign.forecast.table import Table, reference

Split = tuple[list[Series], list[Series]]


def backtest(series: Sequence[Series], table: Table) -> list[Scored]:
    """Every forecast the protocol asks for, scored."""
    scored: list[Scored] = []
    for one in series:
        for cut_off, days in scores.moments(one):
            for of_money in one.units:
                told = outlook(one.history(days, of_money=of_money), table)
                scored.append(scores.score(one, cut_off, days, of_money=of_money, told=told))
    return scored


def report(scored: Sequence[Scored]) -> dict[str, Any]:
    """The figures by name: overall, by cut-off, source, kind and unit; the moment after three days stands apart."""
    asked = [s for s in scored if s.cut_off != AFTER_THREE_DAYS]
    early = [s for s in scored if s.cut_off == AFTER_THREE_DAYS]
    return {
        **scores.summary(asked),
        "by_cutoff": scores.by(asked, lambda s: f"{s.cut_off:.2f}"),
        "by_source": scores.by(asked, lambda s: s.source),
        "by_mode": scores.by(asked, lambda s: s.kind),
        "by_unit": scores.by(asked, lambda s: "amount" if s.of_money else "count"),
        "after_3_days": scores.summary(early),
    }


def folds_of(series: Sequence[Series], number: int) -> Iterator[Split]:
    """(to learn from, to forecast): every campaign is forecast once, by what did not see it."""
    fold = np.random.default_rng(SEED + 1).permutation(len(series)) % number
    for n in range(number):
        yield ([s for s, f in zip(series, fold, strict=True) if f != n],
               [s for s, f in zip(series, fold, strict=True) if f == n])  # fmt: skip


def kinds_of(series: Sequence[Series]) -> Iterator[Split]:
    """(to learn from, to forecast): each kind of campaign is forecast by the others."""
    for kind in sorted({s.kind for s in series}):
        others = [s for s in series if s.kind is not kind]
        if others:
            yield others, [s for s in series if s.kind is kind]


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--folds", type=click.IntRange(2, 20), help="Build the table without each fold in turn, from this file.")
@click.option("--by-kind", is_flag=True, help="Build the table without each kind in turn, from this file.")
@click.option("--shuffled", is_flag=True, help="With --folds: learn from outcomes shuffled among campaigns.")
def main(file: Path, *, as_json: bool, folds: int | None, by_kind: bool, shuffled: bool) -> None:
    """Score the forecasts of FILE, a file of ended campaigns by day, gzipped or not."""
    try:
        series = read_series(file)
    except Invalid as problem:
        click.echo(problem.message, err=True)
        sys.exit(2)
    known = 0
    if folds or by_kind:
        splits = kinds_of(series) if by_kind else folds_of(series, folds or 5)
        scored = [one for learnt, asked in splits for one in backtest(asked, build(learnt, shuffled=shuffled))]
    else:
        known = reference().knows(s.key for s in series)
        scored = backtest(series, reference())
    figures = {**report(scored), "campaigns": len(series), "known_campaigns": known}
    click.echo(json.dumps(figures) if as_json else _words(figures))
    if known:
        click.echo(f"{known} of these campaigns are in the table: their figures flatter. Use --folds 5.", err=True)


def _words(figures: dict[str, Any]) -> str:
    lines = [f"{figures['campaigns']} campaigns, {figures['forecasts']} forecasts", _HEAD, _line("all", figures)]
    for part in ("by_cutoff", "by_source", "by_mode", "by_unit"):
        lines += [_line(name, values) for name, values in figures[part].items()]
    return "\n".join([*lines, _line("after 3 days", figures["after_3_days"])])


_NAMES = ("skill", "coverage50", "coverage80", "coverage95", "brier", "crps", "forecasts")
_HEAD = f"{'':<18}" + "".join(f"{name:>12}" for name in _NAMES)


def _line(name: str, values: dict[str, Any]) -> str:
    return f"{name:<18}" + "".join(f"{'–' if values[key] is None else values[key]:>12}" for key in _NAMES)


if __name__ == "__main__":
    main()
