"""Working days of Vietnam: weekends, public holidays, Tết, substitute days; and an office's own corrections to them.

The `holidays` package knows announced swaps; coming Tết holidays are its projection until they are decided, so an
administrator may write `days.yaml` in CHIDAO_HOME: `off: [2027-02-04]` and `working: [2027-02-13]`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import yaml

from corpus.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

FILE = "days.yaml"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkingDays:
    """Which days are worked. `off` and `working` are the office's own word and win."""

    off: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()
    _known: dict[date, bool] = field(default_factory=dict, compare=False)

    def is_working(self, day: date) -> bool:
        """True on a working day."""
        if day in self.off:
            return False
        if day in self.working:
            return True
        if day not in self._known:
            self._known[day] = bool(_calendar().is_working_day(day))
        return self._known[day]

    def on_or_before(self, day: date) -> date:
        """The day itself when it is worked, else the last working day before it."""
        while not self.is_working(day):
            day -= _DAY
        return day

    def on_or_after(self, day: date) -> date:
        """The day itself when it is worked, else the next working day."""
        while not self.is_working(day):
            day += _DAY
        return day


def load_working_days(home: Path) -> WorkingDays:
    """The working days with the corrections in `home`.

    Raises:
        SettingsError: the file of corrections cannot be read as such.
    """
    path = home / FILE
    try:
        rows: Any = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        return WorkingDays()
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsError(f"Không đọc được {path}: {error}") from error
    known = isinstance(rows, dict) and set(rows) <= {"off", "working"}
    lists = [rows.get("off") or [], rows.get("working") or []] if known else []
    if not known or not all(isinstance(days, list) and all(type(d) is date for d in days) for days in lists):
        raise SettingsError(f"{path}: chỉ ghi `off:` và `working:`, mỗi mục là danh sách ngày dạng 2027-02-04.")
    return WorkingDays(frozenset(lists[0]), frozenset(lists[1]))


_calendars: list[Any] = []


def _calendar() -> Any:
    if not _calendars:
        import holidays  # noqa: PLC0415 - costs a tenth of a second that only reminders need

        _calendars.append(holidays.country_holidays("VN"))
    return _calendars[0]
