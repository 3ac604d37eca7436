"""Figures are kept one by one, and the page shows the newest of each beside what was written by hand."""

from __future__ import annotations

from pathlib import Path

from tests.proofs.figures import BEGIN, END, load, record, render


def test_the_page_shows_the_newest_figures_and_keeps_its_remarks(tmp_path: Path) -> None:
    folder, page = tmp_path / "figures", tmp_path / "docs" / "measurements.md"
    record("Import", "25,000", {"seconds": 312.0}, command="make prove", date="2026-11-01", folder=folder)
    record(
        "Import", "25,000", {"seconds": 210.5, "calls": 1204}, command="make prove", date="2026-11-22", folder=folder
    )
    render(load(folder), page)
    first = page.read_text(encoding="utf-8")
    assert "seconds: 210; calls: 1,204" in first
    assert "312" not in first
    assert "`make prove` | 2026-11-22" in first

    page.write_text(f"# By hand\n\n{BEGIN}\n\nold rows\n\n{END}\n\nA remark.\n", encoding="utf-8")
    render(load(folder), page)
    again = page.read_text(encoding="utf-8")
    assert again.startswith("# By hand\n")
    assert again.endswith("A remark.\n")
    assert "old rows" not in again
    assert "| 25,000 |" in again
