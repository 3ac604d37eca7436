"""The backtest command: its keys, its protocol, what it says of campaigns it knows; and making a table."""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from campaign.domain.errors import Invalid
from campaign.forecast import backtest, scores
from campaign.forecast.build import build
from campaign.forecast.history import Kind
from campaign.forecast.rule import READ, Outlook, outlook
from campaign.forecast.series import NEEDED, Series, read_series
from campaign.forecast.table import read_table, reference, write_table

COLUMNS = (*NEEDED, "licence", "date")


def a_file(folder: Path, number: int = 12, *, packed: bool = True) -> Path:
    """Campaigns in a U, of three kinds, half of them too small for their goal."""
    random, text = np.random.default_rng(5), io.StringIO()
    rows = csv.DictWriter(text, COLUMNS)
    rows.writeheader()
    for one in range(number):
        kind = ("aon", "flex", "deadline")[one % 3]
        days = int(random.integers(20, 60))
        shape = 1 + 3 * (np.abs(np.linspace(-1, 1, days)) ** 3)
        for day, n in enumerate(random.poisson(shape * random.uniform(1, 5))):
            if n or day in (0, days - 1):
                rows.writerow({
                    "series_id": f"made_{one}", "source": "petitions" if kind == "deadline" else "made", "mode": kind,
                    "start_date": "2024-03-05", "duration": days, "day": day,
                    "date": (date(2024, 3, 5) + timedelta(days=day)).isoformat(), "n": n,
                    "goal_amount": "" if kind == "deadline" else 4_000 + 500 * one,
                    "goal_count": 200 if kind == "deadline" else "",
                    "amount": "" if kind == "deadline" else round(float(n) * random.uniform(20, 60), 2),
                })  # fmt: skip
    path = folder / ("campaigns.csv.gz" if packed else "campaigns.csv")
    body = text.getvalue().encode()
    path.write_bytes(gzip.compress(body) if packed else body)
    return path


@pytest.mark.parametrize("packed", [True, False])
def test_the_command_prints_the_figures_overall_and_by_part(tmp_path: Path, packed: bool) -> None:
    ran = CliRunner().invoke(backtest.main, [str(a_file(tmp_path, packed=packed)), "--json"])
    assert ran.exit_code == 0, ran.output
    figures = json.loads(ran.output)
    wanted = {"skill", "coverage50", "coverage80", "coverage95", "brier"}
    assert wanted <= figures.keys()
    assert set(figures["by_cutoff"]) <= {"0.10", "0.25", "0.50", "0.75", "0.90"}
    assert set(figures["by_source"]) == {"made", "petitions"}
    for part in (*figures["by_cutoff"].values(), *figures["by_source"].values(), figures["after_3_days"]):
        assert wanted <= part.keys()
    assert 0 < figures["coverage80"] <= 1
    assert figures["coverage50"] < figures["coverage95"]
    assert figures["known_campaigns"] == 0


def test_a_file_that_lacks_a_column_or_holds_nonsense_is_refused_in_words(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("series_id,day\na,1\n")
    with pytest.raises(Invalid, match="no column 'source'"):
        read_series(wrong)
    row = dict.fromkeys(NEEDED, "1") | {"start_date": "yesterday"}
    wrong.write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n")
    ran = CliRunner().invoke(backtest.main, [str(wrong)])
    assert ran.exit_code == 2
    assert "yesterday" in ran.output


def test_moments_are_asked_only_where_three_days_and_five_payments_were_seen() -> None:
    counts = np.array([0, 1, 1, 1, 0, 1, 1, 0, 0, 9] + [1] * 10, dtype=float)
    one = Series("a", "made", Kind.LEGAL, date(2024, 3, 5), counts, None, 30.0, False)
    assert scores.moments(one) == [(0.5, 10), (0.75, 15), (0.9, 18)]


def test_a_perfect_forecast_scores_nothing_and_holds_every_range() -> None:
    counts = np.full(20, 2.0)
    one = Series("a", "made", Kind.LEGAL, date(2024, 3, 5), counts, None, 30.0, False)
    sure = Outlook(np.full(len(READ), 40.0), 1.0, 1.0, is_unlike=False, share=None, campaigns=0)
    scored = scores.score(one, 0.5, 10, of_money=False, told=sure)
    assert scored.crps == 0
    assert scored.brier == 0
    assert scored.held50
    assert scored.held80
    assert scored.held95


def test_a_table_is_made_kept_and_read_again_and_forecasts_the_same(tmp_path: Path) -> None:
    series = read_series(a_file(tmp_path, 60))
    table = build(series)
    assert write_table(table, tmp_path / "table.npz") < 1_500_000
    again = read_table(tmp_path / "table.npz")
    history = series[0].history(10, of_money=True)
    assert np.allclose(outlook(history, table).quantiles, outlook(history, again).quantiles)
    assert again.knows(s.key for s in series) == len(series)


def test_the_shipped_table_is_small_and_knows_its_campaigns() -> None:
    table = reference()
    assert len(table.known) > 2_700
    assert table.winners[0, 1] == 0
    assert table.winners[-1, 1] == pytest.approx(1)
