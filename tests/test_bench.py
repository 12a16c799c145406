"""`bench/`: what is published comes from the CSV, and says how far to trust it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import charts, results, table
from bench.results import Results


def sitting() -> Results:
    found = Results(about={"machine": "2 cores, Linux"})
    for number, (direct, own) in enumerate([(20.0, 20.5), (30.0, 31.0), (25.0, 25.2)]):
        found.add(number + 1, "straight", "1 connections/p50_ms", direct)
        found.add(number + 1, "straight", "rps", 9000)
        found.add(number + 1, "Weir", "1 connections/p50_ms", own)
        found.add(number + 1, "Weir", "rps", 1000 + 100 * number)
        found.add(number + 1, "Weir", "small/cpu_us", 300)
    found.add(1, "<peer>", "rps", 70)
    return found


def test_a_table_gives_medians_with_their_spread(tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    sitting().write(file)
    again = results.read(file)
    assert (again.rows, again.about) == (sitting().rows, sitting().about)
    lines = table.markdown(again).splitlines()
    assert "| | straight | Weir | <peer> |" in lines
    # What is added is compared within a round: 0.5, 1.0 and 0.2.
    latency = (
        "| 1 connections, p50 | 25.00 (20.00 to 30.00) | 0.50 (0.20 to 1.00) | – |"
    )
    assert latency in lines
    rps = "| requests/s, 32 connections | 9,000 | 1,100 (1,000 to 1,200) | 70 |"
    assert rps in lines
    assert lines[-1] == "- machine: 2 cores, Linux."


def test_charts_are_drawn_from_the_figures_alone(tmp_path: Path) -> None:
    made = charts.draw(sitting(), tmp_path)
    rps, added, cpu = (path.read_text() for path in made)
    assert ">1,100<" in rps
    assert ">9,000<" in rps
    assert "&lt;peer&gt;" in rps
    assert ">0.50<" in added
    assert "straight" not in added
    assert ">300<" in cpu


@pytest.mark.skipif(not results.FILE.exists(), reason="no figures are committed")
def test_what_is_published_is_what_the_csv_says(tmp_path: Path) -> None:
    found = results.read(results.FILE)
    assert table.markdown(found) in table.DOCUMENT.read_text("utf-8")
    for path in charts.draw(found, tmp_path):
        assert path.read_text() == (results.DOCS / path.name).read_text()
