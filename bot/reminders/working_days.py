"""Working days of Vietnam: weekends, public holidays, Tết, substitute days; and an office's own corrections to them.

The `holidays` package knows announced swaps; coming Tết holidays are its projection until they are decided, so an
administrator may write `days.yaml` in CHIDAO_HOME: `holidays: [2027-02-04]` and `workdays: [2027-02-13]`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import yaml

from bot.logs import get_logger
from corpus.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

log = get_logger(__name__)

FILE = "days.yaml"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkingDays:
    """Which days are worked. `off` and `working` are the office's own word and win."""

    off: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """True on a working day."""
        if day in self.off:
            return False
        return day in self.working or day in _worked_days(day.year)

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
    known = isinstance(rows, dict) and set(rows) <= {"holidays", "workdays"}
    lists = [rows.get("holidays") or [], rows.get("workdays") or []] if known else []
    if not known or not all(isinstance(days, list) and all(type(d) is date for d in days) for days in lists):
        raise SettingsError(f"{path}: chỉ ghi `holidays:` và `workdays:`, mỗi mục là danh sách ngày dạng 2027-02-04.")
    return WorkingDays(frozenset(lists[0]), frozenset(lists[1]))


class WorkingDaysFile:
    """The working days with the corrections in CHIDAO_HOME, read again when the file has changed. Thread-safe."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._stamp = _stamp(home)
        self._known = load_working_days(home)

    def __call__(self) -> WorkingDays:
        """As the file stands now; while it cannot be understood, as it stood before."""
        stamp = _stamp(self._home)
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._known = load_working_days(self._home)
            except SettingsError as error:
                log.warning("The file of working days is not used", action="days.unreadable", error=str(error))
        return self._known


def _stamp(home: Path) -> tuple[int, int] | None:
    try:
        found = (home / FILE).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


@cache
def _worked_days(year: int) -> frozenset[date]:
    """The days worked in a year, by the law and what has been announced."""
    import holidays  # noqa: PLC0415 - costs a tenth of a second that only reminders need

    calendar = holidays.country_holidays("VN", years=(year - 1, year, year + 1))
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    return frozenset(day for day in days if day.year == year and calendar.is_working_day(day))
