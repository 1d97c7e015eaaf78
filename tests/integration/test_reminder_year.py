"""A quarter of a year, day by day, against the oracle; the whole year is `python -m tests.integration.reminder_year`."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.integration.reminder_year import simulate

SEEDS = Path(__file__).resolve().parents[2].parent / "shared" / "seeds"


def test_every_reminder_of_a_quarter_is_sent_once_and_to_nobody_else(tmp_path: Path) -> None:
    start = date(2026, 1, 26)  # over Tết and the end of a quarter
    stops = {start + timedelta(days=n) for n in (45, 46, 47, 48, 49)}
    result = simulate(tmp_path, start, 75, people=75, units=12, groups=5, stops=stops)
    assert result.wrong == []
    assert result.repeated == 0
    assert result.sent == result.expected > 200
    assert result.states.keys() <= {"sent", "pending", "cancelled", "skipped"}


def test_the_same_holds_over_the_seed_directives(tmp_path: Path) -> None:
    if not SEEDS.is_dir():
        pytest.skip("no seed directives beside this checkout")
    extra = sorted(SEEDS.iterdir())
    result = simulate(tmp_path, date(2026, 11, 16), 30, people=40, units=10, groups=3, stops=set(), extra=extra)
    assert result.wrong == []
    assert result.sent == result.expected > 50
