"""Reminders outlive `kill -9`; three hundred rounds are `python -m tests.e2e.reminder_kills`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.reminder_kills import kill_again_and_again

if TYPE_CHECKING:
    from pathlib import Path


async def test_nothing_is_lost_and_every_repeat_is_marked(tmp_path: Path) -> None:
    figures = await kill_again_and_again(tmp_path, rounds=8)
    assert figures.expected == 8 * 27
    assert figures.lost == 0, figures
    assert figures.unmarked == 0, figures
    assert figures.states.keys() <= {"sent", "cancelled"}, figures
